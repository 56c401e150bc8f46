"""Global variables."""

from ..support import Ear, PBXCase


class GlobalVariableTest(PBXCase):
    def test_setting_a_global_is_seen_by_those_who_see_all(self) -> None:
        watcher = Ear()
        self.pbx.applications.connect("watcher", watcher, subscribe_all=True)
        self.send("POST", "asterisk/variable", variable="A", value="1")
        self.assertEqual(watcher.of("ChannelVarset")[0]["value"], "1")
        self.send("POST", "asterisk/variable", variable="B")
        self.assertEqual(len(watcher.of("ChannelVarset")), 1)
