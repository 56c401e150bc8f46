"""Stasis applications: who is connected, what they are subscribed to, what is filtered out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from ari.testing.core.answers import JSON, Refusal

if TYPE_CHECKING:
    from ari.testing.pbx import PBX
    from ari.testing.state.bridges import Bridge
    from ari.testing.state.channels import Channel

ALL_CHANNELS = "__AST_CHANNEL_ALL_TOPIC"
ALL_BRIDGES = "__AST_BRIDGE_ALL_TOPIC"
ALL_ENDPOINTS = "__AST_ENDPOINT_ALL_TOPIC"
ALL_DEVICES = "__AST_DEVICE_STATE_ALL_TOPIC"


class Connection(Protocol):
    """Where an application's events go: a WebSocket, or a list in a test."""

    def send(self, event: JSON) -> None:
        """Send one event; must not block."""


class Application:
    """One registered application.

    Subscriptions are counted, as Asterisk counts them: what came twice must go twice.
    """

    def __init__(self, name: str, connection: Connection | None) -> None:
        self.name = name
        self.connection = connection
        self.subscribe_all = False
        self.channels: Counter[str] = Counter()
        self.bridges: Counter[str] = Counter()
        self.endpoints: Counter[str] = Counter()
        self.devices: set[str] = set()
        self.allowed: list[JSON] = []
        self.disallowed: list[JSON] = []

    @property
    def active(self) -> bool:
        """Tell whether somebody is connected for this application."""
        return self.connection is not None

    @property
    def finished(self) -> bool:
        """Tell whether nothing keeps a disconnected application alive."""
        return not self.active and not (self.channels or self.bridges or self.endpoints)

    def passes(self, event_type: str) -> bool:
        """Tell whether the event filter lets this type through."""
        allowed = not self.allowed or any(item["type"] == event_type for item in self.allowed)
        return allowed and not any(item["type"] == event_type for item in self.disallowed)

    def send(self, event: JSON) -> None:
        """Send an event to whoever is connected; lost when nobody is."""
        if self.connection is not None and self.passes(event["type"]):
            self.connection.send({**event, "application": self.name})

    def subscribe(self, table: Counter[str], everything: str, key: str) -> None:
        """Count one subscription more, unless all of the kind are subscribed anyway."""
        if key == everything or everything not in table:
            table[key] += 1

    def unsubscribe(self, table: Counter[str], key: str) -> bool:
        """Count one subscription less; return False when there was none."""
        if key not in table:
            return False
        table[key] -= 1
        if table[key] <= 0:
            del table[key]
        return True

    def watch_channel(self, channel: Channel) -> None:
        """Receive the events of a channel."""
        self.subscribe(self.channels, ALL_CHANNELS, channel.id)

    def unwatch_channel(self, channel: Channel) -> None:
        """Receive the events of a channel one time less."""
        self.unsubscribe(self.channels, channel.id)

    def watch_bridge(self, bridge: Bridge) -> None:
        """Receive the events of a bridge."""
        self.subscribe(self.bridges, ALL_BRIDGES, bridge.id)

    def unwatch_bridge(self, bridge: Bridge) -> None:
        """Receive the events of a bridge one time less."""
        self.unsubscribe(self.bridges, bridge.id)

    def copies_of_channel_event(self, channel: Channel) -> int:
        """Return how often an event of this channel reaches the application."""
        copies = (channel.id in self.channels) + (ALL_CHANNELS in self.channels)
        if channel.endpoint is not None and self.endpoints:
            copies += channel.endpoint.key in self.endpoints
        return copies

    def copies_of_bridge_event(self, bridge: Bridge) -> int:
        """Return how often an event of this bridge reaches the application."""
        return (bridge.id in self.bridges) + (ALL_BRIDGES in self.bridges)

    def json(self) -> JSON:
        """Return the Application object of the wire."""
        return {
            "name": self.name,
            "channel_ids": sorted(self.channels),
            "bridge_ids": sorted(self.bridges),
            "endpoint_ids": sorted(self.endpoints),
            "device_names": sorted(self.devices),
            "events_allowed": self.allowed,
            "events_disallowed": self.disallowed,
        }


class Applications:
    """The table of applications, and what their connections do to it."""

    def __init__(self, pbx: PBX) -> None:
        self._pbx = pbx
        self._table: dict[str, Application] = {}
        # Device state subscriptions live by name, longer than the application itself.
        self._devices: dict[str, set[str]] = {}

    def __iter__(self) -> Any:
        return iter(list(self._table.values()))

    def get(self, name: str) -> Application | None:
        """Return an application by name."""
        return self._table.get(name)

    def require(self, name: str) -> Application:
        """Return an application by name, or refuse with 404."""
        application = self._table.get(name)
        if application is None:
            raise Refusal(404, "Application not found")
        return application

    def connect(self, name: str, connection: Connection, *, subscribe_all: bool = False) -> None:
        """Register *connection* for an application; who held it before is told so and loses it."""
        application = self._table.get(name)
        if application is None:
            application = self._table[name] = Application(name, None)
            application.devices = self._devices.setdefault(name, set())
            if subscribe_all:
                application.subscribe_all = True
                application.channels[ALL_CHANNELS] += 1
                application.bridges[ALL_BRIDGES] += 1
                application.endpoints[ALL_ENDPOINTS] += 1
                application.devices.add(ALL_DEVICES)
        elif application.active and application.connection is not connection:
            application.send(self._pbx.event("ApplicationReplaced"))
        application.connection = connection

    def disconnect(self, connection: Connection) -> None:
        """Deactivate every application that this connection still holds."""
        for application in self:
            if application.connection is connection:
                application.connection = None
                if application.subscribe_all:
                    application.devices.discard(ALL_DEVICES)
                    del self._table[application.name]
        self.sweep()

    def cut(self) -> None:
        """Take every connection away, as when the PBX itself is gone."""
        for application in self:
            application.connection = None

    def sweep(self) -> None:
        """Forget the disconnected applications that nothing keeps alive."""
        for application in self:
            if application.finished:
                del self._table[application.name]

    def forget_channel(self, channel: Channel) -> None:
        """Drop every subscription to a channel that is gone."""
        for application in self._table.values():
            application.channels.pop(channel.id, None)

    def forget_bridge(self, bridge: Bridge) -> None:
        """Drop every subscription to a bridge that is gone."""
        for application in self._table.values():
            application.bridges.pop(bridge.id, None)
