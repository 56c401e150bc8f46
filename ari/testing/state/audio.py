"""Audio: what is played to a channel or a bridge, and what can be heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: What is heard of somebody: nothing, silence, or talk.
Sound = str | None


def loudest(sounds: Iterable[Sound]) -> Sound:
    """Return what is heard when several sounds are mixed."""
    heard = set(sounds)
    return "talk" if "talk" in heard else "silence" if "silence" in heard else None


@dataclass(slots=True)
class Audio:
    """What a channel or everyone in a bridge is given to hear.

    :param playing: the number of media that play now.
    :param music: the class of the music on hold, None for no music.
    :param silence: whether silence is sent.
    :param echoing: whether what comes is sent back.
    :param muted: the directions that are muted, ``in`` and ``out``.
    """

    playing: int = 0
    music: str | None = None
    silence: bool = False
    echoing: bool = False
    muted: frozenset[str] = frozenset()

    @property
    def sound(self) -> Sound:
        """Return what is heard of the media, the music and the silence."""
        if self.playing or self.music is not None:
            return "talk"
        return "silence" if self.silence else None
