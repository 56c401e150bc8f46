"""Bridges: who is in, what technology that takes, and what everyone in it hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ari.testing.calls.stasis import CommandQueue
from ari.testing.core.answers import JSON

if TYPE_CHECKING:
    from ari.testing.core.applications import Application
    from ari.testing.pbx import PBX
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


class Membership:
    """How one channel is in a bridge."""

    __slots__ = ("absorb_dtmf", "application", "mute", "role")

    def __init__(
        self,
        application: Application | None = None,
        *,
        role: str | None = None,
        absorb_dtmf: bool = False,
        mute: bool = False,
    ) -> None:
        self.application = application
        self.role = role
        self.absorb_dtmf = absorb_dtmf
        self.mute = mute


class Bridge:
    """One bridge of the PBX.

    :param kinds: the words of the creating request's ``type``.
    :param basic: whether it connects two channels of the dialplan, and is not ours to control.
    """

    def __init__(
        self, pbx: PBX, identifier: str, name: str, kinds: set[str], *, basic: bool = False
    ) -> None:
        self.pbx = pbx
        self.id = identifier
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
        self.creationtime = pbx.clock.timestamp()
        self.variables: dict[str, str] = {}
        self.reported: dict[str, str] = {}
        self.members: dict[Channel, Membership] = {}
        self.helpers: list[str] = []  # names of announcers and recorders, hidden from the wire
        self.playing = 0
        self.music: str | None = None
        self.destroyed = False
        self.announcements = CommandQueue(pbx.clock)
        self.technology = self._fitting_technology()

    def _fitting_technology(self) -> str:
        if self.bridge_type == "holding":
            return "holding_bridge"
        many = len(self.members) + len(self.helpers) > 2
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
        self.pbx.publish_bridge(self, event_type, fields)

    def enter(self, channel: Channel, membership: Membership) -> None:
        """Put a channel in; it leaves the bridge it is in, which may be this one."""
        if channel.bridge is not None:
            # Asterisk forgets to take back its subscription to the bridge that is left this way.
            channel.bridge.leave(channel, moving=channel.bridge is not self)
        if membership.application is not None:
            membership.application.watch_bridge(self)
        self.members[channel] = membership
        channel.bridge = self
        self.emit("ChannelEnteredBridge", channel=channel.json())
        self.technology = self._fitting_technology()
        self.update_peers()
        self.pbx.audio_changed()
        if self.music is not None:
            channel.link.hear_music(self.music)

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
            membership.application.unwatch_bridge(self)
        self.technology = self._fitting_technology()
        if len(self.members) > 1:
            self.update_peers()
        self.pbx.audio_changed()

    def _drop_video_source(self) -> None:
        old, self.video_source = self.video_source, None
        self.video_mode, self.video_source_cleared = "talker", False
        self.emit("BridgeVideoSourceChanged", old_video_source_id=old)

    def update_peers(self) -> None:
        """Write the names of the others to every member's BRIDGEPEER."""
        if self.bridge_type == "holding":
            return
        for channel in list(self.members):
            others = [other.name for other in self.members if other is not channel]
            peers = ",".join(self.helpers + others[::-1])
            if peers and peers != channel.variables.get("BRIDGEPEER"):
                channel.set_variable("BRIDGEPEER", peers)

    def add_helper(self, kind: str) -> str:
        """Let a hidden announcer or recorder join; return its name."""
        name = f"{kind}-{self.pbx.next_serial():08x};2"
        self.helpers.append(name)
        self.technology = self._fitting_technology()
        self.update_peers()
        return name

    def remove_helper(self, name: str) -> None:
        """Let a hidden channel leave."""
        if name in self.helpers:
            self.helpers.remove(name)
        self.technology = self._fitting_technology()
        self.update_peers()

    def pass_dtmf(self, sender: Channel, digit: str, duration_ms: int) -> None:
        """Send a member's digit to the others."""
        if self.bridge_type == "holding" or self.members[sender].absorb_dtmf:
            return
        for channel in list(self.members):
            if channel is not sender:
                channel.link.send_dtmf(digit, duration_ms)

    def hear(self, media: str, *, but: Channel | None = None) -> None:
        """Let everyone in the bridge hear a medium."""
        for channel in list(self.members):
            if channel is not but:
                channel.link.hear(media)

    def start_music(self, music: str) -> None:
        """Start music on hold for everyone."""
        if self.music is None:
            self.add_helper("Announcer/ARI_MOH")
        self.music = music
        for channel in self.members:
            channel.link.hear_music(music)
        self.pbx.audio_changed()

    def stop_music(self) -> None:
        """Stop the music."""
        self.music = None
        for name in [name for name in self.helpers if name.startswith("Announcer/ARI_MOH")]:
            self.remove_helper(name)
        for channel in self.members:
            channel.link.hear_music(None)
        self.pbx.audio_changed()

    def set_variable(self, name: str, value: str | None, *, report: bool = False) -> None:
        """Set or unset a variable of the bridge."""
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
        self.announcements.close()
        # The last to come goes first, the others in the order in which they came.
        members = list(self.members)
        for channel in members[-1:] + members[:-1]:
            self.leave(channel)
        self.pbx.recordings.end_of(self)
        self.emit("BridgeDestroyed")
        self.pbx.forget_bridge(self)
