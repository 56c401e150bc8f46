"""The operations of ``/applications``."""

from __future__ import annotations

from typing import Any

from ari.testing.core.answers import JSON, Answer, Outcome, Refusal
from ari.testing.core.applications import (
    ALL_BRIDGES,
    ALL_CHANNELS,
    ALL_DEVICES,
    ALL_ENDPOINTS,
    Application,
)
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource

Sources = list[tuple[str, str]]
Types = list[JSON]

SCHEMES = {"channel", "bridge", "endpoint", "deviceState"}


class ApplicationsResource(Resource):
    """``/applications``."""

    def _application(self, arguments: Arguments) -> Application:
        return self.pbx.applications.require(arguments.text("applicationName"))

    def list(self, arguments: Arguments) -> Outcome:
        return Answer.ok([application.json() for application in self.pbx.applications])

    def get(self, arguments: Arguments) -> Outcome:
        return Answer.ok(self._application(arguments).json())

    @staticmethod
    def _sources(arguments: Arguments) -> Sources:
        sources = arguments.words("eventSource")
        if not sources:
            raise Refusal(400, "Missing parameter eventSource")
        return [(scheme, name) for scheme, _, name in (word.partition(":") for word in sources)]

    def subscribe(self, arguments: Arguments) -> Outcome:
        sources = self._sources(arguments)
        application = self._application(arguments)
        for scheme, _ in sources:
            if scheme not in SCHEMES:
                raise Refusal(400, "Invalid event source URI scheme")
        for scheme, name in sources:
            self._subscribe(application, scheme, name)
        return Answer.ok(application.json())

    def _subscribe(self, application: Application, scheme: str, name: str) -> None:
        pbx = self.pbx
        missing = Refusal(422, "Event source does not exist")
        if scheme == "deviceState":
            application.devices.add(name or ALL_DEVICES)
        elif scheme == "channel":
            channel = pbx.channels.find_by_id_or_name(name) if name else None
            if name and channel is None:
                raise missing
            key = channel.id if channel is not None else ALL_CHANNELS
            application.channels.add(key)
        elif scheme == "bridge":
            if name and name not in pbx.bridges:
                raise missing
            application.bridges.add(name or ALL_BRIDGES)
        else:
            self._subscribe_endpoint(application, name, missing)

    def _subscribe_endpoint(self, application: Application, name: str, missing: Refusal) -> None:
        key = ALL_ENDPOINTS
        if "/" in name:
            endpoint = self.pbx.endpoints.get(name)
            if endpoint is None:
                raise missing
            key = endpoint.key
        elif name:
            if name not in self.pbx.endpoints.technologies():
                raise missing
            key = name
        application.endpoints.add(key)

    def unsubscribe(self, arguments: Arguments) -> Outcome:
        sources = self._sources(arguments)
        application = self._application(arguments)
        for scheme, name in sources:
            if scheme not in SCHEMES:
                raise Refusal(400, "Invalid event source URI scheme")
            if not name and scheme != "deviceState":
                raise Refusal(501, "Method not implemented")
        for scheme, name in sources:
            self._unsubscribe(application, scheme, name)
        return Answer.ok(application.json())

    def _unsubscribe(self, application: Application, scheme: str, name: str) -> None:
        if scheme == "deviceState":
            known = (name or ALL_DEVICES) in application.devices
            application.devices.discard(name or ALL_DEVICES)
        elif scheme == "channel":
            channel = self.pbx.channels.find_by_id_or_name(name)
            key = channel.id if channel is not None else name
            known = application.channels.remove(key)
        elif scheme == "bridge":
            known = application.bridges.remove(name)
        else:
            endpoint = self.pbx.endpoints.get(name)
            key = endpoint.key if endpoint is not None else name
            known = application.endpoints.remove(key)
        if not known:
            raise Refusal(422, "Event source was not subscribed to")

    def filter(self, arguments: Arguments) -> Outcome:
        application, body = self._application(arguments), arguments.body
        if not body:
            application.allowed, application.disallowed = [], []
        for key in ("disallowed", "allowed"):
            if key in body:
                setattr(application, key, self._types(body[key]))
        return Answer.ok(application.json())

    @staticmethod
    def _types(value: Any) -> Types:
        fits = isinstance(value, list) and all(
            isinstance(item, dict) and isinstance(item.get("type"), str) for item in value
        )
        if not fits:
            raise Refusal(400, "Invalid format definition")
        return list(value)
