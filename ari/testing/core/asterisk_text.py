"""How Asterisk reads text: arguments between commas, numbers and truth values."""

from __future__ import annotations


def split_arguments(text: str) -> list[str]:
    """Split application arguments on commas, as the dialplan does.

    Quotes and backslashes are removed; commas inside quotes, parentheses or brackets stay.
    """
    parts: list[str] = []
    current: list[str] = []
    depth = 0
    quoted = escaped = False
    for char in text:
        if escaped:
            current.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "," and not quoted and depth == 0:
            parts.append("".join(current))
            current = []
        else:
            if char in "([":
                depth += 1
            elif char in ")]" and depth:
                depth -= 1
            current.append(char)
    parts.append("".join(current))
    return parts


def atoi(text: str) -> int:
    """Read a number as C does: leading digits count; without any, it is 0."""
    text = text.strip()
    sign = -1 if text[:1] == "-" else 1
    digits = ""
    for char in text.lstrip("+-") if text[:1] in "+-" else text:
        if not char.isdigit() or not char.isascii():
            break
        digits += char
    return sign * int(digits) if digits else 0


def truth(text: str) -> bool:
    """Read a boolean as Asterisk does."""
    return text.lower() in {"yes", "true", "y", "t", "1", "on"}
