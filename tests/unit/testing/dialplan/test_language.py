"""The dialplan's language."""

import unittest

from ari.testing.dialplan.language import Dialplan, Step

TEXT = """
[general]
static = yes ; a comment
[default]
exten => _stasis-.,1,GotoIf($["${ARGS}" = ""]?plain)
 same => n,Stasis(${EXTEN:7},${ARGS})
 same => n(plain),Stasis(${EXTEN:7})
exten => 100,1,Answer()
exten => 100,n,Hangup(17)
exten => _1XX,1,Busy()
"""


class LanguageTest(unittest.TestCase):
    def setUp(self) -> None:
        self.dialplan = Dialplan()
        self.dialplan.load(TEXT)

    def test_the_exact_extension_comes_before_a_pattern(self) -> None:
        found = self.dialplan.find("default", "100")
        assert found is not None
        self.assertEqual([step.application for step in found.steps.values()], ["Answer", "Hangup"])
        pattern = self.dialplan.find("default", "123")
        assert pattern is not None
        self.assertEqual(pattern.name, "_1XX")

    def test_what_fits_nothing(self) -> None:
        self.assertIsNone(self.dialplan.find("default", "2000"))
        self.assertIsNone(self.dialplan.find("nowhere", "100"))

    def test_labels(self) -> None:
        self.assertEqual(self.dialplan.find_label("default", "stasis-x", "plain"), 3)
        self.assertIsNone(self.dialplan.find_label("default", "100", "plain"))

    def test_steps(self) -> None:
        step = Step.parse("Stasis(app,a,f(b))")
        self.assertEqual((step.application, step.data), ("Stasis", "app,a,f(b)"))
        with self.assertRaisesRegex(ValueError, "Application"):
            Step.parse("this is none")


class PatternTest(unittest.TestCase):
    def test_patterns(self) -> None:
        dialplan = Dialplan()
        dialplan.extension("_[1-3]Z.", "Answer")
        dialplan.extension("_N!", "Busy")
        self.assertIsNotNone(dialplan.find("default", "155"))
        self.assertIsNone(dialplan.find("default", "105"))
        self.assertIsNotNone(dialplan.find("default", "9"))

    def test_hints_and_numbered_priorities(self) -> None:
        dialplan = Dialplan()
        dialplan.load("exten => 1,hint,PJSIP/x\nexten => 1,1,Answer()\nexten => 1,3,Hangup()")
        found = dialplan.find("default", "1")
        assert found is not None
        self.assertEqual(sorted(found.steps), [1, 3])
