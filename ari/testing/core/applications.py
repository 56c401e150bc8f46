"""Stasis applications: who is connected, which events each one wants and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from ari.testing.core.answers import JSON, Refusal

ALL_CHANNELS = "__AST_CHANNEL_ALL_TOPIC"
ALL_BRIDGES = "__AST_BRIDGE_ALL_TOPIC"
ALL_ENDPOINTS = "__AST_ENDPOINT_ALL_TOPIC"
ALL_DEVICES = "__AST_DEVICE_STATE_ALL_TOPIC"


class Connection(Protocol):
    """Where an application's events go: a WebSocket, or a list in a test."""

    def send(self, event: JSON) -> None:
        """Send one event; must not block."""


class EventSources(Counter[str]):
    """The event sources of one kind that an application is subscribed to.

    They are counted, as Asterisk counts them: what was subscribed to twice must be unsubscribed
    from twice.

    :param everything: the name that stands for every source of the kind.
    """

    def __init__(self, everything: str) -> None:
        super().__init__()
        self.everything = everything

    def add(self, name: str) -> None:
        """Subscribe once more, unless every source of the kind is subscribed to anyway."""
        if name == self.everything or self.everything not in self:
            self[name] += 1

    def remove(self, name: str) -> bool:
        """Unsubscribe once; return False when there was no subscription."""
        if name not in self:
            return False
        self[name] -= 1
        if self[name] <= 0:
            del self[name]
        return True

    def copies(self, name: str) -> int:
        """Return how often the application receives an event of the source *name*."""
        return (name in self) + (self.everything in self)


class Application:
    """One registered application.

    :param devices: the names of the devices whose states it is subscribed to.
    """

    def __init__(self, name: str, devices: set[str]) -> None:
        self.name = name
        self.connection: Connection | None = None
        self.subscribe_all = False
        self.channels = EventSources(ALL_CHANNELS)
        self.bridges = EventSources(ALL_BRIDGES)
        self.endpoints = EventSources(ALL_ENDPOINTS)
        self.devices = devices
        self.allowed: list[JSON] = []
        self.disallowed: list[JSON] = []

    @property
    def active(self) -> bool:
        """Tell whether the application has a connection."""
        return self.connection is not None

    @property
    def finished(self) -> bool:
        """Tell whether nothing keeps a disconnected application alive."""
        return not self.active and not (self.channels or self.bridges or self.endpoints)

    def passes(self, event_type: str) -> bool:
        """Tell whether the event filter lets this type through."""
        if self.allowed and not any(item["type"] == event_type for item in self.allowed):
            return False
        return not any(item["type"] == event_type for item in self.disallowed)

    def send(self, event: JSON) -> None:
        """Send an event to the connection; without one, it is lost."""
        if self.connection is not None and self.passes(event["type"]):
            self.connection.send({**event, "application": self.name})

    def subscribe_to_all(self) -> None:
        """Subscribe to every event source."""
        self.subscribe_all = True
        for sources in (self.channels, self.bridges, self.endpoints):
            sources.add(sources.everything)
        self.devices.add(ALL_DEVICES)

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
    """The table of applications, and what their connections do to it.

    :param new_event: makes an event of a type.
    """

    def __init__(self, new_event: Callable[[str], JSON]) -> None:
        self._new_event = new_event
        self._table: dict[str, Application] = {}
        # Subscriptions to device states belong to the name and outlive the application itself.
        self._devices: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[Application]:
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
        """Register *connection* for an application, in place of the one that held it before."""
        application = self._table.get(name)
        if application is None:
            devices = self._devices.setdefault(name, set())
            application = self._table[name] = Application(name, devices)
            if subscribe_all:
                application.subscribe_to_all()
        elif application.active and application.connection is not connection:
            application.send(self._new_event("ApplicationReplaced"))
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

    def forget_channel(self, identifier: str) -> None:
        """End every subscription to a channel that is gone."""
        for application in self._table.values():
            application.channels.pop(identifier, None)
        self.sweep()

    def forget_bridge(self, identifier: str) -> None:
        """End every subscription to a bridge that is gone."""
        for application in self._table.values():
            application.bridges.pop(identifier, None)
        self.sweep()
