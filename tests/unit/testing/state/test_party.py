"""Parties."""

import unittest

from ari.testing.state.party import Party


class PartyTest(unittest.TestCase):
    def test_spellings_of_a_caller(self) -> None:
        cases = {
            "Bob <12>": ("Bob", "12"),
            '"Bob B" <+1 2>': ("Bob B", "+1 2"),
            "555 1234": ("", "5551234"),
            "Bob": ("Bob", ""),
        }
        for text, expected in cases.items():
            party = Party.parse(text)
            self.assertEqual((party.name, party.number), expected)
