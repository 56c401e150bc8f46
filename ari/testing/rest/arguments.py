"""Arguments: the parameters of one request, read as the description declares them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.asterisk_text import atoi, split_arguments, truth

#: A parameter may have fewer values than this.
MAX_VALUES = 128


def parse_query(text: str) -> dict[str, str]:
    """Read a query string; of a repeated name the last value counts."""
    return dict(parse_qsl(text, keep_blank_values=True))


class Arguments:
    """The parameters of one request, read as the description declares them.

    A member of a JSON body wins over the query; one of the wrong JSON type counts as absent.
    """

    def __init__(self, declared: list[JSON], path: dict[str, str], query: str, body: JSON) -> None:
        self._values: dict[str, Any] = dict(path)
        self.body = body
        values = parse_query(query)
        for parameter in declared:
            if parameter["paramType"] == "query":
                name = parameter["name"]
                value = self._read(parameter, values.get(name))
                if value is not None:
                    self._values[name] = value

    def _read(self, parameter: JSON, text: str | None) -> Any:
        name, kind = parameter["name"], parameter["dataType"]
        if parameter.get("allowMultiple"):
            return self._read_many(name, text)
        if name in self.body:
            value = self.body[name]
            if kind in {"int", "long"}:
                return value if type(value) is int else None
            if kind == "boolean":
                return value if type(value) is bool else None
            return value if isinstance(value, str) else None
        if text is None:
            return None
        if kind in {"int", "long"}:
            return atoi(text)
        return truth(text) if kind == "boolean" else text

    def _read_many(self, name: str, text: str | None) -> list[str] | None:
        if name in self.body:
            value = self.body[name]
            if isinstance(value, list):
                return [item if isinstance(item, str) else "" for item in value]
            return [value] if isinstance(value, str) else None
        if text is None:
            return None
        words = split_arguments(text)
        if len(words) >= MAX_VALUES:
            raise Refusal(400, f"Too many values for {name}")
        return words

    def text(self, name: str) -> str:
        """Return a string parameter, empty when absent."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def optional(self, name: str) -> str | None:
        """Return a string parameter, None when absent."""
        value = self._values.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """Return a number, None when absent."""
        value = self._values.get(name)
        return value if isinstance(value, int) else None

    def flag(self, name: str) -> bool:
        """Return a boolean, False when absent."""
        return self._values.get(name) is True

    def words(self, name: str) -> list[str]:
        """Return a multiple parameter, empty when absent."""
        value = self._values.get(name)
        return value if isinstance(value, list) else []
