"""Variables in requests and answers: reading the ``variables`` of a body, answering with values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ari.testing.core.answers import Answer, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.state.channels import Channel

#: A variable: its name, its value, and whether events shall carry it.
Setting = tuple[str, str, bool]


def settings(variables: Any) -> list[Setting]:
    """Read the ``variables`` of a body, or refuse with 400; anything but an object is ignored."""
    if not isinstance(variables, dict):
        return []
    result: list[Setting] = []
    for name, value in variables.items():
        if isinstance(value, str):
            result.append((name, value, False))
            continue
        if not isinstance(value, dict):
            raise Refusal(
                400,
                "Each value in 'variables' must be a string or an object with 'value' and "
                "optional 'report_events'",
            )
        if not isinstance(value.get("value"), str):
            raise Refusal(400, "Each object value in 'variables' must include string field 'value'")
        report = value.get("report_events", False)
        if not isinstance(report, bool):
            raise Refusal(400, "Field 'report_events' in 'variables' entries must be boolean")
        result.append((name, value["value"], report))
    return result


def required_settings(arguments: Arguments) -> list[Setting]:
    """Read the ``variables`` of an operation that cannot do without."""
    if not arguments.body:
        raise Refusal(400, "The 'variables' field is required")
    if not isinstance(arguments.body.get("variables"), dict):
        raise Refusal(400, "The 'variables' field must be a JSON object")
    return settings(arguments.body["variables"])


def read_variable(channel: Channel, name: str) -> Answer:
    """Return the value of a channel variable, or refuse with 404."""
    value = channel.get_variable(name)
    if value is None:
        raise Refusal(404, "Provided variable was not found", reason="Variable Not Found")
    return Answer.ok({"value": value})


def read_variables(lookup: Callable[[str], str | None], names: list[str]) -> Answer:
    """Return the values of several variables, or refuse with 404 if one is not set."""
    values: dict[str, str] = {}
    for name in names:
        value = lookup(name)
        if value is None:
            raise Refusal(404, "Provided variable was not found", reason="Variable Not Found")
        values[name] = value
    return Answer.ok({"variables": values})
