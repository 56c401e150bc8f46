"""The PBX: its tables, and the one place where events go out to the applications.

Pure and synchronous: no socket, no thread, no real time. A request goes in through
:class:`ari.testing.rest.routing.Router`, events come out at the applications' connections, and
:class:`~ari.testing.core.clock.Clock` says what time it is.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ari.testing.calls.media import Media
from ari.testing.calls.playbacks import Playbacks
from ari.testing.calls.recordings import Recordings
from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.applications import ALL_CHANNELS, ALL_DEVICES, ALL_ENDPOINTS, Applications
from ari.testing.core.clock import Clock, Script, Task
from ari.testing.dialplan.language import Dialplan
from ari.testing.dialplan.run import dialplan_script, dialplan_steps
from ari.testing.state.bridges import Bridge
from ari.testing.state.channels import Channel
from ari.testing.state.endpoints import Endpoint, Endpoints
from ari.testing.state.links import LineLink, Link, LocalLink, PhoneLink
from ari.testing.state.phones import Phone
from ari.testing.state.system import System
from ari.testing.state.talking import TalkDetector

VERSION = "22.10.1"
ENTITY_ID = "02:fc:00:00:00:01"


class PBX:
    """One PBX in memory.

    :param clock: its time.
    :param dialplan: its extensions; shared with the PBX after a restart.
    """

    def __init__(self, clock: Clock | None = None, dialplan: Dialplan | None = None) -> None:
        self.clock = clock or Clock()
        self.dialplan = dialplan or Dialplan()
        self.applications = Applications(self)
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.endpoints = Endpoints(self)
        self.playbacks = Playbacks(self)
        self.recordings = Recordings(self)
        self.media = Media(self.recordings.seconds)
        self.system = System(self.clock)
        self.variables: dict[str, str] = {}
        self.devices: dict[str, str] = {}
        self.mailboxes: dict[str, tuple[int, int]] = {}
        self.talk_detectors: dict[str, TalkDetector] = {}
        self._snoops: dict[str, list[Channel]] = {}
        self._serial = -1
        self._ids = 0
        self._local = -1

    # Numbers and names

    def next_serial(self) -> int:
        """Return the number that makes the next channel's name unique."""
        self._serial += 1
        return self._serial

    def next_id(self) -> str:
        """Return a channel id as Asterisk makes them."""
        self._ids += 1
        return f"{int(self.clock.wall())}.{self._ids}"

    # Channels

    def channel(self, identifier: str) -> Channel | None:
        """Return the channel of an id, in whatever case it is written."""
        channel = self.channels.get(identifier)
        if channel is None:
            wanted = identifier.lower()
            channel = next((c for c in self.channels.values() if c.id.lower() == wanted), None)
        return channel

    def channel_or_name(self, identifier: str) -> Channel | None:
        """Return the channel of an id or of a name."""
        return self.channel(identifier) or next(
            (c for c in self.channels.values() if c.name.lower() == identifier.lower()), None
        )

    def add_channel(self, identifier: str, name: str, link: Link, *, state: str) -> Channel:
        """Make a channel and publish it."""
        channel = Channel(self, identifier, name, link, state=state)
        link.channel = channel
        self.channels[identifier] = channel
        return channel

    def call_out(
        self, technology: str, resource: str, identifier: str | None, other: str | None
    ) -> Channel | None:
        """Make the channel, of Local both halves, by which an address is called.

        :return: the channel, None when there is nothing to call at that address.
        """
        if technology.lower() == "local":
            first = identifier or self.next_id()
            second = other or (f"{identifier};2" if identifier else self.next_id())
            return self.add_local(resource, first, second)
        user, _, host = resource.partition("/")[0].rpartition("@")
        endpoint = self.endpoints.get(f"{technology}/{host}")
        if endpoint is None or not endpoint.online:
            return None
        identifier = identifier or self.next_id()
        if endpoint.leads_to is not None:
            line = LineLink(endpoint.leads_to, user or "s")
            return self.add_call(endpoint, identifier, line, state="Down")
        return self.add_phone(endpoint, identifier, state="Down")

    def add_local(self, address: str, identifier: str, other: str) -> Channel:
        """Make the two halves of a Local channel; return the first."""
        exten, _, context = address.partition("@")
        context = context.partition("/")[0] or "default"
        name = f"Local/{exten}@{context}-{self.next_serial():08x}"
        links = LocalLink(), LocalLink()
        first = self.add_channel(identifier, f"{name};1", links[0], state="Down")
        second = self.add_channel(other, f"{name};2", links[1], state="Ring")
        links[0].other, links[1].other = second, first
        for channel in (first, second):
            channel.context, channel.exten = context, exten
            channel.emit("ChannelCreated")
            self.device_changed(local_device(channel), "INUSE")
        return first

    def add_phone(self, endpoint: Endpoint, identifier: str, *, state: str) -> Channel:
        """Make the channel of a telephone."""
        phone = Phone(self, endpoint)
        channel = self.add_call(endpoint, identifier, PhoneLink(phone), state=state)
        endpoint.history.append(phone)
        return channel

    def add_call(self, endpoint: Endpoint, identifier: str, link: Link, *, state: str) -> Channel:
        """Make a channel of an endpoint."""
        name = f"{endpoint.key}-{self.next_serial():08x}"
        channel = self.add_channel(identifier, name, link, state=state)
        if isinstance(link, PhoneLink):
            link.phone.channel = channel
        channel.protocol_id = str(uuid4())
        channel.endpoint = endpoint
        endpoint.channels.add(channel)
        channel.emit("ChannelCreated")
        self.endpoints.changed(endpoint)
        return channel

    def run(self, channel: Channel, script: Script) -> None:
        """Let a channel run a script for its life."""
        channel.task = Task(self.clock, script)

    def enter_dialplan(self, channel: Channel) -> bool:
        """Let a channel run the dialplan; return False when there is no such extension."""
        if self.dialplan.find(channel.context, channel.exten) is None:
            return False
        self.run(channel, dialplan_script(channel))
        return True

    def dialplan_script(self, channel: Channel) -> Script:
        """Run the dialplan, and the end of the channel."""
        return dialplan_script(channel)

    def dialplan_steps(self, channel: Channel) -> Script:
        """Run the dialplan from where the channel is."""
        return dialplan_steps(channel)

    def forget_channel(self, channel: Channel) -> None:
        """Drop a channel that is gone."""
        self.channels.pop(channel.id, None)
        self.talk_detectors.pop(channel.id, None)
        self.applications.forget_channel(channel)
        self.applications.sweep()
        if channel.endpoint is not None:
            channel.endpoint.channels.discard(channel)
            self.endpoints.changed(channel.endpoint)
        if isinstance(channel.link, LocalLink):
            device = local_device(channel)
            self.device_changed(device, self.device_state(device))

    def snoop(self, channel: Channel, snooper: Channel) -> None:
        """Remember that a channel is listened to."""
        self._snoops.setdefault(channel.id, []).append(snooper)

    def snoops_end(self, channel: Channel) -> None:
        """End the snoops on a channel that ends."""
        for snooper in self._snoops.pop(channel.id, []):
            if not snooper.destroyed:
                snooper.hang_up()

    def audio_changed(self) -> None:
        """Let the recordings know that somebody began or stopped to be heard."""
        if self.recordings.live:
            self.recordings.audio_changed()
        for detector in list(self.talk_detectors.values()):
            detector.listen()

    # Bridges

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Put up an endpoint, in the configuration too."""
        self.endpoints.add(endpoint)
        if endpoint.technology == "PJSIP":
            objects = self.system.config["res_pjsip"]["endpoint"]
            objects.setdefault(endpoint.resource, {"context": "default"})

    def require_bridge(self, identifier: str) -> Bridge:
        """Return a bridge, or refuse with 404."""
        bridge = self.bridges.get(identifier)
        if bridge is None:
            raise Refusal(404, "Bridge not found")
        return bridge

    def add_bridge(
        self, identifier: str, name: str, kinds: set[str], *, basic: bool = False
    ) -> Bridge:
        """Make a bridge and publish it; a *basic* one belongs to the dialplan."""
        bridge = self.bridges[identifier] = Bridge(self, identifier, name, kinds, basic=basic)
        bridge.emit("BridgeCreated")
        return bridge

    def forget_bridge(self, bridge: Bridge) -> None:
        """Drop a bridge that is gone."""
        self.bridges.pop(bridge.id, None)
        self.applications.forget_bridge(bridge)
        self.applications.sweep()

    # Endpoints and devices

    def endpoint_changed(self, endpoint: Endpoint | None) -> None:
        """Publish what changed for an endpoint."""
        if endpoint is not None:
            self.endpoints.changed(endpoint)

    def text_message(self, endpoint: Endpoint, message: JSON) -> None:
        """Publish a text message that came from an endpoint."""
        for application in self.applications:
            wanted = {endpoint.key, endpoint.technology, ALL_ENDPOINTS}
            for _ in wanted & application.endpoints.keys():
                application.send(
                    self.event("TextMessageReceived", message=message, endpoint=endpoint.json())
                )

    def device_state(self, name: str) -> str:
        """Return the state of any device."""
        if name in self.devices:
            return self.devices[name]
        endpoint = self.endpoints.get(name)
        if endpoint is not None:
            return endpoint.current_device_state()
        if name.startswith("Local/"):
            return self._local_state(name)
        return "UNKNOWN" if name.startswith("Stasis:") else "INVALID"

    def _local_state(self, device: str) -> str:
        exten, _, context = device.removeprefix("Local/").partition("@")
        if self.dialplan.find(context, exten) is None:
            return "INVALID"
        halves = [
            channel
            for channel in self.channels.values()
            if channel.name.startswith(device + "-") and not channel.hung_up
        ]
        return "INUSE" if halves else "NOT_INUSE"

    def device_changed(self, name: str, state: str) -> None:
        """Publish a device state."""
        event = None
        for application in self.applications:
            if name in application.devices or ALL_DEVICES in application.devices:
                event = event or self.event(
                    "DeviceStateChanged", device_state={"name": name, "state": state}
                )
                application.send(event)

    # Events

    def event(self, event_type: str, **fields: Any) -> JSON:
        """Make an event that has everything but its application."""
        return {
            "type": event_type,
            "timestamp": self.clock.timestamp(),
            **fields,
            "asterisk_id": ENTITY_ID,
        }

    def publish_channel(self, channel: Channel, event_type: str, fields: JSON) -> None:
        """Send an event of a channel to everybody who is subscribed, as often as they are."""
        event = None
        for application in self.applications:
            copies = application.copies_of_channel_event(channel)
            for _ in range(copies):
                if event is None:
                    with_channel = event_type not in WITHOUT_CHANNEL
                    about = {"channel": channel.json()} if with_channel else {}
                    event = self.event(event_type, **fields, **about)
                application.send(event)

    def publish_bridge(self, bridge: Bridge, event_type: str, fields: JSON) -> None:
        """Send an event of a bridge to everybody who is subscribed, as often as they are."""
        event = None
        for application in self.applications:
            for _ in range(application.copies_of_bridge_event(bridge)):
                if event is None:
                    with_bridge = event_type not in WITHOUT_CHANNEL
                    about = {"bridge": bridge.json()} if with_bridge else {}
                    event = self.event(event_type, **fields, **about)
                application.send(event)

    def publish_dial(self, peer: Channel, dialstring: str, status: str) -> None:
        """Send a Dial event to everybody who is subscribed to the called channel."""
        event = None
        for application in self.applications:
            for _ in range(application.copies_of_channel_event(peer)):
                if event is None:
                    event = self.event("Dial", dialstatus=status, forward="", dialstring=dialstring)
                    event["peer"] = peer.json()
                application.send(event)

    def publish_global(self, name: str, value: str) -> None:
        """Send the change of a global variable to those who are subscribed to every channel."""
        for application in self.applications:
            if ALL_CHANNELS in application.channels:
                application.send(self.event("ChannelVarset", variable=name, value=value))


WITHOUT_CHANNEL = {
    "PlaybackStarted",
    "PlaybackContinuing",
    "PlaybackFinished",
    "RecordingStarted",
    "RecordingFinished",
    "RecordingFailed",
}


def local_device(channel: Channel) -> str:
    """Return the device that a half of a Local channel belongs to."""
    return channel.name.rpartition("-")[0]
