"""The operations of ``/recordings``, and starting a recording."""

from __future__ import annotations

from urllib.parse import quote

from ari.testing.calls.live_recordings import RecordingOptions
from ari.testing.calls.stored_recordings import FORMATS, StoredRecording
from ari.testing.core.answers import NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.pbx import PBX
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource
from ari.testing.state.roles import Target

TERMINATORS = {"none", "any", "*", "#"}


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


def has_negative_limit(arguments: Arguments) -> bool:
    """Tell whether a limit of a recording is negative."""
    return min(_limits(arguments).values()) < 0


def _limits(arguments: Arguments) -> dict[str, int]:
    return {
        "max_duration_seconds": arguments.number("maxDurationSeconds") or 0,
        "max_silence_seconds": arguments.number("maxSilenceSeconds") or 0,
    }


def new_recording(pbx: PBX, arguments: Arguments, target: Target) -> Answer:
    """Start a recording of a channel or bridge."""
    name, file_format = arguments.text("name"), arguments.text("format")
    limits = _limits(arguments)
    for label, limit in limits.items():
        if limit < 0:
            raise Refusal(400, f"{label} cannot be negative")
    terminate_on = arguments.text("terminateOn") or "none"
    if terminate_on not in TERMINATORS:
        raise Refusal(400, "terminateOn invalid")
    if_exists = arguments.text("ifExists") or "fail"
    if if_exists not in {"fail", "overwrite", "append"}:
        raise Refusal(400, "ifExists invalid")
    if file_format not in FORMATS:
        raise Refusal(422, "specified format is unknown on this system")
    if not name or ".." in name.split("/"):
        raise Refusal(500, "Error parsing request")
    recordings = pbx.recordings
    if name in recordings.live or (if_exists == "fail" and name in recordings.stored):
        raise Refusal(409, f"Recording '{name}' already exists and can not be overwritten")
    options = RecordingOptions(
        max_duration=limits["max_duration_seconds"],
        max_silence=limits["max_silence_seconds"],
        beep=arguments.flag("beep"),
        terminate_on=terminate_on,
        append=if_exists == "append",
    )
    recording = recordings.start(target, name, file_format, options)
    location = "/ari/recordings/live/" + quote(name, safe="")
    return Answer(201, recording.json(), headers={"Location": location})
