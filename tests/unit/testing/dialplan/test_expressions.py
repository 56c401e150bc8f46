"""Variables and expressions of the dialplan."""

import unittest

from ari.testing.dialplan.expressions import evaluate, substitute


class ExpressionTest(unittest.TestCase):
    def test_substitution(self) -> None:
        values = {"EXTEN": "stasis-app", "A": "1"}
        cases = {
            "${EXTEN:7}": "app",
            "${EXTEN:0:6}": "stasis",
            "x${A}y${NONE}z": "x1yz",
            '$["${A}" = "1"]': "1",
            "$[2 < 10]": "1",
            "$[2 > 10]": "0",
            "$[${A} != 1]": "0",
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(substitute(text, values.get), expected)

    def test_an_expression_without_comparison_is_itself(self) -> None:
        self.assertEqual(evaluate(' "x" '), "x")


class SubstringTest(unittest.TestCase):
    def test_substrings(self) -> None:
        values = {"A": "abcdef", "LEN(x)": "1"}
        for text, expected in (
            ("${A:2:2}", "cd"),
            ("${A::3}", "abc"),
            ("${LEN(x)}", "1"),
            ("${A", "abcdef"),
            ("$[ ${A} ]", "abcdef"),
            ('$["a"b" = "c"]', "1"),
        ):
            self.assertEqual(substitute(text, values.get), expected, text)
