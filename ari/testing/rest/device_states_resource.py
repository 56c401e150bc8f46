"""The operations of ``/deviceStates``."""

from __future__ import annotations

from ari.testing.core.answers import NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource

STATES = {
    "NOT_INUSE",
    "INUSE",
    "BUSY",
    "INVALID",
    "UNAVAILABLE",
    "RINGING",
    "RINGINUSE",
    "ONHOLD",
}
PREFIX = "Stasis:"


class DeviceStatesResource(Resource):
    """``/deviceStates``."""

    def list(self, arguments: Arguments) -> Outcome:
        states = self.pbx.devices.custom
        return Answer.ok([{"name": name, "state": state} for name, state in states.items()])

    def get(self, arguments: Arguments) -> Outcome:
        name = arguments.text("deviceName")
        return Answer.ok({"name": name, "state": self.pbx.devices.state(name)})

    @staticmethod
    def _controlled(arguments: Arguments) -> str:
        name = arguments.text("deviceName")
        if not name.startswith(PREFIX):
            raise Refusal(409, "Uncontrolled device specified")
        if name == PREFIX:
            raise Refusal(404, "Device name is missing")
        return name

    def update(self, arguments: Arguments) -> Outcome:
        name, state = self._controlled(arguments), arguments.text("deviceState").upper()
        if state not in STATES:
            raise Refusal(500, "Unknown device")
        self.pbx.devices.set(name, state)
        return NO_CONTENT

    def delete(self, arguments: Arguments) -> Outcome:
        self.pbx.devices.custom.pop(self._controlled(arguments), None)
        return NO_CONTENT
