"""The operations of ``/events`` other than the WebSocket itself."""

from __future__ import annotations

from ari.testing.core.answers import JSON, NO_CONTENT, Outcome, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource


class EventsResource(Resource):
    """``/events``."""

    def eventWebsocket(self, arguments: Arguments) -> Outcome:
        """Refuse, since only the server's WebSocket side can serve this."""
        raise Refusal(426, "Upgrade to WebSocket required")

    def userEvent(self, arguments: Arguments) -> Outcome:
        if not arguments.text("application"):
            raise Refusal(400, "Missing parameter application")
        application = self.pbx.applications.require(arguments.text("application"))
        about: JSON = {}
        for source in arguments.words("source"):
            scheme, _, name = source.partition(":")
            if scheme not in {"channel", "bridge", "endpoint"}:
                raise Refusal(400, "Invalid event source URI scheme")
            found = self._source(scheme, name)
            if found is None:
                raise Refusal(422, "Event source was not found")
            about[scheme] = found
        variables = arguments.body.get("variables", {})
        if not isinstance(variables, dict):
            raise Refusal(400, "Invalid userevent data")
        name = arguments.text("eventName")
        userevent = {"eventname": name, **variables}
        fields = {"eventname": name, "userevent": userevent, **about}
        application.send(self.pbx.core.bus.event("ChannelUserevent", **fields))
        return NO_CONTENT

    def _source(self, scheme: str, name: str) -> JSON | None:
        pbx = self.pbx
        if scheme == "channel":
            channel = pbx.channels.find_by_id_or_name(name)
            return channel.json() if channel is not None else None
        if scheme == "bridge":
            return pbx.bridges[name].json() if name in pbx.bridges else None
        endpoint = pbx.endpoints.get(name)
        return endpoint.json() if endpoint is not None else None

    def claimChannel(self, arguments: Arguments) -> Outcome:
        for name in ("channelId", "application"):
            if not arguments.text(name):
                raise Refusal(400, f"{name} parameter is required")
        channel = self.pbx.channels.find(arguments.text("channelId"))
        if channel is None or channel.offer is None:
            raise Refusal(404, "Channel not found or not in broadcast state")
        channel.offer.claim(arguments.text("application"))
        return NO_CONTENT
