"""Recordings: live ones that listen to a channel or a bridge, and the stored ones they become."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.clock import Script, Task
from ari.testing.state.channels import Channel, HungUp
from ari.testing.state.links import arriving

if TYPE_CHECKING:
    from ari.testing.pbx import PBX
    from ari.testing.state.bridges import Bridge

#: What files can be made of, by the ending of their names.
FORMATS = {
    "wav", "WAV", "wav16", "wav49", "gsm", "ulaw", "ul", "ulw", "mu", "pcm", "au", "alaw", "al",
    "alw", "g719", "g722", "g723", "g723sf", "g726-16", "g726-24", "g726-32", "g726-40", "g729",
    "ilbc", "ogg", "opus", "raw", "siren7", "siren14", "sln", "slin", "sln12", "sln16", "sln24",
    "sln32", "sln44", "sln48", "sln96", "sln192", "spx", "spx16", "spx32", "vox",
}  # fmt: skip
RATE = 8000
#: The first seconds of a silence count as talk.
UNCOUNTED_SILENCE = 1.0
BEEP_SECONDS = 0.44


class StoredRecording:
    """A finished recording: its name, format and length."""

    def __init__(self, name: str, file_format: str, seconds: float) -> None:
        self.name = name
        self.format = file_format
        self.seconds = seconds

    def json(self) -> JSON:
        """Return the StoredRecording object of the wire."""
        return {"name": self.name, "format": self.format}

    def content(self) -> bytes:
        """Return a file of silence as long as the recording, a real one for ``wav``."""
        frames = bytes(int(self.seconds * RATE) * 2)
        if self.format.lower() not in {"wav", "wav16"}:
            return frames
        head = struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE * 2, 2, 16)
        size = struct.pack("<I", 36 + len(frames))
        return (
            b"RIFF" + size + b"WAVEfmt " + head + b"data" + struct.pack("<I", len(frames)) + frames
        )


class LiveRecording:
    """A recording that waits or runs."""

    def __init__(
        self,
        pbx: PBX,
        name: str,
        file_format: str,
        target: Channel | Bridge,
        *,
        max_duration: int = 0,
        max_silence: int = 0,
        beep: bool = False,
        terminate_on: str = "none",
        append: bool = False,
    ) -> None:
        self.pbx = pbx
        self.name = name
        self.format = file_format
        self.target = target
        self.state = "queued"
        self.cause: str | None = None
        self._max_duration = max_duration
        self._max_silence = max_silence
        self._beep = beep
        self._terminate_on = terminate_on
        self._append = append
        self._muted = False
        self._keep = True
        self._task: Task | None = None
        self._total = self._trailing_silence = self._silence = 0.0
        self._since = 0.0
        self._sound: str | None = None
        self._finished = False

    def json(self) -> JSON:
        """Return the LiveRecording object of the wire."""
        kind = "channel" if isinstance(self.target, Channel) else "bridge"
        result: JSON = {
            "name": self.name,
            "format": self.format,
            "state": self.state,
            "target_uri": f"{kind}:{self.target.id}",
        }
        if self.cause is not None:
            result["cause"] = self.cause
        if self._finished:
            result["duration"] = int(self._total)
            if self._max_silence:
                result["talking_duration"] = int(self._total) - int(self._silence)
                result["silence_duration"] = int(self._silence)
        return result

    def _publish(self, event_type: str, state: str) -> None:
        self.state = state
        self.target.emit(event_type, recording=self.json())

    def script(self) -> Script:
        """Record; this is the command that is queued."""
        target = self.target
        if isinstance(target, Channel):
            self._task = target.task
            if target.bridge is not None:
                self.cause = "Cannot record channel while in bridge"
                self._publish("RecordingFailed", "failed")
                self.pbx.recordings.drop(self)
                return
            if target.state != "Up" and not target.hung_up:
                target.set_state("Up")
                target.link.answered()
        try:
            self._publish("RecordingStarted", "recording")
            if self._beep:
                target.playing += 1
                try:
                    yield BEEP_SECONDS
                finally:
                    target.playing -= 1
            yield from self._listen()
        except HungUp:
            self._finish()
            raise
        self._finish()

    def attach(self, task: Task) -> None:
        """Tell which task runs the script, for a recording of a bridge."""
        self._task = task

    def _hears(self) -> str | None:
        if self._muted:
            return "silence"
        if isinstance(self.target, Channel):
            return arriving(self.target)
        sounds = {arriving(channel) for channel in self.target.members}
        if self.target.playing or self.target.music is not None:
            sounds.add("talk")
        return "talk" if "talk" in sounds else "silence" if "silence" in sounds else None

    def _account(self) -> None:
        """Count the time since the last look under what was heard then."""
        elapsed = self.pbx.clock.now - self._since
        self._since = self.pbx.clock.now
        if self.state == "paused" or self._sound is None:
            return
        self._total += elapsed
        if self._sound == "silence":
            self._trailing_silence += elapsed
        elif elapsed:
            self._silence += max(self._trailing_silence - UNCOUNTED_SILENCE, 0.0)
            self._trailing_silence = 0.0

    def _remaining(self) -> float | None:
        if self.state == "paused" or self._sound is None:
            return None
        limits = []
        if self._max_duration:
            limits.append(self._max_duration - self._total)
        if self._max_silence and self._sound == "silence":
            limits.append(self._max_silence - self._trailing_silence)
        return max(min(limits), 0.0) if limits else None

    def _listen(self) -> Script:
        self._since = self.pbx.clock.now
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
                if self._max_silence and self._trailing_silence >= self._max_silence - 1e-9:
                    self._total -= max(self._trailing_silence - UNCOUNTED_SILENCE, 0.0)
                return

    def _finish(self) -> None:
        self._account()
        self._silence += max(self._trailing_silence - UNCOUNTED_SILENCE, 0.0)
        self._finished = True
        recordings = self.pbx.recordings
        recordings.drop(self)
        if self._keep:
            recordings.store(self.name, self.format, self._total, append=self._append)
        else:
            recordings.stored.pop(self.name, None)
        self._publish("RecordingFinished", "done")

    def audio_changed(self) -> None:
        """Look again at what is heard."""
        if self._task is not None and self.state == "recording":
            sound = self._hears()
            if sound != self._sound:
                self._task.wake("audio")

    def digit(self, digit: str) -> None:
        """End at a digit that terminates."""
        running = self.state in {"recording", "paused"} and self._task is not None
        if running and self._terminate_on in {"any", digit}:
            self.stop(keep=True)

    def stop(self, *, keep: bool) -> None:
        """Stop; a queued one is only marked, and starts all the same when its turn comes."""
        if self.state == "queued":
            self.state = "canceled"
            return
        self._keep = keep
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


class Recordings:
    """The live recordings and the stored ones."""

    def __init__(self, pbx: PBX) -> None:
        self._pbx = pbx
        self.live: dict[str, LiveRecording] = {}
        self.stored: dict[str, StoredRecording] = {}

    def require_live(self, name: str) -> LiveRecording:
        """Return a live recording, or refuse with 404."""
        if name not in self.live:
            raise Refusal(404, "Recording not found")
        return self.live[name]

    def require_stored(self, name: str) -> StoredRecording:
        """Return a stored recording, or refuse with 404."""
        if name not in self.stored:
            raise Refusal(404, "Recording not found")
        return self.stored[name]

    def seconds(self, name: str) -> float | None:
        """Return the length of a stored recording, None if there is none."""
        return self.stored[name].seconds if name in self.stored else None

    def store(self, name: str, file_format: str, seconds: float, *, append: bool = False) -> None:
        """Store a finished recording."""
        before = self.seconds(name) if append else None
        self.stored[name] = StoredRecording(name, file_format, seconds + (before or 0.0))

    def start(self, recording: LiveRecording) -> None:
        """Queue a recording on its channel, or begin it on its bridge."""
        self.live[recording.name] = recording
        target = recording.target
        if isinstance(target, Channel):
            assert target.control is not None
            target.control.add(recording.script)
            return

        def on_bridge() -> Script:
            helper = target.add_helper("Recorder/ARI")
            try:
                yield from recording.script()
            except HungUp:
                pass
            finally:
                target.remove_helper(helper)

        recording.attach(Task(self._pbx.clock, on_bridge()))

    def drop(self, recording: LiveRecording) -> None:
        """Forget a live recording that ended."""
        if self.live.get(recording.name) is recording:
            del self.live[recording.name]

    def records(self, channel: Channel) -> bool:
        """Tell whether a recording of this channel waits or runs."""
        return any(recording.target is channel for recording in self.live.values())

    def end_of(self, bridge: Bridge) -> None:
        """End the recordings of a bridge that is destroyed."""
        for recording in list(self.live.values()):
            if recording.target is bridge:
                recording.stop(keep=True)

    def digit(self, channel: Channel, digit: str) -> None:
        """Let a digit end the recordings of a channel that it terminates."""
        for recording in list(self.live.values()):
            if recording.target is channel:
                recording.digit(digit)

    def audio_changed(self) -> None:
        """Let every recording look again at what it hears."""
        for recording in list(self.live.values()):
            recording.audio_changed()
