"""The operations of ``/channels`` that make a channel: originate, create, snoop, external media."""

from __future__ import annotations

from ari.testing.calls.media import CODECS
from ari.testing.calls.origination import Origination, created_life, stasis_data
from ari.testing.calls.stasis import stasis_only
from ari.testing.core.answers import AllocationFailed, Answer, Outcome, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource
from ari.testing.rest.variables_in_requests import Setting, settings
from ari.testing.state.channels import Channel
from ari.testing.state.links import MediaLink
from ari.testing.state.party import Party

LONGEST_ID = 149
DIRECTIONS = {"none", "both", "out", "in"}
OUTGOING = "AppDial2", "(Outgoing Line)"
INTERNAL = "An internal error prevented this request from being handled"


class ChannelCreation(Resource):
    """The part of ``/channels`` that makes channels."""

    def _check_originator(self, arguments: Arguments) -> None:
        if arguments.text("originator") and arguments.text("formats"):
            raise Refusal(400, "Originator and formats can't both be specified")

    def _check_formats(self, arguments: Arguments) -> None:
        for name in filter(None, arguments.text("formats").split(",")):
            if name not in CODECS:
                raise Refusal(400, f"Provided format ({name}) was not found")

    def _call_out(self, arguments: Arguments) -> Channel:
        """Make the channel or the two halves that an endpoint asks for."""
        technology, _, resource = arguments.text("endpoint").partition("/")
        pbx = self.pbx
        wanted, other = arguments.text("channelId"), arguments.text("otherChannelId")
        if wanted and (pbx.channels.find(wanted) or wanted == other):
            raise Refusal(409, "Channel with given unique ID already exists")
        if other and pbx.channels.find(other):
            raise Refusal(409, "Channel with given unique ID already exists")
        channel = pbx.exchange.call_out(technology, resource, wanted or None, other or None)
        if channel is None:
            raise AllocationFailed
        return channel

    @staticmethod
    def _apply(channel: Channel, wanted: list[Setting]) -> None:
        for name, value, report in wanted:
            channel.set_variable(name, value, report=report)

    def originate(self, arguments: Arguments) -> Outcome:
        pbx = self.pbx
        wanted = settings(arguments.body.get("variables"))
        endpoint = arguments.text("endpoint")
        identifiers = arguments.text("channelId"), arguments.text("otherChannelId")
        if max(map(len, identifiers)) > LONGEST_ID:
            raise Refusal(400, f"Uniqueid length exceeds maximum of {LONGEST_ID}")
        if not endpoint:
            raise Refusal(400, "Endpoint must be specified")
        self._check_originator(arguments)
        if "/" not in endpoint or not endpoint.partition("/")[2]:
            raise Refusal(400, "Invalid endpoint specified")
        app, exten = arguments.text("app"), arguments.text("extension")
        location = None
        if not app:
            if not exten:
                raise Refusal(400, "Application or extension must be specified")
            location = self._location(arguments)
        originator = arguments.text("originator")
        if originator and pbx.channels.find_by_id_or_name(originator) is None:
            raise Refusal(400, "Provided originator channel was not found")
        self._check_formats(arguments)
        channel = self._call_out(arguments)
        self._show_as_outgoing(channel, arguments)
        self._apply(channel, wanted)
        application = pbx.applications.get(app) if app else None
        if application is not None:
            application.channels.add(channel.id)
            if channel.link.other is not None:
                application.channels.add(channel.link.other.id)
        timeout: float | None = arguments.number("timeout") or 30
        origination = Origination(
            channel,
            pbx.runner,
            endpoint.partition("/")[2],
            timeout=None if timeout == -1 else timeout,
            app=app or None,
            app_args=arguments.text("appArgs"),
            location=location,
        )
        channel.run(origination.script())
        return Answer.ok(channel.json())

    originateWithId = originate

    def _location(self, arguments: Arguments) -> tuple[str, str, int]:
        context = arguments.text("context") or "default"
        exten, priority = arguments.text("extension"), arguments.number("priority")
        label = arguments.text("label")
        if label:
            priority = self.pbx.dialplan.find_label(context, exten, label)
            if priority is None:
                raise Refusal(404, "Requested label can not be found")
        if priority is not None and priority < 0:
            raise Refusal(400, "Requested priority is illegal")
        return context, exten, priority or 1

    @staticmethod
    def _show_as_outgoing(channel: Channel, arguments: Arguments) -> None:
        channel.place.idle_application = OUTGOING
        channel.enter_application(*OUTGOING)
        if arguments.text("callerId"):
            channel.caller = Party.parse(arguments.text("callerId"))
            channel.connected = channel.caller.copy()

    def create(self, arguments: Arguments) -> Outcome:
        pbx = self.pbx
        endpoint, app = arguments.text("endpoint"), arguments.text("app")
        self._check_originator(arguments)
        if not endpoint:
            raise Refusal(400, "Endpoint must be specified")
        if "/" not in endpoint or not endpoint.partition("/")[2]:
            raise Refusal(400, "Invalid endpoint specified")
        wanted = settings(arguments.body.get("variables"))
        self._check_formats(arguments)
        channel = self._call_out(arguments)
        channel.address = endpoint.partition("/")[2]
        application = pbx.applications.get(app) if app else None
        if application is not None:
            application.channels.add(channel.id)
        self._apply(channel, wanted)
        answer = Answer.ok(channel.json())
        if app:
            channel.run(created_life(channel, app, arguments.text("appArgs")))
        return answer

    def snoopChannel(self, arguments: Arguments) -> Outcome:
        pbx = self.pbx
        spied = pbx.channels.find_by_id_or_name(arguments.text("channelId"))
        if spied is None:
            raise Refusal(404, "Provided channel was not found", reason="Channel Not Found")
        directions = []
        for name in ("spy", "whisper"):
            direction = arguments.text(name) or "none"
            if direction not in DIRECTIONS:
                raise Refusal(400, f"Invalid direction specified for {name}")
            directions.append(direction)
        if directions == ["none", "none"]:
            raise Refusal(400, "Direction must be specified for at least spy or whisper")
        if not arguments.text("app"):
            raise Refusal(400, "Application name is required")
        identifier = arguments.text("snoopId") or pbx.core.numbering.next_id()
        if pbx.channels.find(identifier):
            raise Refusal(500, "Snoop channel could not be created")
        name = f"Snoop/{spied.id}-{pbx.core.numbering.next_serial():08x}"
        channel = pbx.exchange.add_machine(identifier, name, MediaLink(), state="Up")
        spied.ended.connect(channel.hang_up)
        answer = Answer.ok(channel.json())
        app, app_args = arguments.text("app"), arguments.text("appArgs")
        channel.place.app_name, channel.place.app_data = "Stasis", stasis_data(app, app_args)
        channel.run(stasis_only(channel, app, app_args))
        return answer

    snoopChannelWithId = snoopChannel

    def externalMedia(self, arguments: Arguments) -> Outcome:
        pbx = self.pbx
        app, host = arguments.text("app"), arguments.text("external_host")
        encapsulation = arguments.text("encapsulation") or "rtp"
        transport = arguments.text("transport") or "udp"
        server = arguments.text("connection_type") == "server"
        if not app:
            raise Refusal(400, "app cannot be empty")
        self._check_media(encapsulation, transport, server=server)
        if not host and not (transport == "websocket" and server):
            message = "external_host is required for all but websocket server connections"
            raise Refusal(400, message)
        if transport != "websocket":
            name, colon, port = host.rpartition(":")
            if not (name and colon and port):
                message = "external_host must be <host>:<port> for all transports other than "
                raise Refusal(400, message + "websocket")
        if not arguments.text("format"):
            raise Refusal(400, "format cannot be empty")
        if (arguments.text("direction") or "both") not in {"both", "in", "out"}:
            raise Refusal(400, "Invalid direction specified")
        technology = {"rtp": "UnicastRTP", "audiosocket": "AudioSocket", "none": "WebSocket"}.get(
            encapsulation
        )
        if technology is None:
            raise Refusal(501, "The encapsulation and/or transport is not supported")
        if encapsulation == "audiosocket" and not arguments.text("data"):
            raise Refusal(400, "data can not be empty")
        wanted = settings(arguments.body.get("variables"))
        identifier = arguments.text("channelId") or pbx.core.numbering.next_id()
        if arguments.text("format") not in CODECS or pbx.channels.find(identifier):
            raise Refusal(500, INTERNAL)
        address = host or "INCOMING"
        channel = pbx.exchange.add_machine(
            identifier,
            f"{technology}/{address}-0x{0x7F0000000000 + pbx.core.numbering.next_serial():x}",
            MediaLink(),
            state="Down",
        )
        channel.place.idle_application = OUTGOING
        channel.enter_application(*OUTGOING)
        application = pbx.applications.get(app)
        if application is not None:
            application.channels.add(channel.id)
        if technology == "UnicastRTP":
            channel.variables["UNICASTRTP_LOCAL_ADDRESS"] = "127.0.0.1"
            rtp_port = 10000 + 2 * (pbx.core.numbering.next_serial() % 4999)
            channel.variables["UNICASTRTP_LOCAL_PORT"] = str(rtp_port)
            address += f"/c({arguments.text('format')})"
        self._apply(channel, wanted)
        # Only this answer shows the variables.
        shown = dict(channel.variables)
        answer = Answer.ok({**channel.json(), **({"channelvars": shown} if shown else {})})
        origination = Origination(channel, pbx.runner, address, timeout=30, app=app)
        channel.run(origination.script())
        return answer

    @staticmethod
    def _check_media(encapsulation: str, transport: str, *, server: bool) -> None:
        if transport == "websocket" and encapsulation != "none":
            raise Refusal(400, "encapsulation must be 'none' for websocket transport")
        if encapsulation == "rtp" and transport != "udp":
            raise Refusal(400, "transport must be 'udp' for rtp encapsulation")
        if encapsulation == "audiosocket" and transport != "tcp":
            raise Refusal(400, "transport must be 'tcp' for audiosocket encapsulation")
        if server and transport != "websocket":
            message = "'server' connection_type can only be used with the websocket transport"
            raise Refusal(400, message)
