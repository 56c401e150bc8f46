"""Endpoints: the addresses that can be called, their state, and their device state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari.testing.core.answers import JSON

if TYPE_CHECKING:
    from ari.testing.pbx import PBX
    from ari.testing.state.channels import Channel
    from ari.testing.state.phones import Phone


class Endpoint:
    """A telephone's address and how the telephone behaves when it is called.

    :param answers_after: seconds until somebody answers, None for never.
    :param busy: refuse every call as busy.
    :param rejects: refuse every call.
    :param leads_to: for a line, the context of our dialplan into which its calls come back.
    :param online: whether the telephone is registered; others cannot be called.
    """

    def __init__(
        self,
        technology: str,
        resource: str,
        *,
        answers_after: float | None = 0.0,
        busy: bool = False,
        rejects: bool = False,
        online: bool = True,
        leads_to: str | None = None,
    ) -> None:
        self.technology = technology
        self.resource = resource
        self.answers_after = answers_after
        self.busy = busy
        self.rejects = rejects
        self.online = online
        self.leads_to = leads_to
        self.channels: set[Channel] = set()
        self.history: list[Phone] = []
        self.messages: list[JSON] = []
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
        """Return the device state that the calls make."""
        states = {channel.state for channel in self.channels}
        if not states:
            return "NOT_INUSE" if self.online else "UNAVAILABLE"
        if states <= {"Ringing"}:
            return "RINGING"
        return "RINGINUSE" if "Ringing" in states else "INUSE"


class Endpoints:
    """The table of endpoints."""

    def __init__(self, pbx: PBX) -> None:
        self._pbx = pbx
        self._table: dict[str, Endpoint] = {}

    def __iter__(self):  # type: ignore[no-untyped-def]
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
        event = None
        for application in self._pbx.applications:
            if endpoint.key in application.endpoints:
                event = event or self._pbx.event("EndpointStateChange", endpoint=endpoint.json())
                application.send(event)
        state = endpoint.current_device_state()
        if state != endpoint.device_state:
            endpoint.device_state = state
            self._pbx.device_changed(endpoint.key, state)
