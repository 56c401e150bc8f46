"""The operations of ``/mailboxes``."""

from __future__ import annotations

from ari.testing.core.answers import JSON, NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource


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
