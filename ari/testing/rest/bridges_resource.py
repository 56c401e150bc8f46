"""The operations of ``/bridges``."""

from __future__ import annotations

from uuid import uuid4

from ari.testing.calls.media import CODECS
from ari.testing.core.answers import NO_CONTENT, AllocationFailed, Answer, Outcome, Pending, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.playbacks_resource import check_offsets, names_no_media, new_playback
from ari.testing.rest.recordings_resource import has_negative_limit, new_recording
from ari.testing.rest.resource import Resource
from ari.testing.rest.variables_in_requests import (
    read_variables,
    required_settings,
    settings,
)
from ari.testing.state.bridges import ATTRIBUTES, TECHNOLOGIES, Bridge, Membership
from ari.testing.state.roles import Control

Controls = list[Control]


class BridgesResource(Resource):
    """``/bridges``."""

    def _bridge(self, arguments: Arguments) -> Bridge:
        return self.pbx.bridges.require(arguments.text("bridgeId"))

    def _stasis_bridge(self, arguments: Arguments) -> Bridge:
        bridge = self._bridge(arguments)
        if bridge.basic:
            raise Refusal(409, "Bridge not in Stasis application")
        return bridge

    def _bridge_with_variables(self, arguments: Arguments) -> Bridge:
        bridge = self.pbx.bridges.get(arguments.text("bridgeId"))
        if bridge is None or bridge.basic:
            raise Refusal(404, "Provided bridge was not found", reason="Bridge Not Found")
        return bridge

    def list(self, arguments: Arguments) -> Outcome:
        return Answer.ok([bridge.json() for bridge in self.pbx.bridges.values()])

    def get(self, arguments: Arguments) -> Outcome:
        return Answer.ok(self._bridge(arguments).json())

    def create(self, arguments: Arguments) -> Outcome:
        # Asterisk takes every member of this body for a variable and refuses one that cannot be
        # a variable when the bridge exists already, so the bridge stays.
        return self._create(arguments, arguments.body)

    def createWithId(self, arguments: Arguments) -> Outcome:
        return self._create(arguments, arguments.body.get("variables"))

    def _create(self, arguments: Arguments, variables: object) -> Outcome:
        identifier = arguments.text("bridgeId") or str(uuid4())
        if identifier in self.pbx.bridges:
            raise Refusal(409, f"Bridge with id '{identifier}' already exists")
        words = {word.strip() for word in arguments.text("type").split(",") if word.strip()}
        kinds = words & ATTRIBUTES
        if words and (not kinds & TECHNOLOGIES or {"mixing", "holding"} <= kinds):
            message = f"Unable to create bridge. Possible duplicate bridge id '{identifier}'"
            raise Refusal(500, message)
        bridge = self.pbx.bridges.add(identifier, arguments.text("name"), kinds)
        for name, value, report in settings(variables):
            bridge.set_variable(name, value, report=report)
        return Answer.ok(bridge.json())

    def destroy(self, arguments: Arguments) -> Outcome:
        self._stasis_bridge(arguments).destroy()
        return NO_CONTENT

    # Variables

    def getBridgeVar(self, arguments: Arguments) -> Outcome:
        name = arguments.text("variable")
        if not name:
            raise Refusal(400, "Variable name is required")
        bridge = self._stasis_bridge(arguments)
        if name not in bridge.variables:
            raise Refusal(404, "Provided variable was not found")
        return Answer.ok({"value": bridge.variables[name]})

    def setBridgeVar(self, arguments: Arguments) -> Outcome:
        bridge, name = self._stasis_bridge(arguments), arguments.text("variable")
        if not name:  # would end the process of a real Asterisk
            raise Refusal(400, "Variable name is required")
        report = arguments.flag("report_events")
        bridge.set_variable(name, arguments.optional("value"), report=report)
        return NO_CONTENT

    def getBridgeVars(self, arguments: Arguments) -> Outcome:
        names = [name for name in arguments.words("variables") if name]
        if not names:
            raise Refusal(400, "At least one variable name is required")
        bridge = self._bridge_with_variables(arguments)
        return read_variables(bridge.variables.get, names)

    def setBridgeVars(self, arguments: Arguments) -> Outcome:
        wanted = required_settings(arguments)
        bridge = self._bridge_with_variables(arguments)
        for name, value, report in wanted:
            bridge.set_variable(name, value, report=report)
        return NO_CONTENT

    # Members

    def _controls(self, arguments: Arguments) -> tuple[Bridge, Controls]:
        names = arguments.words("channel")
        if not any(names):
            raise Refusal(400, "Missing parameter channel")
        bridge = self._stasis_bridge(arguments)
        controls = []
        for name in names:
            channel = self.pbx.channels.find(name)
            if channel is None:
                raise Refusal(400, "Channel not found")
            if channel.control is None:
                raise Refusal(422, "Channel not in Stasis application")
            controls.append(channel.control)
        return bridge, controls

    def addChannel(self, arguments: Arguments) -> Outcome:
        bridge, controls = self._controls(arguments)
        for control in controls:
            if self.pbx.recordings.records(control.channel):
                raise Refusal(409, f"Channel {control.channel.id} currently recording")
        absorb = arguments.flag("absorbDTMF")

        def joining(control: Control) -> Pending:
            def join() -> None:
                if not (bridge.destroyed or control.channel.hung_up):
                    membership = Membership(control.application, absorb_dtmf=absorb)
                    bridge.enter(control.channel, membership)

            return control.call(join)

        return all_of([joining(control) for control in controls])

    def removeChannel(self, arguments: Arguments) -> Outcome:
        bridge, controls = self._controls(arguments)
        for control in controls:
            if control.channel.bridge is not bridge:
                raise Refusal(422, "Channel not in this bridge")

        def leaving(control: Control) -> Pending:
            return control.call(lambda: bridge.leave(control.channel))

        return all_of([leaving(control) for control in controls])

    def setVideoSource(self, arguments: Arguments) -> Outcome:
        bridge = self._stasis_bridge(arguments)
        channel = self.pbx.channels.find(arguments.text("channelId"))
        if channel is None:
            raise Refusal(400, "Channel not found")
        if channel.control is None:
            raise Refusal(422, "Channel not in Stasis application")
        if channel.bridge is not bridge:
            raise Refusal(422, "Channel not in this bridge")
        return channel.control.call(lambda: bridge.pin_video_source(channel))

    def clearVideoSource(self, arguments: Arguments) -> Outcome:
        bridge = self._stasis_bridge(arguments)
        bridge.video_source_cleared = bridge.video_source is not None
        return NO_CONTENT

    # What they hear

    def startMoh(self, arguments: Arguments) -> Outcome:
        self._stasis_bridge(arguments).start_music(arguments.text("mohClass") or "default")
        return NO_CONTENT

    def stopMoh(self, arguments: Arguments) -> Outcome:
        bridge = self._stasis_bridge(arguments)
        if bridge.audio.music is None:
            raise Refusal(409, "Bridge isn't playing music")
        bridge.stop_music()
        return NO_CONTENT

    def play(self, arguments: Arguments) -> Outcome:
        bridge = self._stasis_bridge(arguments)
        announcer = arguments.text("announcer_format")
        if announcer and announcer not in CODECS:
            raise Refusal(422, "specified announcer_format is unknown on this system")
        check_offsets(arguments)
        if names_no_media(arguments):
            raise AllocationFailed
        return new_playback(self.pbx, arguments, bridge)

    playWithId = play

    def record(self, arguments: Arguments) -> Outcome:
        bridge = self._stasis_bridge(arguments)
        if arguments.optional("format") is None:  # would end the process of a real Asterisk
            raise Refusal(400, "Missing parameter format")
        recorder = arguments.text("recorder_format")
        if recorder and recorder not in CODECS:
            raise Refusal(422, "specified recorder_format is unknown on this system")
        if has_negative_limit(arguments):
            raise Refusal(500, "Error parsing request")
        return new_recording(self.pbx, arguments, bridge)


def all_of(parts: list[Pending]) -> Outcome:
    """Answer when every part is answered; the first refusal wins."""
    if len(parts) == 1:
        return parts[0]
    whole = Pending()
    left = len(parts)

    def one_done(answer: Answer) -> None:
        nonlocal left
        left -= 1
        if left == 0 or answer.status >= 400:
            whole.resolve(answer)

    for part in parts:
        part.on_answer(one_done)
    return whole
