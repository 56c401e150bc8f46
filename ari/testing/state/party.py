"""Parties: the name and number of a caller or a called person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ari.testing.core.answers import JSON


@dataclass(slots=True)
class Party:
    """A name and a number."""

    name: str = ""
    number: str = ""

    @classmethod
    def parse(cls, text: str) -> Party:
        """Read ``Name <number>``, ``"Name" <number>`` or a bare number."""
        match = re.match(r'^\s*"?(.*?)"?\s*<(.*)>\s*$', text)
        if match:
            return cls(match[1], match[2])
        digits = re.sub(r"[\s()-]", "", text)
        if re.fullmatch(r"\+?[0-9*#]+", digits):
            return cls("", digits)
        return cls(text.strip('" '), "")

    def copy(self) -> Party:
        """Return another party with the same name and number."""
        return Party(self.name, self.number)

    def json(self) -> JSON:
        """Return the CallerID object of the wire."""
        return {"name": self.name, "number": self.number}
