"""The operations of /deviceStates."""

from ..support import PBXCase


class DeviceStateTest(PBXCase):
    def test_device_states(self) -> None:
        self.refused(409, "Uncontrolled device specified", "PUT", "deviceStates/PJSIP%2Fbob")
        self.refused(404, "Device name is missing", "PUT", "deviceStates/Stasis:")
        self.refused(500, "Unknown device", "PUT", "deviceStates/Stasis:x", deviceState="NONSENSE")
        self.assertEqual(self.send("GET", "deviceStates/Stasis:x")["state"], "UNKNOWN")
        self.assertEqual(self.send("GET", "deviceStates/x")["state"], "INVALID")
        self.send("PUT", "deviceStates/Stasis:x", deviceState="onhold")
        self.assertEqual(
            self.send("GET", "deviceStates"), [{"name": "Stasis:x", "state": "ONHOLD"}]
        )
        self.send("DELETE", "deviceStates/Stasis:x")
        self.assertEqual(self.send("GET", "deviceStates"), [])
