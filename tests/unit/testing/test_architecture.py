"""The page about the architecture, where it speaks of the simulator."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


class SimulatorTest(unittest.TestCase):
    def test_the_tree_names_every_module(self) -> None:
        tree = re.search(r"^ari/testing/\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
        assert tree is not None
        named, folder = [], ""
        for indent, name in re.findall(r"^( +)(\S+)", tree[1], re.MULTILINE):
            folder = folder if len(indent) > 2 else ""
            if name.endswith("/"):
                folder = name
            else:
                named.append(folder + name)
        testing = ROOT / "ari/testing"
        there = {path.relative_to(testing).as_posix() for path in testing.rglob("*.py")}
        there -= {f"{folder}/__init__.py" for folder in ("core", "state", "calls")}
        there -= {f"{folder}/__init__.py" for folder in ("dialplan", "rest", "server")}
        self.assertEqual(sorted(named), sorted(there))

    def test_the_files_of_the_table_exist(self) -> None:
        files = re.findall(r"`((?:testing|cli)/\w[\w/]*\.py)`", TEXT)
        self.assertGreater(len(files), 14)
        for file in files:
            self.assertTrue((ROOT / "ari" / file).exists(), file)
