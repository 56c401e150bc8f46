"""The operations of ``/endpoints``."""

from __future__ import annotations

from ari.testing.core.answers import JSON, Answer, Outcome, Refusal
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource
from ari.testing.state.endpoints import Endpoint


class EndpointsResource(Resource):
    """``/endpoints``."""

    def list(self, arguments: Arguments) -> Outcome:
        return Answer.ok([endpoint.json() for endpoint in self.pbx.endpoints])

    def listByTech(self, arguments: Arguments) -> Outcome:
        technology = arguments.text("tech")
        if technology not in self.pbx.endpoints.technologies():
            raise Refusal(404, f"No Endpoints found - invalid tech {technology}")
        found = [
            endpoint.json() for endpoint in self.pbx.endpoints if endpoint.technology == technology
        ]
        return Answer.ok(found)

    def _endpoint(self, arguments: Arguments) -> Endpoint:
        key = f"{arguments.text('tech')}/{arguments.text('resource')}"
        endpoint = self.pbx.endpoints.get(key)
        if endpoint is None:
            raise Refusal(404, "Endpoint not found")
        return endpoint

    def get(self, arguments: Arguments) -> Outcome:
        return Answer.ok(self._endpoint(arguments).json())

    def _message(self, arguments: Arguments, endpoint: Endpoint | None, to: str) -> Outcome:
        variables = arguments.body.get("variables", {})
        if not isinstance(variables, dict) or not all(
            isinstance(value, str) for value in variables.values()
        ):
            raise Refusal(400, "Only string values in the 'variables' object allowed")
        if endpoint is None or not endpoint.online:
            raise Refusal(404, "Endpoint not found")
        message: JSON = {
            "from": f"<{arguments.text('from')}>",
            "to": to,
            "body": arguments.text("body"),
            "variables": variables,
        }
        endpoint.receive_text(message)
        if endpoint.leads_to is not None:
            heard = {**variables, "PJSIP_RECVADDR": "127.0.0.1:5060"}
            back = {**message, "to": "pjsip:127.0.0.1", "variables": heard}
            self.pbx.endpoints.send_text(endpoint, back)
        return Answer(202)

    def _by_uri(self, arguments: Arguments) -> tuple[Endpoint | None, str]:
        to = arguments.text("to")
        if not to:
            raise Refusal(400, "To must be specified")
        technology, _, rest = to.partition(":")
        name = rest.partition("@")[0].partition("/")[0]
        return self.pbx.endpoints.get(f"{technology}/{name}"), to

    def sendMessage(self, arguments: Arguments) -> Outcome:
        return self._message(arguments, *self._by_uri(arguments))

    def refer(self, arguments: Arguments) -> Outcome:
        return self._message(arguments, *self._by_uri(arguments))

    def sendMessageToEndpoint(self, arguments: Arguments) -> Outcome:
        endpoint = self._endpoint(arguments)
        return self._message(
            arguments, endpoint, f"{endpoint.technology.lower()}:{endpoint.resource}"
        )

    referToEndpoint = sendMessageToEndpoint
