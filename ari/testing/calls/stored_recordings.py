"""Stored recordings: what a recording leaves behind, and its file."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

from ari.testing.core.answers import JSON

#: What files can be made of, by the ending of their names.
FORMATS = {
    "wav", "WAV", "wav16", "wav49", "gsm", "ulaw", "ul", "ulw", "mu", "pcm", "au", "alaw", "al",
    "alw", "g719", "g722", "g723", "g723sf", "g726-16", "g726-24", "g726-32", "g726-40", "g729",
    "ilbc", "ogg", "opus", "raw", "siren7", "siren14", "sln", "slin", "sln12", "sln16", "sln24",
    "sln32", "sln44", "sln48", "sln96", "sln192", "spx", "spx16", "spx32", "vox",
}  # fmt: skip
#: Samples per second.
RATE = 8000


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """A finished recording and its length in seconds."""

    name: str
    format: str
    seconds: float

    def json(self) -> JSON:
        """Return the StoredRecording object of the wire."""
        return {"name": self.name, "format": self.format}

    def content(self) -> bytes:
        """Return a file of silence as long as the recording, a real one for ``wav``."""
        frames = bytes(int(self.seconds * RATE) * 2)
        if self.format.lower() not in {"wav", "wav16"}:
            return frames
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(RATE)
            writer.writeframes(frames)
        return file.getvalue()
