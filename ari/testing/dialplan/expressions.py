"""Variables and expressions inside the dialplan: ``${VAR:offset}`` and ``$[a = b]``."""

from __future__ import annotations

import re
from collections.abc import Callable

Lookup = Callable[[str], str | None]


def substitute(text: str, lookup: Lookup) -> str:
    """Replace the variables and expressions in a step's data."""
    out: list[str] = []
    position = 0
    while position < len(text):
        opening = text[position : position + 2]
        if opening in {"${", "$["}:
            end = _closing(text, position + 2, opening[1])
            inner = substitute(text[position + 2 : end], lookup)
            out.append(_variable(inner, lookup) if opening == "${" else evaluate(inner))
            position = end + 1
        else:
            out.append(text[position])
            position += 1
    return "".join(out)


def _closing(text: str, start: int, opener: str) -> int:
    closer = "}" if opener == "{" else "]"
    depth = 1
    for position in range(start, len(text)):
        if text[position] == opener:
            depth += 1
        elif text[position] == closer:
            depth -= 1
            if depth == 0:
                return position
    return len(text)


def _variable(inner: str, lookup: Lookup) -> str:
    name, colon, rest = inner.partition(":") if "(" not in inner else (inner, "", "")
    value = lookup(name) or ""
    if colon:
        offset, _, length = rest.partition(":")
        value = value[int(offset or 0) :]
        if length:
            value = value[: int(length)]
    return value


def evaluate(text: str) -> str:
    """Evaluate a comparison: ``a = b``, ``a != b``, ``a < b`` and their like; else the text."""
    match = re.match(r"^\s*(.*?)\s*(!=|>=|<=|=|<|>)\s*(.*?)\s*$", text)
    if match is None:
        return text.strip().strip('"')
    left, operator, right = match[1].strip('"'), match[2], match[3].strip('"')
    if '"' in left:  # quotes inside quotes: Asterisk makes something true of what it cannot read
        return "1"
    numbers = left.lstrip("-").isdigit() and right.lstrip("-").isdigit()
    first: float | str = int(left) if numbers else left
    second: float | str = int(right) if numbers else right
    result = {
        "=": first == second,
        "!=": first != second,
        "<": first < second,  # type: ignore[operator]
        ">": first > second,  # type: ignore[operator]
        "<=": first <= second,  # type: ignore[operator]
        ">=": first >= second,  # type: ignore[operator]
    }[operator]
    return "1" if result else "0"
