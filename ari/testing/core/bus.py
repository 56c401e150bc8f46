"""The bus: the one place where events are made and sent to the applications that want them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ari.testing.core.answers import JSON
from ari.testing.core.applications import ALL_DEVICES, Application, Applications
from ari.testing.core.clock import Clock
from ari.testing.core.identity import ENTITY_ID


class Bus:
    """Makes events and sends them to the applications."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.applications = Applications(self.event)

    def event(self, event_type: str, **fields: Any) -> JSON:
        """Make an event that has everything but its application."""
        return {
            "type": event_type,
            "timestamp": self._clock.timestamp(),
            **fields,
            "asterisk_id": ENTITY_ID,
        }

    def publish(
        self, copies: Callable[[Application], int], event_type: str, make: Callable[[], JSON]
    ) -> None:
        """Send an event to every application that is subscribed to it.

        :param copies: returns how often an application receives it; a bool will do.
        :param make: returns the event's fields; called only when somebody receives it.
        """
        event: JSON | None = None
        for application in self.applications:
            for _ in range(copies(application)):
                if event is None:
                    event = self.event(event_type, **make())
                application.send(event)

    def publish_device_state(self, name: str, state: str) -> None:
        """Send the state of a device to those who are subscribed to it."""
        self.publish(
            lambda application: name in application.devices or ALL_DEVICES in application.devices,
            "DeviceStateChanged",
            lambda: {"device_state": {"name": name, "state": state}},
        )
