"""A channel: its state as the wire shows it, its variables, and the events they cause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.causes import CAUSES
from ari.testing.state.talking import TalkDetector

if TYPE_CHECKING:
    from ari.testing.calls.dialling import Dialling
    from ari.testing.calls.stasis import Control
    from ari.testing.core.clock import Task
    from ari.testing.pbx import PBX
    from ari.testing.state.bridges import Bridge
    from ari.testing.state.endpoints import Endpoint
    from ari.testing.state.links import Link

PRESENTATION = "Presentation Allowed, Not Screened"
FUNCTION = re.compile(r"^(\w+)\((.*)\)$", re.DOTALL)


class HungUp(Exception):  # it ends a channel's script, it is no fault
    """Raised where a channel's script waits, when the channel is hung up."""


class Party:
    """A name and a number."""

    __slots__ = ("name", "number")

    def __init__(self, name: str = "", number: str = "") -> None:
        self.name = name
        self.number = number

    @classmethod
    def parse(cls, text: str) -> Party:
        """Read ``Name <number>``, ``"Name" <number>`` or a bare number."""
        match = re.match(r'^\s*"?(.*?)"?\s*<(.*)>\s*$', text)
        if match:
            return cls(match[1], match[2])
        digits = re.sub(r"[\s()-]", "", text)
        return (
            cls("", digits) if re.fullmatch(r"\+?[0-9*#]+", digits) else cls(text.strip('" '), "")
        )

    def copy(self) -> Party:
        """Return another party with the same name and number."""
        return Party(self.name, self.number)

    def json(self) -> JSON:
        """Return the CallerID object of the wire."""
        return {"name": self.name, "number": self.number}


