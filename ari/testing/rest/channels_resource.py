"""The operations of ``/channels``: what is done with channels that exist."""

from __future__ import annotations

from collections.abc import Callable

from ari.testing.calls.origination import dial_created
from ari.testing.calls.rtp_statistics import rtp_statistics
from ari.testing.core.answers import NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.core.asterisk_text import atoi
from ari.testing.core.causes import HANGUP_REASONS
from ari.testing.core.clock import Script
from ari.testing.core.commands import at_once
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.channel_creation import ChannelCreation
from ari.testing.rest.playbacks_resource import check_offsets, names_no_media, new_playback
from ari.testing.rest.recordings_resource import new_recording
from ari.testing.rest.variables_in_requests import (
    read_variable,
    read_variables,
    required_settings,
)
from ari.testing.state.channels import Channel
from ari.testing.state.links import Link
from ari.testing.state.phones import DTMF
from ari.testing.state.roles import Control

TRANSFER_STATES = {
    "channel_progress",
    "channel_answered",
    "channel_unavailable",
    "channel_declined",
}


class ChannelsResource(ChannelCreation):
    """``/channels``."""

    def _require_by_id_or_name(self, arguments: Arguments, reason: str = "") -> Channel:
        channel = self.pbx.channels.find_by_id_or_name(arguments.text("channelId"))
        if channel is None:
            message = "Provided channel was not found" if reason else "Channel not found"
            raise Refusal(404, message, reason=reason)
        return channel

    def list(self, arguments: Arguments) -> Outcome:
        return Answer.ok([channel.json() for channel in self.pbx.channels.values()])

    def get(self, arguments: Arguments) -> Outcome:
        return Answer.ok(self.require_channel(arguments).json())

    def hangup(self, arguments: Arguments) -> Outcome:
        channel = self._require_by_id_or_name(arguments)
        reason, code = arguments.text("reason"), arguments.text("reason_code")
        cause = 16
        if reason and code:
            raise Refusal(400, "The reason and reason_code can't both be specified")
        if code:
            cause = atoi(code)
            if not 0 <= cause <= 127 or not code.strip().isdigit():
                message = "Invalid reason for hangup reason code provided"
                raise Refusal(400, message, reason="Invalid Reason Code")
        elif reason:
            if reason not in HANGUP_REASONS:
                message = "Invalid reason for hangup reason provided"
                raise Refusal(400, message, reason="Invalid Reason")
            cause = HANGUP_REASONS[reason]
        channel.request_hangup(cause, shown=32, soft=True)
        return NO_CONTENT

    def continueInDialplan(self, arguments: Arguments) -> Outcome:
        control = self.require_answered(arguments)
        context = arguments.text("context") or None
        exten = arguments.text("extension") or None
        priority = arguments.number("priority") or None
        label = arguments.text("label")
        if label:
            place = control.channel.place
            priority = self.pbx.dialplan.find_label(
                context or place.context, exten or place.exten, label
            )
            if priority is None and not label.isdigit():
                raise Refusal(404, "Requested label can not be found")
            priority = priority or int(label)
        if priority is not None and priority < 0:
            raise Refusal(400, "Requested priority is illegal")
        control.leave((context, exten, priority))
        return NO_CONTENT

    def move(self, arguments: Arguments) -> Outcome:
        control = self.require_control(arguments)
        if arguments.optional("app") is None:  # would end the process of a real Asterisk
            raise Refusal(400, "Missing parameter app")
        if arguments.text("app"):
            control.move(arguments.text("app"), arguments.text("appArgs"))
        return NO_CONTENT

    def redirect(self, arguments: Arguments) -> Outcome:
        control = self.require_answered(arguments)
        endpoint = arguments.text("endpoint")
        if not endpoint:
            message = "Required parameter 'endpoint' not provided."
            raise Refusal(400, message, reason="Not Found")
        technology, slash, resource = endpoint.partition("/")
        if not slash:
            message = f"Endpoint parameter '{endpoint}' does not contain tech/resource"
            raise Refusal(422, message)
        if not resource:
            raise Refusal(422, f"No resource provided in endpoint parameter '{endpoint}'")
        channel = control.channel
        if technology.lower() != channel.technology.lower():
            message = (
                f"Endpoint technology '{technology}' does not match channel technology "
                f"'{channel.technology}'"
            )
            raise Refusal(422, message)
        control.add(at_once(lambda: channel.link.redirect(resource)))
        return NO_CONTENT

    def answer(self, arguments: Arguments) -> Outcome:
        control = self.require_answered(arguments)
        return control.call(control.channel.answer)

    def _change_audio(self, control: Control, change: Callable[[Channel], None]) -> Outcome:
        """Change what is heard when the command's turn comes."""

        def command() -> None:
            change(control.channel)
            self.pbx.core.audio_changed()

        control.add(at_once(command))
        return NO_CONTENT

    def _tell_far_end(self, arguments: Arguments, tell: Callable[[Link], None]) -> Outcome:
        """Tell the far end something when the command's turn comes."""
        control = self.require_answered(arguments)
        control.add(at_once(lambda: tell(control.channel.link)))
        return NO_CONTENT

    def ring(self, arguments: Arguments) -> Outcome:
        return self._tell_far_end(arguments, lambda link: link.ringing(True))

    def ringStop(self, arguments: Arguments) -> Outcome:
        return self._tell_far_end(arguments, lambda link: link.ringing(False))

    def progress(self, arguments: Arguments) -> Outcome:
        return self._tell_far_end(arguments, lambda link: link.progress())

    def sendDTMF(self, arguments: Arguments) -> Outcome:
        control = self.require_answered(arguments)
        digits = arguments.text("dtmf")
        if not digits:
            raise Refusal(400, "DTMF is required")
        times = {
            name: max(arguments.number(name) or 0, 0) / 1000
            for name in ("before", "between", "duration", "after")
        }
        between = times["between"] or 0.1
        duration = times["duration"] or 0.1

        def send() -> Script:
            yield times["before"]
            for digit in digits:
                if digit in DTMF:
                    yield duration
                    control.channel.link.send_dtmf(digit.upper(), int(duration * 1000))
                    yield between
            yield times["after"]

        control.add(send)
        return NO_CONTENT

    def _mute(self, arguments: Arguments, on: bool) -> Outcome:
        control = self.require_answered(arguments)
        direction = arguments.text("direction")
        if not direction:
            raise Refusal(400, "Direction is required")
        if direction not in {"in", "out", "both"}:
            raise Refusal(400, "Invalid direction specified")
        sides = {"in", "out"} if direction == "both" else {direction}
        before = control.channel.audio.muted
        after = before | sides if on else before - sides

        def change(channel: Channel) -> None:
            channel.audio.muted = after

        return self._change_audio(control, change)

    def mute(self, arguments: Arguments) -> Outcome:
        return self._mute(arguments, True)

    def unmute(self, arguments: Arguments) -> Outcome:
        return self._mute(arguments, False)

    def hold(self, arguments: Arguments) -> Outcome:
        return self._tell_far_end(arguments, lambda link: link.hold(True))

    def unhold(self, arguments: Arguments) -> Outcome:
        return self._tell_far_end(arguments, lambda link: link.hold(False))

    def _music(self, arguments: Arguments, music: str | None) -> Outcome:
        control = self.require_answered(arguments)
        return self._change_audio(control, lambda channel: channel.play_music(music))

    def startMoh(self, arguments: Arguments) -> Outcome:
        return self._music(arguments, arguments.text("mohClass") or "default")

    def stopMoh(self, arguments: Arguments) -> Outcome:
        return self._music(arguments, None)

    def _silence(self, arguments: Arguments, on: bool) -> Outcome:
        def change(channel: Channel) -> None:
            channel.audio.silence = on

        return self._change_audio(self.require_answered(arguments), change)

    def startSilence(self, arguments: Arguments) -> Outcome:
        return self._silence(arguments, True)

    def stopSilence(self, arguments: Arguments) -> Outcome:
        return self._silence(arguments, False)

    def play(self, arguments: Arguments) -> Outcome:
        control = self.require_answered(arguments)
        check_offsets(arguments)
        if names_no_media(arguments):
            raise Refusal(500, "Failed to queue media for playback")
        return new_playback(self.pbx, arguments, control.channel)

    playWithId = play

    def record(self, arguments: Arguments) -> Outcome:
        control = self.require_control(arguments)
        return new_recording(self.pbx, arguments, control.channel)

    def getChannelVar(self, arguments: Arguments) -> Outcome:
        name = arguments.text("variable")
        if not name:
            raise Refusal(400, "Variable name is required")
        return read_variable(self._require_by_id_or_name(arguments, "Channel Not Found"), name)

    def setChannelVar(self, arguments: Arguments) -> Outcome:
        control = self.require_control(arguments)
        name = arguments.text("variable")
        if not name:
            raise Refusal(400, "Variable name is required")
        value, report = arguments.optional("value"), arguments.flag("report_events")
        return control.call(lambda: control.channel.set_variable(name, value, report=report))

    def getChannelVars(self, arguments: Arguments) -> Outcome:
        names = [name for name in arguments.words("variables") if name]
        if not names:
            raise Refusal(400, "At least one variable name is required")
        channel = self._require_by_id_or_name(arguments, "Channel Not Found")
        return read_variables(channel.get_variable, names)

    def setChannelVars(self, arguments: Arguments) -> Outcome:
        wanted = required_settings(arguments)
        self._require_by_id_or_name(arguments, "Channel Not Found")
        control = self.require_control(arguments)

        def apply() -> None:
            for name, value, report in wanted:
                control.channel.set_variable(name, value, report=report)

        return control.call(apply)

    def dial(self, arguments: Arguments) -> Outcome:
        control = self.require_control(arguments)
        channel = control.channel
        if channel.state not in {"Down", "Rsrvd"}:
            raise Refusal(409, "Channel is not in the 'Down' state")
        address = channel.address
        if address is None:
            raise Refusal(409, "Dialing a channel not created by ARI")
        timeout = arguments.number("timeout") or None

        def dial() -> None:
            dial_created(channel, address, timeout=timeout)

        control.add(at_once(dial))
        return NO_CONTENT

    def rtpstatistics(self, arguments: Arguments) -> Outcome:
        channel = self._require_by_id_or_name(arguments)
        if channel.technology == "Local":
            raise Refusal(403, "Unsupported channel type")
        if channel.endpoint is None:
            raise Refusal(404, "RTP info not found")
        return Answer.ok({**rtp_statistics(), "channel_uniqueid": channel.id})

    def transfer_progress(self, arguments: Arguments) -> Outcome:
        self.require_control(arguments)
        state = arguments.text("states")
        if not state:
            raise Refusal(400, "states must not be empty")
        if state not in TRANSFER_STATES:
            raise Refusal(400, "Invalid states value")
        return NO_CONTENT
