"""Live recordings: they listen to a channel or a bridge until something ends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.clock import Script, Task
from ari.testing.core.commands import HungUp
from ari.testing.core.core import Core
from ari.testing.state.audio import Sound
from ari.testing.state.roles import Target

#: Seconds at the beginning of a silence that count as talk.
UNCOUNTED_SILENCE = 1.0
BEEP_SECONDS = 0.44


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """How a recording is made and what ends it.

    :param max_duration: seconds until it ends, 0 for no end.
    :param max_silence: seconds of silence that end it, 0 for no end.
    :param beep: whether a beep comes before it.
    :param terminate_on: the digit that ends it, ``any`` or ``none``.
    :param append: whether it continues the stored recording of its name.
    """

    max_duration: int = 0
    max_silence: int = 0
    beep: bool = False
    terminate_on: str = "none"
    append: bool = False


class LiveRecording:
    """A recording that waits or runs.

    :param on_end: called when it has ended, before that is published.
    """

    def __init__(
        self,
        core: Core,
        name: str,
        file_format: str,
        target: Target,
        options: RecordingOptions,
        *,
        on_end: Callable[[LiveRecording], None],
    ) -> None:
        self._core = core
        self.name = name
        self.format = file_format
        self.target = target
        self.options = options
        self.state = "queued"
        #: Why it failed, None if it did not.
        self.cause: str | None = None
        #: Whether it is stored when it ends.
        self.keep = True
        #: The seconds that were recorded.
        self.seconds = 0.0
        self._on_end = on_end
        self._muted = False
        self._task: Task | None = None
        self._trailing_silence = self._silence = 0.0
        self._since = 0.0
        self._sound: Sound = None
        self._finished = False

    def json(self) -> JSON:
        """Return the LiveRecording object of the wire."""
        result: JSON = {
            "name": self.name,
            "format": self.format,
            "state": self.state,
            "target_uri": self.target.uri,
        }
        if self.cause is not None:
            result["cause"] = self.cause
        if self._finished:
            result["duration"] = int(self.seconds)
            if self.options.max_silence:
                result["talking_duration"] = int(self.seconds) - int(self._silence)
                result["silence_duration"] = int(self._silence)
        return result

    def _publish(self, event_type: str, state: str) -> None:
        self.state = state
        self.target.emit(event_type, recording=self.json())

    def script(self) -> Script:
        """Record; this is the command that is queued."""
        target = self.target
        self._task = self._core.clock.current_task
        self.cause = target.prepare_recording()
        if self.cause is not None:
            self._on_end(self)
            self._publish("RecordingFailed", "failed")
            return
        try:
            with self._core.audio_changed.connected(self._listen_again):
                self._publish("RecordingStarted", "recording")
                if self.options.beep:
                    target.audio.playing += 1
                    try:
                        yield BEEP_SECONDS
                    finally:
                        target.audio.playing -= 1
                yield from self._listen()
        except HungUp:
            self._finish()
            raise
        self._finish()

    def _hears(self) -> Sound:
        return "silence" if self._muted else self.target.sound()

    def _account(self) -> None:
        """Add the time since the last look to what was heard then."""
        elapsed = self._core.clock.now - self._since
        self._since = self._core.clock.now
        if self.state == "paused" or self._sound is None:
            return
        self.seconds += elapsed
        if self._sound == "silence":
            self._trailing_silence += elapsed
        elif elapsed:
            self._silence += max(self._trailing_silence - UNCOUNTED_SILENCE, 0.0)
            self._trailing_silence = 0.0

    def _remaining(self) -> float | None:
        if self.state == "paused" or self._sound is None:
            return None
        limits = []
        if self.options.max_duration:
            limits.append(self.options.max_duration - self.seconds)
        if self.options.max_silence and self._sound == "silence":
            limits.append(self.options.max_silence - self._trailing_silence)
        return max(min(limits), 0.0) if limits else None

    def _listen(self) -> Script:
        self._since = self._core.clock.now
        self._sound = self._hears()
        while True:
            order = yield self._remaining()
            self._account()
            self._sound = self._hears()
            if order == "stop":
                return
            if order in {"pause", "unpause"}:
                self.state = "paused" if order == "pause" else "recording"
            remaining = self._remaining()
            if order is None and remaining is not None and remaining <= 1e-9:
                # Of the silence that ended it only the beginning is kept.
                limit = self.options.max_silence
                if limit and self._trailing_silence >= limit - 1e-9:
                    self.seconds -= max(self._trailing_silence - UNCOUNTED_SILENCE, 0.0)
                return

    def _finish(self) -> None:
        self._account()
        self._silence += max(self._trailing_silence - UNCOUNTED_SILENCE, 0.0)
        self._finished = True
        self._on_end(self)
        self._publish("RecordingFinished", "done")

    def _listen_again(self) -> None:
        if self._task is not None and self.state == "recording":
            sound = self._hears()
            if sound != self._sound:
                self._task.wake("audio")

    def receive_digit(self, digit: str) -> None:
        """End the recording if this digit terminates it."""
        running = self.state in {"recording", "paused"} and self._task is not None
        if running and self.options.terminate_on in {"any", digit}:
            self.stop()

    def stop(self, *, keep: bool = True) -> None:
        """Stop; a queued recording is only marked and starts all the same when its turn comes."""
        if self.state == "queued":
            self.state = "canceled"
            return
        self.keep = keep
        if self._task is not None:
            self._task.wake("stop")

    def control(self, operation: str) -> None:
        """Pause, unpause, mute or unmute, or refuse with 409."""
        if self.state not in {"recording", "paused"} or self._task is None:
            raise Refusal(409, "Recording not in session")
        if operation in {"mute", "unmute"}:
            self._muted = operation == "mute"
            self._task.wake("audio")
        else:
            self._account()
            self.state = "paused" if operation == "pause" else "recording"
            self._task.wake(operation)
