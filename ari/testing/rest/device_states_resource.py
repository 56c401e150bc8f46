"""The operations of ``/deviceStates`` and ``/mailboxes``."""

from __future__ import annotations

from ari.testing.core.answers import JSON, NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.rest.resource import Resource
from ari.testing.rest.routing import Arguments

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
        devices = self.pbx.devices
        return Answer.ok([{"name": name, "state": state} for name, state in devices.items()])

    def get(self, arguments: Arguments) -> Outcome:
        name = arguments.text("deviceName")
        return Answer.ok({"name": name, "state": self.pbx.device_state(name)})

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
        if self.pbx.devices.get(name) != state:
            self.pbx.devices[name] = state
            self.pbx.device_changed(name, state)
        return NO_CONTENT

    def delete(self, arguments: Arguments) -> Outcome:
        self.pbx.devices.pop(self._controlled(arguments), None)
        return NO_CONTENT


class MailboxesResource(Resource):
    """``/mailboxes``."""

    def _json(self, name: str) -> JSON:
        old, new = self.pbx.mailboxes[name]
        return {"name": name, "old_messages": old, "new_messages": new}

    def list(self, arguments: Arguments) -> Outcome:
        return Answer.ok([self._json(name) for name in self.pbx.mailboxes])

    def get(self, arguments: Arguments) -> Outcome:
        name = arguments.text("mailboxName")
        if name not in self.pbx.mailboxes:
            raise Refusal(404, "Mailbox is does not exist")
        return Answer.ok(self._json(name))

    def update(self, arguments: Arguments) -> Outcome:
        name = arguments.text("mailboxName")
        old, new = arguments.number("oldMessages") or 0, arguments.number("newMessages") or 0
        self.pbx.mailboxes[name] = (old, new)
        return NO_CONTENT

    def delete(self, arguments: Arguments) -> Outcome:
        name = arguments.text("mailboxName")
        if name not in self.pbx.mailboxes:
            raise Refusal(404, "Mailbox does not exist")
        del self.pbx.mailboxes[name]
        return NO_CONTENT
