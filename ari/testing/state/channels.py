"""Channels: their state as the wire shows it, their variables, and the events they cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ari.testing.core.answers import JSON
from ari.testing.core.applications import Application
from ari.testing.core.causes import CAUSES
from ari.testing.core.clock import Script, Task
from ari.testing.core.commands import Command, HungUp
from ari.testing.core.core import Core
from ari.testing.core.signals import Signal
from ari.testing.state.audio import Audio, Sound, loudest
from ari.testing.state.channel_functions import parse_function, read_variable, write_function
from ari.testing.state.party import Party
from ari.testing.state.place import Place
from ari.testing.state.roles import Attempt, Control, Offer, Recorder
from ari.testing.state.talking import TalkDetector

if TYPE_CHECKING:
    from ari.testing.state.bridges import Bridge
    from ari.testing.state.endpoints import Endpoint
    from ari.testing.state.links import Link

PRESENTATION = "Presentation Allowed, Not Screened"


@dataclass(slots=True)
class Ending:
    """How a channel ends.

    :param cause: the Q.850 cause, 0 until one is known.
    :param tech_cause: what the technology itself calls the cause, a SIP status.
    """

    cause: int = 0
    tech_cause: int | None = None


class Channel:
    """One channel of the PBX."""

    def __init__(self, core: Core, identifier: str, name: str, link: Link, *, state: str) -> None:
        self.core = core
        self.id = identifier
        self.uri = f"channel:{identifier}"
        self.name = name
        self.link = link
        self.state = state
        self.protocol_id = ""
        self.creationtime = core.clock.timestamp()
        self.language = "en"
        self.accountcode = ""
        self.caller = Party()
        self.connected = Party()
        self.redirecting = ""  # the number that sent the call elsewhere
        self.place = Place()
        self.variables: dict[str, str] = {}
        self.reported: dict[str, str] = {}
        self.endpoint: Endpoint | None = None
        self.bridge: Bridge | None = None
        self.audio = Audio()
        self.ending = Ending()
        self.hung_up = False
        self.destroyed = False
        # What is done with it.
        self.task: Task | None = None
        self.control: Control | None = None
        self.dialling: Attempt | None = None
        self.offer: Offer | None = None
        #: What ``POST /channels/create`` was asked to call, None for other channels.
        self.address: str | None = None
        self._talk_detector: TalkDetector | None = None
        #: Called with each digit from the far end.
        self.digit_received: Signal[[str]] = Signal()
        #: Called when the state has changed.
        self.state_changed: Signal[[]] = Signal()
        #: Called before the channel's last event.
        self.ended: Signal[[]] = Signal()
        #: Called after the channel's last event.
        self.gone: Signal[[]] = Signal()

    @property
    def technology(self) -> str:
        """Return the part of the name before the slash."""
        return self.name.partition("/")[0]

    def json(self) -> JSON:
        """Return the Channel object of the wire."""
        result: JSON = {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "protocol_id": self.protocol_id,
            "caller": self.caller.json(),
            "connected": self.connected.json(),
            "accountcode": self.accountcode,
            "dialplan": self.place.json(),
            "creationtime": self.creationtime,
            "language": self.language,
        }
        if self.redirecting:
            result["caller_rdnis"] = self.redirecting
        if self.reported:
            result["channelvars"] = dict(self.reported)
        return result

    # Events

    def copies(self, application: Application) -> int:
        """Return how often an application receives an event of this channel."""
        copies = application.channels.copies(self.id)
        if self.endpoint is not None and application.endpoints:
            copies += self.endpoint.key in application.endpoints
        return copies

    def emit(self, event_type: str, **fields: Any) -> None:
        """Publish an event of this channel."""

        def make() -> JSON:
            if "playback" in fields or "recording" in fields:
                return fields
            return {**fields, "channel": self.json()}

        self.core.bus.publish(self.copies, event_type, make)

    def set_state(self, state: str) -> None:
        """Change the state and publish it."""
        if state != self.state:
            self.state = state
            self.emit("ChannelStateChange")
            self.state_changed()

    def answer(self) -> None:
        """Answer the far end, unless that has happened."""
        if self.state != "Up":
            self.set_state("Up")
            self.link.answered()

    def enter_application(self, name: str, data: str) -> None:
        """Show a dialplan application as running."""
        if self.place.enter_application(name, data):
            self.emit("ChannelDialplan", dialplan_app=name, dialplan_app_data=data)

    def announce_caller(self) -> None:
        """Publish a changed caller."""
        self.emit("ChannelCallerId", caller_presentation=0, caller_presentation_txt=PRESENTATION)

    # Life and end

    def run(self, script: Script) -> None:
        """Run a script for the rest of the channel's life."""
        self.task = Task(self.core.clock, script)

    def request_hangup(
        self,
        cause: int,
        *,
        shown: int | None = None,
        soft: bool = False,
        tech_cause: int | None = None,
    ) -> None:
        """Ask the channel's script to end, and publish that.

        :param cause: the Q.850 cause that the channel ends with; 0 leaves the one it has.
        :param shown: what the event names as cause; a soft hang-up shows a flag of the PBX.
        :param soft: whether this side asked for it.
        :param tech_cause: what the technology itself calls the cause, a SIP status.
        """
        if self.destroyed:
            return
        if cause:
            self.ending.cause = cause
        fields: JSON = {"cause": cause if shown is None else shown}
        if tech_cause is not None:
            self.ending.tech_cause = fields["tech_cause"] = tech_cause
        if soft:
            fields["soft"] = True
        self.emit("ChannelHangupRequest", **fields)
        self.hang_up()

    def hang_up(self) -> None:
        """End the channel's script and publish nothing."""
        if not self.hung_up:
            self.hung_up = True
            if self.task is not None:
                self.task.interrupt(HungUp())

    def finish(self) -> None:
        """Destroy the channel after a normal end, unless it has another cause."""
        self.ending.cause = self.ending.cause or 16
        self.destroy()

    def destroy(self) -> None:
        """End the channel: tell the far end and send the last event."""
        if self.destroyed:
            return
        self.destroyed = True
        if self.bridge is not None:
            self.bridge.leave(self)
        self.link.closed(self.ending.cause)
        self.ended()
        cause, tech_cause = self.ending.cause, self.ending.tech_cause
        tech = {} if tech_cause is None else {"tech_cause": tech_cause}
        text = CAUSES.get(cause, "Unknown")
        self.emit("ChannelDestroyed", cause=cause, cause_txt=text, **tech)
        self.detect_talk(None)
        self.gone()

    # Sound

    def receive_dtmf(self, digit: str, duration_ms: int) -> None:
        """Take a digit from the far end: publish it and pass it through the bridge."""
        if self.destroyed:
            return
        self.emit("ChannelDtmfReceived", digit=digit, duration_ms=duration_ms)
        self.digit_received(digit)
        if self.bridge is not None:
            self.bridge.pass_dtmf(self, digit, duration_ms)

    def incoming(self, seen: frozenset[str] = frozenset()) -> Sound:
        """Return what comes from the far end.

        :param seen: the ids of the channels on whose behalf that is asked, so that sound which
            goes in a circle is not followed for ever.
        """
        if "in" in self.audio.muted:
            return "silence"
        return self.link.incoming(seen)

    def outgoing(self, seen: frozenset[str] = frozenset()) -> Sound:
        """Return what the PBX sends to the far end."""
        if self.id in seen or self.destroyed:
            return None
        seen = seen | {self.id}
        sounds = [self.audio.sound]
        if self.audio.echoing:
            sounds.append(self.incoming(seen))
        if self.bridge is not None:
            sounds.append(self.bridge.audio.sound)
            sounds += [other.incoming(seen) for other in self.bridge.members if other is not self]
        return loudest(sounds)

    def detect_talk(self, options: str | None) -> None:
        """Set TALK_DETECT; None ends it."""
        if self._talk_detector is not None:
            self._talk_detector.close()
            self._talk_detector = None
        if options is not None:
            self._talk_detector = TalkDetector(self, options)

    def play_music(self, music: str | None) -> None:
        """Start or stop music on hold."""
        self.audio.music = music
        self.link.hear_music(music)

    # The target of playbacks and recordings

    def hear(self, media: str) -> None:
        """Send a medium to the far end."""
        self.link.hear(media)

    def sound(self) -> Sound:
        """Return what a recording of the channel hears now."""
        return self.incoming()

    def play(self, command: Command) -> None:
        """Run a command that plays, when its turn comes."""
        assert self.control is not None
        self.control.add(command)

    def record(self, recorder: Recorder) -> None:
        """Run a recording when its turn comes; digits may end it."""
        assert self.control is not None

        def script() -> Script:
            with self.digit_received.connected(recorder.receive_digit):
                yield from recorder.script()

        self.control.add(script)

    def prepare_recording(self) -> str | None:
        """Answer, as a recording does; return why it is impossible, None if it is not."""
        if self.bridge is not None:
            return "Cannot record channel while in bridge"
        if not self.hung_up:
            self.answer()
        return None

    # Variables

    def set_variable(self, name: str, value: str | None, *, report: bool = False) -> None:
        """Set a variable or a function, or unset a variable with None; publish what changed."""
        function = parse_function(name)
        if function is not None:
            write_function(self, *function, value or "")
            return
        plain = name.lstrip("_") if name[:1] == "_" else name
        if value is None:
            if not self.variables.pop(plain, ""):
                return
        else:
            self.variables[plain] = value
            if report or plain in self.reported:
                self.reported[plain] = value
        self.emit("ChannelVarset", variable=name, value=value or "")

    def get_variable(self, name: str) -> str | None:
        """Return the value of a variable or function, None when it is not set.

        Refuses an unknown function.
        """
        return read_variable(self, name)
