"""The exchange: makes the channels by which an address is called or a telephone calls."""

from __future__ import annotations

from uuid import uuid4

from ari.testing.core.core import Core
from ari.testing.state.channel_table import Channels
from ari.testing.state.channels import Channel
from ari.testing.state.devices import Devices
from ari.testing.state.endpoints import Endpoint, Endpoints
from ari.testing.state.links import LineLink, Link, LocalLink, PhoneLink
from ari.testing.state.phones import Phone
from ari.testing.state.roles import Extensions


class Exchange:
    """Makes channels and connects them with what is at their far ends."""

    def __init__(
        self,
        core: Core,
        channels: Channels,
        endpoints: Endpoints,
        devices: Devices,
        extensions: Extensions,
    ) -> None:
        self._core = core
        self._channels = channels
        self._endpoints = endpoints
        self._devices = devices
        self._extensions = extensions

    def call_out(
        self,
        technology: str,
        resource: str,
        identifier: str | None = None,
        other: str | None = None,
    ) -> Channel | None:
        """Make the channel, of Local both halves, by which an address is called.

        :param identifier: the channel's id, by default a new one.
        :param other: the id of the second half.
        :return: the channel, None when there is nothing to call at that address.
        """
        next_id = self._core.numbering.next_id
        if technology.lower() == "local":
            first = identifier or next_id()
            second = other or (f"{identifier};2" if identifier else next_id())
            return self._add_local(resource, first, second)
        user, _, host = resource.partition("/")[0].rpartition("@")
        endpoint = self._endpoints.get(f"{technology}/{host}")
        if endpoint is None or not endpoint.online:
            return None
        identifier = identifier or next_id()
        if endpoint.leads_to is not None:
            line = self._line(endpoint, endpoint.leads_to, user or "s")
            return self._add_of_endpoint(endpoint, identifier, line, state="Down")
        return self.add_phone(endpoint, identifier, state="Down").channel

    def add_phone(self, endpoint: Endpoint, identifier: str, *, state: str) -> Phone:
        """Make a telephone and its channel."""
        phone = Phone(self._core, endpoint)
        self._add_of_endpoint(endpoint, identifier, PhoneLink(phone), state=state)
        endpoint.history.append(phone)
        return phone

    def add_machine(self, identifier: str, name: str, link: Link, *, state: str) -> Channel:
        """Make a channel that has no endpoint, and publish it."""
        channel = self._channels.add(identifier, name, link, state=state)
        channel.emit("ChannelCreated")
        return channel

    def _add_of_endpoint(
        self, endpoint: Endpoint, identifier: str, link: Link, *, state: str
    ) -> Channel:
        name = f"{endpoint.key}-{self._core.numbering.next_serial():08x}"
        channel = self._channels.add(identifier, name, link, state=state)
        channel.protocol_id = str(uuid4())
        channel.endpoint = endpoint
        endpoint.channels.add(channel)

        def gone() -> None:
            endpoint.channels.discard(channel)
            self._endpoints.changed(endpoint)

        channel.state_changed.connect(lambda: self._endpoints.changed(endpoint))
        channel.gone.connect(gone)
        channel.emit("ChannelCreated")
        self._endpoints.changed(endpoint)
        return channel

    def _add_local(self, address: str, identifier: str, other: str) -> Channel:
        """Make the two halves of a Local channel; return the first."""
        exten, _, context = address.partition("@")
        context = context.partition("/")[0] or "default"
        device = f"Local/{exten}@{context}"
        name = f"{device}-{self._core.numbering.next_serial():08x}"
        links = LocalLink(self._extensions), LocalLink(self._extensions)
        first = self._channels.add(identifier, f"{name};1", links[0], state="Down")
        second = self._channels.add(other, f"{name};2", links[1], state="Ring")
        links[0].other, links[1].other = second, first
        for channel in (first, second):
            channel.place.go_to(context, exten)
            channel.gone.connect(lambda: self._devices.publish_local(device))
            channel.emit("ChannelCreated")
            self._core.bus.publish_device_state(device, "INUSE")
        return first

    def _line(self, endpoint: Endpoint, context: str, exten: str) -> LineLink:
        """Make the far end of a call that comes back into the dialplan."""

        def come_back(near: Channel) -> Channel | None:
            if not self._extensions.has(context, exten):
                return None
            back = self._line(endpoint, context, exten)
            identifier = self._core.numbering.next_id()
            far = self._add_of_endpoint(endpoint, identifier, back, state="Ring")
            line.other, back.other = far, near
            far.caller = near.connected.copy()
            far.place.go_to(context, exten)
            self._extensions.enter(far)
            return far

        line = LineLink(come_back)
        return line
