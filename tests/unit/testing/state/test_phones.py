"""Telephones."""

from ..support import PBXCase


class PhoneTest(PBXCase):
    def test_a_telephone_hears_what_is_done_to_its_channel(self) -> None:
        phone = self.incoming()
        path = f"channels/{phone.channel.id}"
        self.send("POST", f"{path}/moh", mohClass="jazz")
        self.send("POST", f"{path}/hold")
        self.send("POST", f"{path}/ring")
        self.assertEqual((phone.music, phone.on_hold, phone.rings), ("jazz", True, True))
        self.send("DELETE", f"{path}/moh")
        self.send("DELETE", f"{path}/hold")
        self.send("DELETE", f"{path}/ring")
        self.assertEqual((phone.music, phone.on_hold, phone.rings), (None, False, False))

    def test_the_caller_holds(self) -> None:
        phone = self.incoming()
        phone.hold(True)
        phone.hold(False)
        self.assertEqual(self.ear.types()[-2:], ["ChannelHold", "ChannelUnhold"])
