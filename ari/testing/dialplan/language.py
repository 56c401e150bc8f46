"""The dialplan's language: contexts, extensions, patterns and steps.

Enough of the language of ``extensions.conf`` that one file serves a test dialplan both here and on
a real Asterisk: ``exten =>``, ``same =>``, ``n``, labels and patterns.
:mod:`ari.testing.dialplan.expressions` has what stands inside the steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*"}
STEP = re.compile(r"^\s*([A-Za-z_]\w*)\s*(?:\((.*?)\)?)?\s*$", re.DOTALL)
PRIORITY = re.compile(r"^\s*(\d+|n|hint)\s*(?:\(\s*([\w-]+)\s*\))?\s*$")


@dataclass(frozen=True, slots=True)
class Step:
    """One priority: an application and what it is given."""

    application: str
    data: str = ""

    @classmethod
    def parse(cls, text: str) -> Step:
        """Read ``Application(data)`` or ``Application``."""
        match = STEP.match(text)
        if match is None:
            raise ValueError(f"not a step of a dialplan: {text!r}; write it as Application(data)")
        return cls(match[1], match[2] or "")


class Extension:
    """One extension or pattern: its steps by priority, its labels."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: dict[int, Step] = {}
        self.labels: dict[str, int] = {}
        self._pattern = self._compile(name) if name.startswith("_") else None

    @staticmethod
    def _compile(name: str) -> re.Pattern[str]:
        parts = []
        for piece in re.findall(r"\[[^\]]*\]|.", name[1:]):
            if piece.startswith("["):
                parts.append(piece)
            else:
                parts.append(CLASSES.get(piece) or CLASSES.get(piece.upper()) or re.escape(piece))
        return re.compile("".join(parts) + r"\Z")

    def matches(self, number: str) -> bool:
        """Tell whether this extension serves *number*."""
        if self._pattern is None:
            return self.name == number
        return self._pattern.match(number) is not None

    def add(self, step: Step, *, priority: int | None = None, label: str | None = None) -> None:
        """Add a step, by default behind the last one."""
        number = max(self.steps, default=0) + 1 if priority is None else priority
        self.steps[number] = step
        if label:
            self.labels[label] = number


class Dialplan:
    """Every context with its extensions."""

    def __init__(self) -> None:
        self._contexts: dict[str, dict[str, Extension]] = {}

    def extension(self, name: str, *steps: str, context: str = "default") -> Extension:
        """Define an extension from steps such as ``Answer`` and ``Stasis(app,arg)``."""
        extension = Extension(name)
        for step in steps:
            extension.add(Step.parse(step))
        self._contexts.setdefault(context, {})[name] = extension
        return extension

    def load(self, text: str) -> None:
        """Read the text of an ``extensions.conf``; what it does not know is left out."""
        context, extension = "default", None
        for raw in text.splitlines():
            line = re.sub(r"(?<!\\);.*$", "", raw).strip()
            if line.startswith("[") and "]" in line:
                context, extension = line[1 : line.index("]")], None
                continue
            key, _, value = line.partition("=")
            key, value = key.strip(), value.removeprefix(">").strip()
            if key == "exten":
                name, _, value = (part.strip() for part in value.partition(","))
                table = self._contexts.setdefault(context, {})
                extension = table.setdefault(name, Extension(name))
            if key not in {"exten", "same"} or extension is None:
                continue
            priority, _, step = value.partition(",")
            match = PRIORITY.match(priority)
            if match is not None and match[1] != "hint":
                number = int(match[1]) if match[1].isdigit() else None
                extension.add(Step.parse(step), priority=number, label=match[2])

    def find(self, context: str, exten: str) -> Extension | None:
        """Return the extension that serves a number: the exact one, else the best pattern."""
        table = self._contexts.get(context, {})
        if exten in table and not exten.startswith("_"):
            return table[exten]
        fitting = [item for item in table.values() if item.matches(exten)]
        return max(fitting, key=lambda item: len(item.name.rstrip(".!")), default=None)

    def find_label(self, context: str, exten: str, label: str) -> int | None:
        """Return the priority of a label, None when there is no such label."""
        extension = self.find(context, exten)
        return None if extension is None else extension.labels.get(label)
