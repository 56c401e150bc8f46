"""Read events, and replace what differs between two runs by the same words."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

Event = dict[str, Any]
Json = Any


def identity(thing: Json) -> Json:
    """Return the id, or else the name, of an object of an event."""
    if isinstance(thing, dict):
        return thing.get("id", thing.get("name", thing.get("resource")))
    return thing


def matches(event: Event, fields: dict[str, Any]) -> bool:
    """Tell whether an event holds these values."""
    for key, wanted in fields.items():
        if key == "state":
            holder = event.get("channel") or event.get("device_state") or {}
            value = holder.get("state")
        else:
            value = identity(event.get(key))
        if value != wanted:
            return False
    return True


def subject(event: Event) -> str:
    """Return the object to whose history an event belongs."""
    if event["type"] == "RESTResponse":
        return "answers"
    if event["type"] in ("CallBroadcast", "CallClaimed"):
        # These go past the channel's other events.
        return f"offer of {event['channel']['id']}"
    for key in ("channel", "peer", "bridge"):
        if key in event:
            return f"{'channel' if key == 'peer' else key} {event[key]['id']}"
    for key in ("playback", "recording"):
        if key in event:
            kind, _, id_ = str(event[key]["target_uri"]).partition(":")
            return f"{kind} {id_}"
    if "device_state" in event:
        return f"device {event['device_state']['name']}"
    if "endpoint" in event:
        return f"endpoint {event['endpoint']['technology']}/{event['endpoint']['resource']}"
    return "application"


def brief(event: Event) -> str:
    """Describe an event in a few words, for the message of a failure."""
    words = [event["type"], subject(event)]
    for key in ("variable", "value", "dialstatus", "digit", "cause", "dialplan_app"):
        if key in event:
            words.append(f"{key}={event[key]}")
    if "channel" in event:
        words.append(event["channel"].get("state", ""))
    if "playback" in event:
        words.append(event["playback"]["state"])
    return " ".join(words)


class Normaliser:
    """Replace what differs between two runs by the same words."""

    TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")
    CHANNEL_NUMBER = re.compile(r"-(0x[0-9a-f]+|[0-9a-f]{8})(?=;|$|[^0-9a-f-])")
    MADE_BY_SERVER = re.compile(
        r"\b\d{10}\.\d+\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    )

    def __init__(self, suffix: str, masked: set[str]) -> None:
        self._suffix = suffix
        self._masked = masked
        self._made: dict[str, str] = {}

    def __call__(self, value: Json) -> Json:
        """Return the normalised value."""
        if isinstance(value, dict):
            return {self.text(key): self._member(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def event(self, event: Event) -> Json:
        """Return a normalised event, without the members that every event has."""
        assert self.TIME.fullmatch(event["timestamp"]), event
        assert event["asterisk_id"], event
        common = ("application", "timestamp", "asterisk_id")
        rest = {key: value for key, value in event.items() if key not in common}
        return {"type": rest.pop("type"), **dict(sorted(self(rest).items()))}

    def text(self, text: str) -> str:
        """Return the normalised text."""
        text = self.MADE_BY_SERVER.sub(self._placeholder, text)
        text = text.replace(self._suffix, "").replace(self._suffix.upper(), "")
        text = self.CHANNEL_NUMBER.sub("-<n>", text)
        return "<time>" if self.TIME.fullmatch(text) else text

    def _member(self, key: str, value: Json) -> Json:
        if key in self._masked:
            return value if value == "" else "<some>"
        if key == "message_body":
            with contextlib.suppress(ValueError):
                value = json.loads(value)
        return "<entity>" if key == "asterisk_id" and value else self(value)

    def _placeholder(self, match: re.Match[str]) -> str:
        number = len(self._made) + 1
        return self._made.setdefault(match.group(), f"<id {number}>")
