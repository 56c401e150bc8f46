"""Bridges: their members, the technology that these need, and what everyone hears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ari.testing.core.answers import JSON
from ari.testing.core.applications import Application
from ari.testing.core.clock import Script, Task
from ari.testing.core.commands import Command, CommandQueue, HungUp
from ari.testing.core.core import Core
from ari.testing.core.signals import Signal
from ari.testing.state.audio import Audio, Sound, loudest
from ari.testing.state.roles import Recorder

if TYPE_CHECKING:
    from ari.testing.state.channels import Channel

ATTRIBUTES = {
    "mixing",
    "holding",
    "dtmf_events",
    "proxy_media",
    "video_sfu",
    "video_single",
    "sdp_label",
}
#: Of these a type must name one, and only one of the first two.
TECHNOLOGIES = {"mixing", "holding", "video_sfu"}


@dataclass(slots=True)
class Membership:
    """How one channel is in a bridge.

    :param application: the application that added it, None in a bridge of the dialplan.
    :param absorb_dtmf: whether its digits stay with it.
    """

    application: Application | None = None
    absorb_dtmf: bool = False


class Bridge:
    """One bridge of the PBX.

    :param kinds: the words of the creating request's ``type``.
    :param basic: whether it connects two channels of the dialplan and no application controls it.
    """

    language = "en"

    def __init__(
        self, core: Core, identifier: str, name: str, kinds: set[str], *, basic: bool = False
    ) -> None:
        self._core = core
        self.id = identifier
        self.uri = f"bridge:{identifier}"
        self.name = name
        self.basic = basic
        self.bridge_type = "holding" if "holding" in kinds else "mixing"
        self.always_softmix = "video_sfu" in kinds
        self.video_mode = (
            "sfu" if "video_sfu" in kinds else "single" if "video_single" in kinds else "talker"
        )
        self.video_source: str | None = None
        # Asterisk shows that the source is no longer pinned only with the next change of members.
        self.video_source_cleared = False
        self.creationtime = core.clock.timestamp()
        self.variables: dict[str, str] = {}
        self.reported: dict[str, str] = {}
        self.members: dict[Channel, Membership] = {}
        self._helpers: list[str] = []  # names of announcers and recorders, hidden from the wire
        self.audio = Audio()
        self.destroyed = False
        self._announcements = CommandQueue(core.clock)
        self.technology = self._fitting_technology()
        #: Called before the bridge's last event.
        self.ended: Signal[[]] = Signal()
        #: Called after the bridge's last event.
        self.gone: Signal[[]] = Signal()

    def _fitting_technology(self) -> str:
        if self.bridge_type == "holding":
            return "holding_bridge"
        many = len(self.members) + len(self._helpers) > 2
        return "softmix" if many or self.always_softmix else "simple_bridge"

    def json(self) -> JSON:
        """Return the Bridge object of the wire."""
        result: JSON = {
            "id": self.id,
            "technology": self.technology,
            "bridge_type": self.bridge_type,
            "bridge_class": "basic" if self.basic else "stasis",
            "creator": "" if self.basic else "Stasis",
            "name": self.name,
            "channels": [channel.id for channel in self.members],
            "creationtime": self.creationtime,
            "video_mode": "none" if self.basic else self.video_mode,
        }
        if self.video_source is not None:
            result["video_source_id"] = self.video_source
        if self.reported:
            result["bridgevars"] = dict(self.reported)
        return result

    def emit(self, event_type: str, **fields: Any) -> None:
        """Publish an event of this bridge."""

        def make() -> JSON:
            if "playback" in fields or "recording" in fields:
                return fields
            return {**fields, "bridge": self.json()}

        self._core.bus.publish(
            lambda application: application.bridges.copies(self.id), event_type, make
        )

    # Members

    def enter(self, channel: Channel, membership: Membership) -> None:
        """Put a channel in; it leaves the bridge it is in, which may be this one."""
        if channel.bridge is not None:
            # Asterisk forgets to take back its subscription to the bridge that is left this way.
            channel.bridge.leave(channel, moving=channel.bridge is not self)
        if membership.application is not None:
            membership.application.bridges.add(self.id)
        self.members[channel] = membership
        channel.bridge = self
        self.emit("ChannelEnteredBridge", channel=channel.json())
        self._members_changed()
        self._core.audio_changed()
        if self.audio.music is not None:
            channel.link.hear_music(self.audio.music)

    def leave(self, channel: Channel, *, moving: bool = False) -> None:
        """Take a channel out."""
        membership = self.members.pop(channel, None)
        if membership is None:
            return
        channel.bridge = None
        if channel.variables.get("BRIDGEPEER"):
            channel.set_variable("BRIDGEPEER", "")
        if self.video_source is not None and (
            self.video_source == channel.id or self.video_source_cleared
        ):
            self._drop_video_source()
        self.emit("ChannelLeftBridge", channel=channel.json())
        if membership.application is not None and not moving:
            membership.application.bridges.remove(self.id)
        self.technology = self._fitting_technology()
        if len(self.members) > 1:
            self._update_peers()
        self._core.audio_changed()

    def _members_changed(self) -> None:
        self.technology = self._fitting_technology()
        self._update_peers()

    def _update_peers(self) -> None:
        """Write the names of the others to every member's BRIDGEPEER."""
        if self.bridge_type == "holding":
            return
        for channel in list(self.members):
            others = [other.name for other in self.members if other is not channel]
            peers = ",".join(self._helpers + others[::-1])
            if peers and peers != channel.variables.get("BRIDGEPEER"):
                channel.set_variable("BRIDGEPEER", peers)

    def _add_helper(self, kind: str) -> str:
        """Put a hidden announcer or recorder in; return its name."""
        name = f"{kind}-{self._core.numbering.next_serial():08x};2"
        self._helpers.append(name)
        self._members_changed()
        return name

    def _remove_helper(self, name: str) -> None:
        if name in self._helpers:
            self._helpers.remove(name)
        self._members_changed()

    def pin_video_source(self, channel: Channel) -> None:
        """Show the video of one member to everyone."""
        before, self.video_source = self.video_source, channel.id
        self.video_mode, self.video_source_cleared = "single", False
        if before != channel.id:
            old = {"old_video_source_id": before} if before else {}
            self.emit("BridgeVideoSourceChanged", **old)

    def _drop_video_source(self) -> None:
        old, self.video_source = self.video_source, None
        self.video_mode, self.video_source_cleared = "talker", False
        self.emit("BridgeVideoSourceChanged", old_video_source_id=old)

    # Sound

    def pass_dtmf(self, sender: Channel, digit: str, duration_ms: int) -> None:
        """Send a member's digit to the others."""
        if self.bridge_type == "holding" or self.members[sender].absorb_dtmf:
            return
        for channel in list(self.members):
            if channel is not sender:
                channel.link.send_dtmf(digit, duration_ms)

    def start_music(self, music: str) -> None:
        """Start music on hold for everyone."""
        if self.audio.music is None:
            self._add_helper("Announcer/ARI_MOH")
        self._set_music(music)

    def stop_music(self) -> None:
        """Stop the music."""
        for name in [name for name in self._helpers if name.startswith("Announcer/ARI_MOH")]:
            self._remove_helper(name)
        self._set_music(None)

    def _set_music(self, music: str | None) -> None:
        self.audio.music = music
        for channel in self.members:
            channel.link.hear_music(music)
        self._core.audio_changed()

    # The target of playbacks and recordings

    def hear(self, media: str, *, but: Channel | None = None) -> None:
        """Send a medium to everyone in the bridge."""
        for channel in list(self.members):
            if channel is not but:
                channel.link.hear(media)

    def sound(self) -> Sound:
        """Return what a recording of the bridge hears now."""
        return loudest([self.audio.sound, *(channel.incoming() for channel in self.members)])

    def play(self, command: Command) -> None:
        """Run a command that plays, after those added before; a hidden announcer plays it."""

        def script() -> Script:
            helper = self._add_helper("Announcer/ARI")
            try:
                yield from command()
            finally:
                self._remove_helper(helper)

        self._announcements.add(script)

    def record(self, recorder: Recorder) -> None:
        """Run a recording; a hidden recorder listens, until the bridge is destroyed at most."""

        def script() -> Script:
            helper = self._add_helper("Recorder/ARI")
            try:
                with self.ended.connected(recorder.stop):
                    yield from recorder.script()
            except HungUp:
                pass
            finally:
                self._remove_helper(helper)

        Task(self._core.clock, script())

    def prepare_recording(self) -> str | None:
        """Return None, since a bridge can always be recorded."""
        return None

    # Variables and end

    def set_variable(self, name: str, value: str | None, *, report: bool = False) -> None:
        """Set a variable of the bridge, or unset it with None."""
        if value is None:
            self.variables.pop(name, None)
            return
        self.variables[name] = value
        if report or name in self.reported:
            self.reported[name] = value

    def destroy(self) -> None:
        """Shut the bridge down; its channels leave and stay in their applications."""
        if self.destroyed:
            return
        self.destroyed = True
        self._announcements.close()
        # The last to come goes first, the others in the order in which they came.
        members = list(self.members)
        for channel in members[-1:] + members[:-1]:
            self.leave(channel)
        self.ended()
        self.emit("BridgeDestroyed")
        self.gone()
