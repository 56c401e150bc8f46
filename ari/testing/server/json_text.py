"""JSON as Asterisk writes it."""

from __future__ import annotations

import json
from typing import Any


def compact(value: Any) -> str:
    """Write JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def pretty(value: Any) -> str:
    """Write JSON on many lines, as the option ``pretty`` of ari.conf does."""
    return json.dumps(value, indent=2, ensure_ascii=False)
