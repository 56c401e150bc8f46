"""docs/architecture.md says what is there: every module, and every name in its diagrams."""

import ast
import re
import unittest
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ari"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
TREES = [block for block in BLOCKS if block.startswith("ari/")]
DIAGRAMS = [block for block in BLOCKS if "──" in block]


def paths_in(tree):
    """Return the paths that a tree of files names, those of folders with a slash at the end."""
    folders = []
    for line in tree.splitlines():
        indent, name = re.match(r"( *)(\S+)", line).groups()
        del folders[len(indent) // 2 :]
        yield "".join(folders) + name
        if name.endswith("/"):
            folders.append(name)


def modules_there():
    """Return the modules of the package that hold more than their folder's docstring."""
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "__init__.py" or len(ast.parse(text).body) > 1:
            yield path.relative_to(ROOT).as_posix()


@cache
def defined_names():
    """Return what the package defines, as ``Class.method`` and as ``module.function``."""
    names = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(f"{path.stem}.{node.name}")
            elif isinstance(node, ast.ClassDef):
                names.add(node.name)
                names.update(
                    f"{node.name}.{member.name}"
                    for member in node.body
                    if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
                )
    return names


class TreeTest(unittest.TestCase):
    def test_every_module_that_is_named_exists(self):
        for tree in TREES:
            for path in paths_in(tree):
                with self.subTest(path):
                    self.assertTrue((ROOT / path).exists())

    def test_every_module_is_named_once(self):
        named = [path for tree in TREES for path in paths_in(tree) if path.endswith(".py")]
        # A folder that only re-exports is named by its own line.
        folders = {f"{path}__init__.py" for tree in TREES for path in paths_in(tree)}
        self.assertEqual(len(named), len(set(named)))
        self.assertEqual(set(modules_there()) - set(named) - folders, set())


class DiagramTest(unittest.TestCase):
    def test_there_are_both_ways_of_the_client_and_of_the_simulator(self):
        self.assertGreaterEqual(len(DIAGRAMS), 4)

    def test_every_name_in_a_diagram_exists(self):
        for diagram in DIAGRAMS:
            names = re.findall(r"\b[A-Za-z]\w*\.[a-z_]\w*", diagram)
            self.assertGreaterEqual(len(names), 4, diagram)
            for name in set(names) - {"channel.play"}:  # as users write it
                with self.subTest(name):
                    self.assertTrue(name in defined_names(), name)


class TableTest(unittest.TestCase):
    """The tables of what to open: each row's files are there."""

    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)

    def test_there_are_rows_enough(self):
        self.assertGreaterEqual(len(self.rows) - 2, 30)

    def test_the_files_of_each_row_exist(self):
        for change, files in self.rows:
            if change == "To change …":
                continue
            paths = re.findall(r"`([\w<>]+(?:/[\w<>]*)*/|[\w/<>]+\.py)`", files)
            self.assertTrue(paths, change)
            for path in paths:
                with self.subTest(change, path=path):
                    pattern = re.sub(r"<\w+>", "*", path)
                    self.assertTrue(list(PACKAGE.glob(pattern)))
