"""Playbacks: media for a channel or a bridge, one after the other, steered while they play."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from ari.testing.calls.media import ENDLESS, MISSING, UNKNOWN, Media
from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.clock import Script, Task
from ari.testing.core.commands import HungUp
from ari.testing.core.core import Core
from ari.testing.state.roles import Target

#: Ends with whether the medium was stopped.
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
        core: Core,
        library: Media,
        identifier: str,
        media: list[str],
        target: Target,
        *,
        language: str,
        skip: float = 3.0,
        offset: float = 0.0,
    ) -> None:
        self._core = core
        self._library = library
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
        result: JSON = {"id": self.id, "media_uri": self.media_uri}
        if self._index + 1 < len(self._media):
            result["next_media_uri"] = self._media[self._index + 1]
        result["target_uri"] = self.target.uri
        result["language"] = self.language
        result["state"] = self.state
        return result

    def _publish(self, event_type: str, state: str) -> None:
        self.state = state
        self.target.emit(event_type, playback=self.json())

    def script(self) -> Script:
        """Play everything; this is the command that is queued."""
        self._task = self._core.clock.current_task
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

    def _play_all(self) -> Script:
        for index in range(len(self._media)):
            self._index = index
            self._publish("PlaybackStarted", "playing")
            seconds = self._library.seconds(self.media_uri)
            if seconds == UNKNOWN:
                return
            if seconds == MISSING:
                self._publish("PlaybackFinished", "failed")
                return
            with self._heard(self.media_uri):
                stopped = yield from self._play(seconds)
            if stopped:
                break
            if index + 1 < len(self._media):
                self._publish("PlaybackContinuing", "continuing")
        self._publish("PlaybackFinished", "done")

    @contextmanager
    def _heard(self, uri: str) -> Iterator[None]:
        self.target.audio.playing += 1
        self.target.hear(uri)
        self._core.audio_changed()
        try:
            yield
        finally:
            self.target.audio.playing -= 1
            self._core.audio_changed()

    def _play(self, seconds: float) -> _StopScript:
        """Play one medium; return whether it was stopped."""
        clock = self._core.clock
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
        """Stop playing; a playback that has not begun never does."""
        if self._task is None:
            self._cancelled = True
            return
        if not self._library.controllable(self.media_uri):
            raise Refusal(500, "Could not stop playback")
        self._task.wake("stop")

    def control(self, operation: str) -> None:
        """Restart, pause, unpause, forward or reverse; refuse with 409 where that is impossible."""
        if self.state == "queued" or self._task is None:
            if operation == "restart":
                return
            raise Refusal(409, f"Can only {operation} while media is playing")
        if self.state == "paused" and operation in {"restart", "reverse", "forward"}:
            raise Refusal(409, f"Can only {operation} while media is playing")
        if not self._library.controllable(self.media_uri):
            raise Refusal(500, f"Could not {operation} playback")
        if operation == "pause" and self.state != "paused":
            self._task.wake("pause")
        elif operation != "pause":
            self._task.wake(operation)


class Playbacks:
    """The playbacks that wait or play."""

    def __init__(self, core: Core, media: Media) -> None:
        self._core = core
        self._media = media
        self._table: dict[str, Playback] = {}

    def require(self, identifier: str) -> Playback:
        """Return a playback, or refuse with 404."""
        playback = self._table.get(identifier)
        if playback is None:
            raise Refusal(404, "Playback not found")
        return playback

    def start(
        self,
        target: Target,
        media: list[str],
        *,
        identifier: str | None,
        language: str | None,
        skip_ms: int | None,
        offset_ms: int | None,
    ) -> Playback:
        """Queue media for a channel or a bridge."""
        playback = Playback(
            self._core,
            self._media,
            identifier or str(uuid4()),
            media,
            target,
            language=language or target.language,
            skip=(skip_ms or 3000) / 1000,
            offset=(offset_ms or 0) / 1000,
        )
        self._table[playback.id] = playback

        def script() -> Script:
            try:
                yield from playback.script()
            finally:
                self._forget(playback)

        target.play(script)
        return playback

    def _forget(self, playback: Playback) -> None:
        if self._table.get(playback.id) is playback:
            del self._table[playback.id]
