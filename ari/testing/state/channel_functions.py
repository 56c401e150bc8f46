"""Variables and dialplan functions of a channel: EXTEN, CALLERID(), CHANNEL() and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ari.testing.core.answers import Refusal
from ari.testing.state.party import Party

if TYPE_CHECKING:
    from ari.testing.state.channels import Channel

_FUNCTION = re.compile(r"^(\w+)\((.*)\)$", re.DOTALL)


def parse_function(text: str) -> tuple[str, str] | None:
    """Return the name and the argument of ``NAME(argument)``, None for a plain variable."""
    match = _FUNCTION.match(text)
    return None if match is None else (match[1].upper(), match[2])


def write_function(channel: Channel, function: str, argument: str, value: str) -> None:
    """Set what a function stands for; nothing happens where that is unknown here."""
    if function == "CALLERID" and argument in {"name", "num", "number", "all"}:
        channel.caller = _written(channel.caller, argument, value)
        channel.announce_caller()
    elif function == "CONNECTEDLINE":
        part = argument.split(",", maxsplit=1)[0]
        if part in {"name", "num", "number", "all"}:
            channel.connected = _written(channel.connected, part, value)
            channel.emit("ChannelConnectedLine")
    elif function == "CHANNEL" and argument == "language":
        channel.language = value
    elif function == "CHANNEL" and argument == "accountcode":
        channel.accountcode = value
    elif function == "TALK_DETECT":
        channel.detect_talk(value if argument == "set" else None)
    elif function == "GLOBAL":
        channel.core.variables.assign(argument, value)


def _written(party: Party, part: str, value: str) -> Party:
    if part == "all":
        return Party.parse(value)
    if part == "name":
        return Party(value, party.number)
    return Party(party.name, value)


def read_variable(channel: Channel, name: str) -> str | None:
    """Return the value of a variable or function, None when it is not set.

    Refuses an unknown function.
    """
    function = parse_function(name)
    if function is not None:
        return _read_function(channel, *function)
    builtin = {
        "CHANNEL": channel.name,
        "CONTEXT": channel.place.context,
        "EXTEN": channel.place.exten,
        "PRIORITY": str(channel.place.priority),
        "UNIQUEID": channel.id,
        "HANGUPCAUSE": str(channel.ending.cause),
        "EPOCH": str(int(channel.core.clock.wall())),
    }
    if name in builtin:
        return builtin[name]
    value = channel.variables.get(name)
    return value if value is not None else channel.core.variables.get(name)


def _read_function(channel: Channel, function: str, argument: str) -> str | None:
    if function == "CALLERID":
        if argument == "all":
            return f'"{channel.caller.name}" <{channel.caller.number}>'
        return channel.caller.name if argument == "name" else channel.caller.number
    if function == "CONNECTEDLINE":
        return channel.connected.name if argument == "name" else channel.connected.number
    if function == "CHANNEL":
        return {
            "name": channel.name,
            "language": channel.language,
            "state": channel.state,
            "accountcode": channel.accountcode,
            "channeltype": channel.technology,
            "uniqueid": channel.id,
        }.get(argument, "")
    if function == "GLOBAL":
        return channel.core.variables.get(argument)
    if function == "LEN":
        return str(len(argument))
    raise Refusal(500, "Unable to read provided function", reason="Error With Function")
