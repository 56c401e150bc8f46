"""The WebSocket side."""

import contextlib
import json

import websocket

from ..server_support import DEADLINE, SimulatorCase


class SocketTest(SimulatorCase):
    def test_events_name_their_application(self) -> None:
        socket = self.socket("one,two")
        self.sim.call("PJSIP/alice", app="two", args=["a,b", "c"])
        event = socket.next()
        self.assertEqual((event["type"], event["application"]), ("StasisStart", "two"))
        self.assertEqual(event["args"], ["a,b", "c"])
        self.assertRegex(event["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$")

    def test_who_is_not_let_in(self) -> None:
        url = self.sim.url.replace("http", "ws", 1) + "/ari/events"
        key = "api_key=asterisk:asterisk"
        for query, status in (
            ("app=x", 401),
            (key, 400),
            (f"app=a,,b&{key}", 500),
            (f"app={'x' * 74}&{key}", 500),
        ):
            with self.assertRaises(websocket.WebSocketBadStatusException) as caught:
                websocket.create_connection(f"{url}?{query}", timeout=DEADLINE)
            self.assertEqual(caught.exception.status_code, status)
        with self.assertRaises(websocket.WebSocketBadStatusException) as caught:
            websocket.create_connection(
                f"{url}?app=x&{key}", timeout=DEADLINE, subprotocols=["other"]
            )
        self.assertEqual(caught.exception.status_code, 400)
        self.assertEqual(self.ask("GET", "events", params={"app": "x"}).status_code, 426)

    def test_the_subprotocol_and_the_closing_code_are_echoed(self) -> None:
        url = f"{self.sim.url}/ari/events?app=x&api_key=asterisk:asterisk"
        socket = websocket.create_connection(
            url.replace("http", "ws", 1), timeout=DEADLINE, subprotocols=["ari"]
        )
        self.assertEqual(socket.subprotocol, "ari")
        socket.send_close(3001, b"enough")
        opcode, data = socket.recv_data()
        self.assertEqual((opcode, int.from_bytes(data[:2], "big")), (8, 3001))
        socket.shutdown()

    def test_requests_over_the_socket(self) -> None:
        socket = self.socket()
        made = socket.ask(
            method="POST",
            uri="bridges/b1?type=holding",
            request_id="r1",
            transaction_id="t1",
            query_strings=[{"name": "name", "value": "a b&c"}],
        )
        self.assertEqual((made["status_code"], made["request_id"]), (200, "r1"))
        self.assertEqual(made["uri"], "bridges/b1")
        body = json.loads(made["message_body"])
        self.assertEqual((body["bridge_type"], body["name"]), ("holding", "a b&c"))
        gone = socket.ask(method="DELETE", uri="bridges/b1")
        self.assertEqual(gone["status_code"], 204)
        self.assertNotIn("message_body", gone)

    def test_requests_over_the_socket_that_are_wrong(self) -> None:
        socket = self.socket()
        cases = [
            ({}, "Empty or missing 'uri' property."),
            ({"uri": "channels", "method": "get"}, "Unknown or missing 'method' property."),
            (
                {"uri": "channels", "method": "POST", "message_body": "{}"},
                "No 'content_type' for 'message_body'.",
            ),
            (
                {
                    "uri": "channels",
                    "method": "POST",
                    "message_body": "{",
                    "content_type": "application/json",
                },
                "Unable to parse 'message_body' as 'application/json'.",
            ),
            (
                {"uri": "channels", "method": "GET", "query_strings": [1]},
                "Unable to parse 'query_strings' array.",
            ),
            ({"uri": "events", "method": "GET"}, "Can't upgrade to websocket from a websocket"),
        ]
        for fields, message in cases:
            with self.subTest(message):
                response = socket.ask(**fields)
                self.assertEqual(response["status_code"], 400)
                self.assertEqual(json.loads(response["message_body"])["message"], message)
        for text in ("nonsense", "7"):
            socket.socket.send(text)
            response = socket.until("RESTResponse")
            self.assertEqual(response["reason_phrase"], "Failed to parse request message JSON")

    def test_a_filter_without_responses_swallows_them(self) -> None:
        socket = self.socket()
        self.ask("PUT", "applications/app/eventFilter", json={"allowed": [{"type": "StasisStart"}]})
        socket.socket.send(json.dumps({"type": "RESTRequest", "method": "GET", "uri": "channels"}))
        socket.socket.ping()
        self.sim.call("PJSIP/alice", app="app")
        self.assertEqual(socket.next()["type"], "StasisStart")

    def test_a_binary_answer_needs_http(self) -> None:
        self.sim.stored_recording("r1", 0.1)
        response = self.socket().ask(method="GET", uri="recordings/stored/r1/file")
        self.assertEqual(response["status_code"], 406)

    def test_closing_ends_the_application(self) -> None:
        socket = self.socket()
        socket.close()
        self.sim._engine.wait_until(lambda: not self.sim.applications, DEADLINE, "its end")
        self.assertEqual(self.ask("GET", "applications").json(), [])

    def test_a_client_that_does_not_read_is_cut_off(self) -> None:
        self.socket()
        with contextlib.suppress(KeyError):  # it may be cut off before the last
            for _ in range(20):  # more than the buffers of any system on the way hold
                self.sim.emit("ChannelUserevent", app="app", padding="x" * 2**20)
        self.sim.wait_until(lambda: not self.sim.applications, DEADLINE, what="the end")
