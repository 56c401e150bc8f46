"""The operations of /sounds."""

from ..support import PBXCase


class SoundTest(PBXCase):
    def test_sounds(self) -> None:
        self.assertEqual(self.send("GET", "sounds/beep")["id"], "beep")
        self.assertGreater(len(self.send("GET", "sounds", lang="en")), 500)
        self.refused(404, "Sound not found", "GET", "sounds/nothing")
        self.refused(404, "No sounds found that matched the query", "GET", "sounds", lang="xx")
