"""The states of devices."""

from ari.testing.state.endpoints import Endpoint

from ..support import PBXCase, phone_of


class DeviceTest(PBXCase):
    def test_a_device_follows_its_calls(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob", answers_after=1))
        states = [self.pbx.devices.state("PJSIP/bob")]
        channel = self.originate("PJSIP/bob")
        states.append(self.pbx.devices.state("PJSIP/bob"))
        self.pass_time(1)
        states.append(self.pbx.devices.state("PJSIP/bob"))
        phone_of(self.pbx.channels[channel]).hangup(16)
        self.pbx.clock.settle()
        states.append(self.pbx.devices.state("PJSIP/bob"))
        self.assertEqual(states, ["NOT_INUSE", "RINGING", "INUSE", "NOT_INUSE"])
