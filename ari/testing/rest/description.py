"""The description of the interface that the simulator serves: the one bundled with the library."""

from __future__ import annotations

import json
from importlib import resources

from ari.testing.core.answers import JSON


def load_description() -> dict[str, JSON]:
    """Return the bundled description: each file of ``api-docs`` by its name."""
    folder = resources.files("ari") / "api_docs"
    return {
        item.name: json.loads(item.read_text(encoding="utf-8"))
        for item in folder.iterdir()
        if item.name.endswith(".json")
    }
