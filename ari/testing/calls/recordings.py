"""The recordings: the live ones and the stored ones that they become."""

from __future__ import annotations

from ari.testing.calls.live_recordings import LiveRecording, RecordingOptions
from ari.testing.calls.stored_recordings import StoredRecording
from ari.testing.core.answers import Refusal
from ari.testing.core.core import Core
from ari.testing.state.roles import Target


class Recordings:
    """The live recordings and the stored ones, by their names."""

    def __init__(self, core: Core) -> None:
        self._core = core
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
        """Return the length of a stored recording, None if it does not exist."""
        return self.stored[name].seconds if name in self.stored else None

    def store(self, name: str, file_format: str, seconds: float, *, append: bool = False) -> None:
        """Store a finished recording."""
        before = self.seconds(name) if append else None
        self.stored[name] = StoredRecording(name, file_format, seconds + (before or 0.0))

    def start(
        self, target: Target, name: str, file_format: str, options: RecordingOptions
    ) -> LiveRecording:
        """Queue a recording on its channel, or begin it on its bridge."""
        recording = self.live[name] = LiveRecording(
            self._core, name, file_format, target, options, on_end=self._end
        )
        target.record(recording)
        return recording

    def _end(self, recording: LiveRecording) -> None:
        name = recording.name
        if self.live.get(name) is recording:
            del self.live[name]
        if recording.cause is not None:
            return
        if recording.keep:
            append = recording.options.append
            self.store(name, recording.format, recording.seconds, append=append)
        else:
            self.stored.pop(name, None)

    def records(self, target: Target) -> bool:
        """Tell whether a recording of this target waits or runs."""
        return any(recording.target is target for recording in self.live.values())
