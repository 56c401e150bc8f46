"""Endpoints: the addresses that can be called, their state, and their text messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ari.testing.core.answers import JSON
from ari.testing.core.applications import ALL_ENDPOINTS
from ari.testing.core.core import Core

if TYPE_CHECKING:
    from ari.testing.state.channels import Channel
    from ari.testing.state.phones import Phone


@dataclass(eq=False, slots=True)
class Endpoint:
    """A telephone's address and how the telephone behaves when it is called.

    :param answers_after: seconds until somebody answers, None for never.
    :param busy: refuse every call as busy.
    :param rejects: refuse every call.
    :param online: whether the telephone is registered; others cannot be called.
    :param leads_to: for a line, the context of our dialplan into which its calls come back.
    """

    technology: str
    resource: str
    answers_after: float | None = field(default=0.0, kw_only=True)
    busy: bool = field(default=False, kw_only=True)
    rejects: bool = field(default=False, kw_only=True)
    online: bool = field(default=True, kw_only=True)
    leads_to: str | None = field(default=None, kw_only=True)
    channels: set[Channel] = field(default_factory=set, init=False)
    history: list[Phone] = field(default_factory=list, init=False)
    messages: list[JSON] = field(default_factory=list, init=False)
    #: The device state that was published last.
    device_state: str = field(init=False)

    def __post_init__(self) -> None:
        self.device_state = self.current_device_state()

    @property
    def key(self) -> str:
        """Return the name that subscriptions use."""
        return f"{self.technology}/{self.resource}"

    def json(self) -> JSON:
        """Return the Endpoint object of the wire."""
        return {
            "technology": self.technology,
            "resource": self.resource,
            "state": "online" if self.online else "offline",
            "channel_ids": sorted(channel.id for channel in self.channels),
        }

    def current_device_state(self) -> str:
        """Return the device state that follows from the calls."""
        states = {channel.state for channel in self.channels}
        if not states:
            return "NOT_INUSE" if self.online else "UNAVAILABLE"
        if states <= {"Ringing"}:
            return "RINGING"
        return "RINGINUSE" if "Ringing" in states else "INUSE"

    def receive_text(self, message: JSON) -> None:
        """Show a text message on the telephone."""
        self.messages.append(message)
        for phone in self.history:
            if not phone.ended:
                phone.texts.append(message["body"])


class Endpoints:
    """The table of endpoints, and what is published about them."""

    def __init__(self, core: Core) -> None:
        self._bus = core.bus
        self._table: dict[str, Endpoint] = {}

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(list(self._table.values()))

    def add(self, endpoint: Endpoint) -> None:
        """Add an endpoint, or replace the one of that name."""
        self._table[endpoint.key.lower()] = endpoint

    def get(self, key: str) -> Endpoint | None:
        """Return the endpoint of a name like ``PJSIP/bob``."""
        return self._table.get(key.lower())

    def technologies(self) -> set[str]:
        """Return the technologies that endpoints can have."""
        return {endpoint.technology for endpoint in self._table.values()} | {"PJSIP"}

    def changed(self, endpoint: Endpoint) -> None:
        """Publish what a channel's coming, going or changing means for its endpoint."""
        self._bus.publish(
            lambda application: endpoint.key in application.endpoints,
            "EndpointStateChange",
            lambda: {"endpoint": endpoint.json()},
        )
        state = endpoint.current_device_state()
        if state != endpoint.device_state:
            endpoint.device_state = state
            self._bus.publish_device_state(endpoint.key, state)

    def send_text(self, endpoint: Endpoint, message: JSON) -> None:
        """Publish a text message that comes from an endpoint."""
        wanted = {endpoint.key, endpoint.technology, ALL_ENDPOINTS}
        self._bus.publish(
            lambda application: len(wanted & application.endpoints.keys()),
            "TextMessageReceived",
            lambda: {"message": message, "endpoint": endpoint.json()},
        )
