"""The operations of ``/playbacks``, and starting a playback."""

from __future__ import annotations

from urllib.parse import quote

from ari.testing.calls.playbacks import OPERATIONS
from ari.testing.core.answers import NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.pbx import PBX
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource
from ari.testing.state.roles import Target


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


def check_offsets(arguments: Arguments) -> None:
    """Refuse negative times of a playback."""
    for name in ("skipms", "offsetms"):
        if (arguments.number(name) or 0) < 0:
            raise Refusal(400, f"{name} cannot be negative")


def names_no_media(arguments: Arguments) -> bool:
    """Tell whether the list of media names nothing."""
    return not any(arguments.words("media"))


def new_playback(pbx: PBX, arguments: Arguments, target: Target) -> Answer:
    """Start a playback to a channel or bridge."""
    playback = pbx.playbacks.start(
        target,
        arguments.words("media"),
        identifier=arguments.optional("playbackId"),
        language=arguments.optional("lang"),
        skip_ms=arguments.number("skipms"),
        offset_ms=arguments.number("offsetms"),
    )
    location = "/ari/playbacks/" + quote(playback.id, safe="")
    return Answer(201, playback.json(), headers={"Location": location})
