"""What the resources share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ari.testing.calls.playbacks import Playback
from ari.testing.calls.recordings import FORMATS, LiveRecording
from ari.testing.core.answers import Answer, Refusal
from ari.testing.pbx import PBX
from ari.testing.rest.routing import Arguments
from ari.testing.state.channels import Channel

#: A variable: its name, its value, and whether events shall carry it.
Setting = tuple[str, str, bool]

TERMINATORS = {"none", "any", "*", "#"}


class Resource:
    """One group of operations on a PBX."""

    def __init__(self, pbx: PBX) -> None:
        self.pbx = pbx


def settings(variables: Any) -> list[Setting]:
    """Read the ``variables`` of a body, or refuse with 400; anything but an object is ignored."""
    if not isinstance(variables, dict):
        return []
    result: list[Setting] = []
    for name, value in variables.items():
        if isinstance(value, str):
            result.append((name, value, False))
            continue
        if not isinstance(value, dict):
            raise Refusal(
                400,
                "Each value in 'variables' must be a string or an object with 'value' and "
                "optional 'report_events'",
            )
        if not isinstance(value.get("value"), str):
            raise Refusal(400, "Each object value in 'variables' must include string field 'value'")
        report = value.get("report_events", False)
        if not isinstance(report, bool):
            raise Refusal(400, "Field 'report_events' in 'variables' entries must be boolean")
        result.append((name, value["value"], report))
    return result


def required_settings(arguments: Arguments) -> list[Setting]:
    """Read the ``variables`` of an operation that cannot do without."""
    if not arguments.body:
        raise Refusal(400, "The 'variables' field is required")
    if not isinstance(arguments.body.get("variables"), dict):
        raise Refusal(400, "The 'variables' field must be a JSON object")
    return settings(arguments.body["variables"])


def new_recording(pbx: PBX, arguments: Arguments, target: Any) -> Answer:
    """Start a recording of a channel or bridge."""
    name, file_format = arguments.text("name"), arguments.text("format")
    limits = {
        "max_duration_seconds": arguments.number("maxDurationSeconds") or 0,
        "max_silence_seconds": arguments.number("maxSilenceSeconds") or 0,
    }
    for label, limit in limits.items():
        if limit < 0 and not isinstance(target, Channel):
            raise Refusal(500, "Error parsing request")
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
    recording = LiveRecording(
        pbx,
        name,
        file_format,
        target,
        max_duration=limits["max_duration_seconds"],
        max_silence=limits["max_silence_seconds"],
        beep=arguments.flag("beep"),
        terminate_on=terminate_on,
        append=if_exists == "append",
    )
    recordings.start(recording)
    location = "/ari/recordings/live/" + quote(name, safe="")
    return Answer(201, recording.json(), headers={"Location": location})


def check_offsets(arguments: Arguments) -> None:
    """Refuse negative times of a playback."""
    for name in ("skipms", "offsetms"):
        if (arguments.number(name) or 0) < 0:
            raise Refusal(400, f"{name} cannot be negative")


def new_playback(pbx: PBX, arguments: Arguments, target: Any) -> Answer:
    """Start a playback to a channel or bridge."""
    playback: Playback = pbx.playbacks.start(
        target,
        arguments.words("media"),
        identifier=arguments.optional("playbackId"),
        language=arguments.optional("lang"),
        skip_ms=arguments.number("skipms"),
        offset_ms=arguments.number("offsetms"),
    )
    location = "/ari/playbacks/" + quote(playback.id, safe="")
    return Answer(201, playback.json(), headers={"Location": location})


def no_media(words: list[str]) -> bool:
    """Tell whether a list of media names nothing."""
    return not [word for word in words if word]


def read_variable(channel: Channel, name: str) -> Answer:
    """Return the value of a channel variable, or refuse with 404."""
    value = channel.get_variable(name)
    if value is None:
        raise Refusal(404, "Provided variable was not found", reason="Variable Not Found")
    return Answer.ok({"value": value})


def read_variables(lookup: Callable[[str], str | None], names: list[str]) -> Answer:
    """Return the values of several variables, or refuse with 404 if one is not set."""
    values: dict[str, str] = {}
    for name in names:
        value = lookup(name)
        if value is None:
            raise Refusal(404, "Provided variable was not found", reason="Variable Not Found")
        values[name] = value
    return Answer.ok({"variables": values})
