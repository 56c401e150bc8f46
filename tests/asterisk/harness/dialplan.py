# ruff: noqa: T201
"""The dialplan of the tests: our telephones, and the lines that the examples need.

A server of your own (``ARI_TEST_URL``) needs it too;
``python -m tests.asterisk.harness.dialplan`` prints it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[2] / "examples"


def dialplan() -> str:
    """Return the text of extensions.conf; it ends in the context ``default``."""
    return "\n".join([(HERE / "etc/extensions.conf").read_text(), *example_lines(), ""])


def example_lines() -> list[str]:
    """Return the dialplan lines in the docstrings of the examples."""
    lines = []
    for path in sorted(EXAMPLES.glob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text())) or ""
        lines += re.findall(r"^\s*(?:exten|same)\s*=>.*$", text, re.MULTILINE)
    return [line.strip() for line in lines]


if __name__ == "__main__":
    print(dialplan())
