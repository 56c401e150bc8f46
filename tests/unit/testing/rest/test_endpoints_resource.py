"""The operations of /endpoints."""

from ari.testing.state.endpoints import Endpoint

from ..support import PBXCase


class EndpointTest(PBXCase):
    def setUp(self) -> None:
        super().setUp()
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))

    def test_who_is_there(self) -> None:
        bob = {"technology": "PJSIP", "resource": "bob", "state": "online", "channel_ids": []}
        self.assertEqual(self.send("GET", "endpoints"), [bob])
        self.assertEqual(self.send("GET", "endpoints/PJSIP"), [bob])
        self.assertEqual(self.send("GET", "endpoints/PJSIP/bob"), bob)
        self.refused(404, "Endpoint not found", "GET", "endpoints/PJSIP/x")
        self.refused(404, "No Endpoints found - invalid tech x", "GET", "endpoints/x")

    def test_messages(self) -> None:
        said = {"from": "sip:app", "body": "hi"}
        self.send("PUT", "endpoints/PJSIP/bob/sendMessage", body=said)
        self.send("PUT", "endpoints/sendMessage", body={"to": "pjsip:bob", **said})
        endpoint = self.pbx.endpoints.get("PJSIP/bob")
        assert endpoint is not None
        self.assertEqual([message["body"] for message in endpoint.messages], ["hi", "hi"])
        self.refused(400, "To must be specified", "PUT", "endpoints/sendMessage", body=said)

    def test_a_message_from_an_endpoint(self) -> None:
        self.send("POST", "applications/app/subscription", eventSource="endpoint:PJSIP/bob")
        endpoint = self.pbx.endpoints.get("PJSIP/bob")
        assert endpoint is not None
        self.pbx.endpoints.send_text(endpoint, {"body": "hello"})
        event = self.ear.of("TextMessageReceived")[0]
        self.assertEqual(event["message"]["body"], "hello")
        self.assertEqual(event["endpoint"]["resource"], "bob")
