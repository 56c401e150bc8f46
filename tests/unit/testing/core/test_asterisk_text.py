"""How Asterisk reads arguments, numbers and truth values."""

import unittest

from ari.testing.core.asterisk_text import atoi, split_arguments, truth


class ArgumentsTest(unittest.TestCase):
    def test_commas_split_and_an_empty_end_counts(self) -> None:
        self.assertEqual(split_arguments('x,"y,z",'), ["x", "y,z", ""])

    def test_commas_in_parentheses_and_brackets_do_not_split(self) -> None:
        self.assertEqual(split_arguments("f(a,b),[c,d]"), ["f(a,b)", "[c,d]"])

    def test_a_backslash_keeps_a_comma(self) -> None:
        self.assertEqual(split_arguments("a\\,b"), ["a,b"])

    def test_numbers_are_read_as_far_as_they_go(self) -> None:
        self.assertEqual([atoi(text) for text in ("12", "-3x", " 7", "x", "")], [12, -3, 7, 0, 0])

    def test_truth_has_six_spellings(self) -> None:
        true = [word for word in ("yes", "TRUE", "y", "t", "1", "on", "2", "no", "") if truth(word)]
        self.assertEqual(true, ["yes", "TRUE", "y", "t", "1", "on"])
