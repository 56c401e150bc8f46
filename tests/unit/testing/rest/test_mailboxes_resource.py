"""The operations of /mailboxes."""

from ..support import PBXCase


class MailboxTest(PBXCase):
    def test_mailboxes(self) -> None:
        self.refused(404, "Mailbox is does not exist", "GET", "mailboxes/100")
        self.send("PUT", "mailboxes/100", oldMessages=1, newMessages=2)
        box = {"name": "100", "old_messages": 1, "new_messages": 2}
        self.assertEqual(self.send("GET", "mailboxes"), [box])
        self.send("DELETE", "mailboxes/100")
        self.refused(404, "Mailbox does not exist", "DELETE", "mailboxes/100")
