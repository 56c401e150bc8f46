"""How long media last."""

import unittest

from ari.testing.calls.media import ENDLESS, MISSING, UNKNOWN, Media


class MediaTest(unittest.TestCase):
    def setUp(self) -> None:
        self.media = Media({"mine": 2.0}.get)

    def test_how_long_things_last(self) -> None:
        cases = {
            "sound:nothing": MISSING,
            "sound:http://host/x.wav": 3.0,
            "recording:mine": 2.0,
            "recording:other": UNKNOWN,
            "tone:ring": ENDLESS,
            "gopher:x": UNKNOWN,
            "number:x": 0.0,
        }
        for uri, seconds in cases.items():
            self.assertEqual(self.media.seconds(uri), seconds, uri)

    def test_longer_numbers_take_longer(self) -> None:
        numbers = ("7", "27", "127", "1127", "1001127")
        lengths = [self.media.seconds(f"number:{number}") for number in numbers]
        self.assertEqual(lengths, sorted(lengths))
        self.assertGreater(self.media.seconds("number:-7"), lengths[0])
        self.assertGreater(self.media.seconds("characters:abc"), self.media.seconds("digits:1"))