class Channel:
    """One channel of the PBX."""

    def __init__(self, pbx: PBX, identifier: str, name: str, link: Link, *, state: str) -> None:
        self.pbx = pbx
        self.id = identifier
        self.name = name
        self.link = link
        self.state = state
        self.protocol_id = ""
        self.caller = Party()
        self.connected = Party()
        self.redirecting = ""  # the number that sent the call elsewhere
        self.accountcode = ""
        self.context = "default"
        self.exten = "s"
        self.priority = 1
        self.app_name = ""
        self.app_data = ""
        self.idle_application = "", ""
        self._shown_place: tuple[str, str, int] | None = None
        self.creationtime = pbx.clock.timestamp()
        self.language = "en"
        self.variables: dict[str, str] = {}
        self.reported: dict[str, str] = {}
        self.endpoint: Endpoint | None = None
        self.control: Control | None = None
        self.bridge: Bridge | None = None
        self.dialling: Dialling | None = None
        self.task: Task | None = None
        self.hangup_cause = 0
        self.tech_cause: int | None = None
        self.hung_up = False
        self.destroyed = False
        self.created_by_ari = False
        self.address = ""  # what create was asked to call
        self.broadcast: Any = None
        # What the far end is given to hear, besides what its bridge brings.
        self.playing = 0
        self.music: str | None = None
        self.silence = False
        self.echoing = False
        self.muted: set[str] = set()

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
            "dialplan": {
                "context": self.context,
                "exten": self.exten,
                "priority": self.priority,
                "app_name": self.app_name,
                "app_data": self.app_data,
            },
            "creationtime": self.creationtime,
            "language": self.language,
        }
        if self.redirecting:
            result["caller_rdnis"] = self.redirecting
        if self.reported:
            result["channelvars"] = dict(self.reported)
        return result

    def emit(self, event_type: str, **fields: Any) -> None:
        """Publish an event of this channel."""
        self.pbx.publish_channel(self, event_type, fields)

    def set_state(self, state: str) -> None:
        """Change the state and publish it."""
        if state != self.state:
            self.state = state
            self.emit("ChannelStateChange")
            self.pbx.endpoint_changed(self.endpoint)

    def enter_application(self, name: str, data: str) -> None:
        """Show a dialplan application as running.

        That is published when the place in the dialplan is another one than last time.
        """
        place = self.context, self.exten, self.priority
        news = not self.app_name or place != self._shown_place
        self._shown_place = place
        self.app_name, self.app_data = name, data
        if news:
            self.emit("ChannelDialplan", dialplan_app=name, dialplan_app_data=data)

    def leave_application(self) -> None:
        """Show what the channel shows when no application runs."""
        self.app_name, self.app_data = self.idle_application

    def announce_caller(self) -> None:
        """Publish a changed caller."""
        self.emit("ChannelCallerId", caller_presentation=0, caller_presentation_txt=PRESENTATION)

    def request_hangup(
        self,
        cause: int,
        *,
        shown: int | None = None,
        soft: bool = False,
        tech_cause: int | None = None,
    ) -> None:
        """Ask the channel's script to end.

        :param cause: the Q.850 cause that the channel ends with; 0 leaves the one it has.
        :param shown: what the event names as cause; a soft hang-up shows a flag of the PBX.
        :param soft: whether this side asked for it.
        :param tech_cause: what the technology itself calls the cause, a SIP status.
        """
        if self.destroyed:
            return
        if cause:
            self.hangup_cause = cause
        fields: JSON = {"cause": cause if shown is None else shown}
        if tech_cause is not None:
            self.tech_cause = fields["tech_cause"] = tech_cause
        if soft:
            fields["soft"] = True
        self.emit("ChannelHangupRequest", **fields)
        self.hang_up()

    def hang_up(self) -> None:
        """End the channel's script, without a word."""
        if not self.hung_up:
            self.hung_up = True
            if self.task is not None:
                self.task.interrupt(HungUp())

    def destroy(self) -> None:
        """End the channel: the far end is told, the last event is sent."""
        if self.destroyed:
            return
        self.destroyed = True
        if self.bridge is not None:
            self.bridge.leave(self)
        self.link.closed(self.hangup_cause)
        self.pbx.snoops_end(self)
        tech = {} if self.tech_cause is None else {"tech_cause": self.tech_cause}
        self.emit(
            "ChannelDestroyed",
            cause=self.hangup_cause,
            cause_txt=CAUSES.get(self.hangup_cause, "Unknown"),
            **tech,
        )
        self.pbx.forget_channel(self)

    def receive_dtmf(self, digit: str, duration_ms: int) -> None:
        """Take a digit from the far end: publish it and pass it through the bridge."""
        if self.destroyed:
            return
        self.emit("ChannelDtmfReceived", digit=digit, duration_ms=duration_ms)
        self.pbx.recordings.digit(self, digit)
        if self.bridge is not None:
            self.bridge.pass_dtmf(self, digit, duration_ms)

    # Variables

    def set_variable(self, name: str, value: str | None, *, report: bool = False) -> None:
        """Set a variable or a function; None and nothing to unset change nothing."""
        if FUNCTION.match(name):
            self._write_function(name, value or "")
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

    def _write_function(self, name: str, value: str) -> None:
        match = FUNCTION.match(name)
        assert match is not None
        function, argument = match[1].upper(), match[2]
        if function == "CALLERID" and argument in {"name", "num", "number", "all"}:
            if argument == "all":
                self.caller = Party.parse(value)
            elif argument == "name":
                self.caller.name = value
            else:
                self.caller.number = value
            self.announce_caller()
        elif function == "CONNECTEDLINE":
            self._write_connected(argument.split(",")[0], value)
        elif function == "CHANNEL" and argument == "language":
            self.language = value
        elif function == "CHANNEL" and argument == "accountcode":
            self.accountcode = value
        elif function == "TALK_DETECT":
            self.pbx.talk_detectors.pop(self.id, None)
            if argument == "set":
                self.pbx.talk_detectors[self.id] = TalkDetector(self, value)
            self.pbx.audio_changed()
        elif function == "GLOBAL":
            self.pbx.variables[argument] = value
            self.pbx.publish_global(argument, value)

    def _write_connected(self, part: str, value: str) -> None:
        if part == "all":
            self.connected = Party.parse(value)
        elif part == "name":
            self.connected.name = value
        elif part in {"num", "number"}:
            self.connected.number = value
        else:
            return
        self.emit("ChannelConnectedLine")

    def get_variable(self, name: str) -> str | None:
        """Return the value of a variable or function, None when it is not set.

        Refuses an unknown function.
        """
        match = FUNCTION.match(name)
        if match:
            return self._read_function(match[1].upper(), match[2])
        builtin = {
            "CHANNEL": self.name,
            "CONTEXT": self.context,
            "EXTEN": self.exten,
            "PRIORITY": str(self.priority),
            "UNIQUEID": self.id,
            "HANGUPCAUSE": str(self.hangup_cause),
            "EPOCH": str(int(self.pbx.clock.wall())),
        }
        if name in builtin:
            return builtin[name]
        value = self.variables.get(name)
        return value if value is not None else self.pbx.variables.get(name)

    def _read_function(self, function: str, argument: str) -> str | None:
        if function == "CALLERID":
            if argument == "all":
                return f'"{self.caller.name}" <{self.caller.number}>'
            return {"name": self.caller.name, "num": self.caller.number}.get(
                argument, self.caller.number
            )
        if function == "CONNECTEDLINE":
            return self.connected.name if argument == "name" else self.connected.number
        if function == "CHANNEL":
            return {
                "name": self.name,
                "language": self.language,
                "state": self.state,
                "accountcode": self.accountcode,
                "channeltype": self.technology,
                "uniqueid": self.id,
            }.get(argument, "")
        if function == "GLOBAL":
            return self.pbx.variables.get(argument)
        if function == "LEN":
            return str(len(argument))
        raise Refusal(500, "Unable to read provided function", reason="Error With Function")
