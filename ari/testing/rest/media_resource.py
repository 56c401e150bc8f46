"""The operations of ``/playbacks``, ``/recordings`` and ``/sounds``."""

from __future__ import annotations

from ari.testing.calls.playbacks import OPERATIONS
from ari.testing.calls.recordings import StoredRecording
from ari.testing.core.answers import NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.rest.resource import Resource
from ari.testing.rest.routing import Arguments


class PlaybacksResource(Resource):
    """``/playbacks``."""

    def get(self, arguments: Arguments) -> Outcome:
        return Answer.ok(self.pbx.playbacks.require(arguments.text("playbackId")).json())

    def stop(self, arguments: Arguments) -> Outcome:
        self.pbx.playbacks.require(arguments.text("playbackId")).stop()
        return NO_CONTENT

    def control(self, arguments: Arguments) -> Outcome:
        operation = arguments.text("operation")
        if not operation:
            raise Refusal(400, "Missing operation")
        if operation not in OPERATIONS:
            raise Refusal(400, f"Invalid operation {operation}")
        self.pbx.playbacks.require(arguments.text("playbackId")).control(operation)
        return NO_CONTENT


class RecordingsResource(Resource):
    """``/recordings``."""

    def listStored(self, arguments: Arguments) -> Outcome:
        return Answer.ok([stored.json() for stored in self.pbx.recordings.stored.values()])

    def _stored(self, arguments: Arguments) -> StoredRecording:
        return self.pbx.recordings.require_stored(arguments.text("recordingName"))

    def getStored(self, arguments: Arguments) -> Outcome:
        return Answer.ok(self._stored(arguments).json())

    def getStoredFile(self, arguments: Arguments) -> Outcome:
        stored = self._stored(arguments)
        return Answer(200, stored.content(), content_type=f"audio/{stored.format}")

    def deleteStored(self, arguments: Arguments) -> Outcome:
        del self.pbx.recordings.stored[self._stored(arguments).name]
        return NO_CONTENT

    def copyStored(self, arguments: Arguments) -> Outcome:
        stored = self._stored(arguments)
        name = arguments.text("destinationRecordingName")
        if not name:
            raise Refusal(400, "Invalid destination recording name")
        if ".." in name.split("/"):
            raise Refusal(403, "Destination file path is forbidden")
        recordings = self.pbx.recordings
        if name in recordings.stored or name in recordings.live:
            raise Refusal(409, "A recording with the same name already exists on the system")
        recordings.store(name, stored.format, stored.seconds)
        return Answer.ok(recordings.stored[name].json())

    def getLive(self, arguments: Arguments) -> Outcome:
        return Answer.ok(self.pbx.recordings.require_live(arguments.text("recordingName")).json())

    def cancel(self, arguments: Arguments) -> Outcome:
        self.pbx.recordings.require_live(arguments.text("recordingName")).stop(keep=False)
        return NO_CONTENT

    def stop(self, arguments: Arguments) -> Outcome:
        self.pbx.recordings.require_live(arguments.text("recordingName")).stop(keep=True)
        return NO_CONTENT

    def _control(self, arguments: Arguments, operation: str) -> Outcome:
        self.pbx.recordings.require_live(arguments.text("recordingName")).control(operation)
        return NO_CONTENT

    def pause(self, arguments: Arguments) -> Outcome:
        return self._control(arguments, "pause")

    def unpause(self, arguments: Arguments) -> Outcome:
        return self._control(arguments, "unpause")

    def mute(self, arguments: Arguments) -> Outcome:
        return self._control(arguments, "mute")

    def unmute(self, arguments: Arguments) -> Outcome:
        return self._control(arguments, "unmute")


class SoundsResource(Resource):
    """``/sounds``."""

    def list(self, arguments: Arguments) -> Outcome:
        media = self.pbx.media
        language, file_format = arguments.text("lang"), arguments.text("format")
        fits = (not language or language in media.languages) and file_format in {"", "gsm"}
        if not fits:
            raise Refusal(404, "No sounds found that matched the query")
        return Answer.ok([media.json(name) for name in media.sounds])

    def get(self, arguments: Arguments) -> Outcome:
        name = arguments.text("soundId")
        if name not in self.pbx.media.sounds:
            raise Refusal(404, "Sound not found")
        return Answer.ok(self.pbx.media.json(name))
