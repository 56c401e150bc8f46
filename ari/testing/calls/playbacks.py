"""Playbacks: media for a channel or a bridge, one after the other, steered while they play."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ari.testing.calls.media import ENDLESS, MISSING, UNKNOWN
from ari.testing.calls.stasis import Control
from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.clock import Script, Task
from ari.testing.state.channels import Channel, HungUp

if TYPE_CHECKING:
    from ari.testing.pbx import PBX
    from ari.testing.state.bridges import Bridge

_StopScript = Generator["float | None", Any, bool]

OPERATIONS = ("restart", "pause", "unpause", "reverse", "forward")


class Playback:
    """One playback.

    :param target: the channel or bridge that hears it.
    :param skip: seconds that ``forward`` and ``reverse`` skip.
    :param offset: seconds at which the first medium begins.
    """

    def __init__(
        self,
        pbx: PBX,
        identifier: str,
        media: list[str],
        target: Channel | Bridge,
        *,
        language: str,
        skip: float = 3.0,
        offset: float = 0.0,
    ) -> None:
        self.pbx = pbx
        self.id = identifier
        self.target = target
        self.language = language
        self.state = "queued"
        self._media = media
        self._index = 0
        self._skip = skip
        self._offset = offset
        self._position = 0.0
        self._cancelled = False
        self._task: Task | None = None

    @property
    def media_uri(self) -> str:
        """Return the URI that plays, or plays first."""
        return self._media[self._index]

    def json(self) -> JSON:
        """Return the Playback object of the wire."""
        kind = "channel" if isinstance(self.target, Channel) else "bridge"
        result: JSON = {"id": self.id, "media_uri": self.media_uri}
        if self._index + 1 < len(self._media):
            result["next_media_uri"] = self._media[self._index + 1]
        result["target_uri"] = f"{kind}:{self.target.id}"
        result["language"] = self.language
        result["state"] = self.state
        return result

    def _publish(self, event_type: str, state: str) -> None:
        self.state = state
        self.target.emit(event_type, playback=self.json())

    def script(self) -> Script:
        """Play everything; this is the command that is queued."""
        target = self.target
        self._task = target.task if isinstance(target, Channel) else target.announcements.task
        try:
            if self._cancelled:
                self._publish("PlaybackFinished", "done")
                return
            yield from self._play_all()
        except HungUp:
            self._publish("PlaybackFinished", "failed")
            raise
        finally:
            self._task = None
            self.pbx.playbacks.forget(self)

    def _play_all(self) -> Script:
        for index in range(len(self._media)):
            self._index = index
            self._publish("PlaybackStarted", "playing")
            seconds = self.pbx.media.seconds(self.media_uri)
            if seconds == UNKNOWN:
                return
            if seconds == MISSING:
                self._publish("PlaybackFinished", "failed")
                return
            heard = target_hears(self.target, self.media_uri)
            try:
                stopped = yield from self._play(seconds)
            finally:
                heard()
            if stopped:
                break
            if index + 1 < len(self._media):
                self._publish("PlaybackContinuing", "continuing")
        self._publish("PlaybackFinished", "done")

    def _play(self, seconds: float) -> _StopScript:
        """Play one medium; return whether it was stopped."""
        clock = self.pbx.clock
        self._position, self._offset = min(self._offset, seconds), 0.0
        while True:
            began = clock.now
            if self.state == "paused" or seconds == ENDLESS:
                order = yield None
            else:
                order = yield seconds - self._position
            if self.state != "paused":
                self._position += clock.now - began
            if order is None and self._position >= seconds - 1e-9:
                return False
            if order == "stop":
                return True
            if order == "pause":
                self.state = "paused"
            elif order == "unpause" and self.state == "paused":
                self._publish("PlaybackStarted", "playing")
            elif order == "restart":
                self._position = 0.0
            elif order == "forward":
                self._position = min(self._position + self._skip, seconds)
            elif order == "reverse":
                self._position = max(self._position - self._skip, 0.0)

    def stop(self) -> None:
        """Stop, or never begin."""
        if self._task is None:
            self._cancelled = True
            return
        if not self.pbx.media.controllable(self.media_uri):
            raise Refusal(500, "Could not stop playback")
        self._task.wake("stop")

    def control(self, operation: str) -> None:
        """Steer, or refuse with 409 in a state where that is impossible."""
        if self.state == "queued" or self._task is None:
            if operation == "restart":
                return
            raise Refusal(409, f"Can only {operation} while media is playing")
        if self.state == "paused" and operation in {"restart", "reverse", "forward"}:
            raise Refusal(409, f"Can only {operation} while media is playing")
        if not self.pbx.media.controllable(self.media_uri):
            raise Refusal(500, f"Could not {operation} playback")
        if operation == "pause" and self.state != "paused":
            self._task.wake("pause")
        elif operation != "pause":
            self._task.wake(operation)


def target_hears(target: Channel | Bridge, uri: str) -> Callable[[], None]:
    """Let the target hear a medium; return what ends that."""
    target.playing += 1
    if isinstance(target, Channel):
        target.link.hear(uri)
    else:
        target.hear(uri)
    target.pbx.audio_changed()

    def silence() -> None:
        target.playing -= 1
        target.pbx.audio_changed()

    return silence


class Playbacks:
    """The playbacks that wait or play."""

    def __init__(self, pbx: PBX) -> None:
        self._pbx = pbx
        self._table: dict[str, Playback] = {}

    def require(self, identifier: str) -> Playback:
        """Return a playback, or refuse with 404."""
        playback = self._table.get(identifier)
        if playback is None:
            raise Refusal(404, "Playback not found")
        return playback

    def forget(self, playback: Playback) -> None:
        """Drop a playback that ended."""
        if self._table.get(playback.id) is playback:
            del self._table[playback.id]

    def start(
        self,
        target: Channel | Bridge,
        media: list[str],
        *,
        identifier: str | None,
        language: str | None,
        skip_ms: int | None,
        offset_ms: int | None,
    ) -> Playback:
        """Queue media for a channel or a bridge."""
        playback = Playback(
            self._pbx,
            identifier or str(uuid4()),
            media,
            target,
            language=language or (target.language if isinstance(target, Channel) else "en"),
            skip=(skip_ms or 3000) / 1000,
            offset=(offset_ms or 0) / 1000,
        )
        self._table[playback.id] = playback
        if isinstance(target, Channel):
            control: Control | None = target.control
            assert control is not None
            control.add(playback.script)
        else:
            target.announcements.add(lambda: _announce(target, playback))
        return playback


def _announce(bridge: Bridge, playback: Playback) -> Script:
    helper = bridge.add_helper("Announcer/ARI")
    try:
        yield from playback.script()
    finally:
        bridge.remove_helper(helper)
