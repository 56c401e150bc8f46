"""The simulator behind its port: HTTP, WebSocket, callers and faults."""

from __future__ import annotations

import json
import math
import threading
import time
import unittest
from typing import Any

import requests
import websocket

from ari.testing import Simulator

DEADLINE = 10.0


class Socket:
    """A WebSocket client that can wait."""

    def __init__(self, sim: Simulator, apps: str = "app", *, user: str = "", **query: str) -> None:
        words = "".join(f"&{key}={value}" for key, value in query.items())
        key = user or f"{sim.user}:{sim.password}"
        url = f"{sim.url}/ari/events?app={apps}&api_key={key}{words}"
        self.socket = websocket.create_connection(url.replace("http", "ws", 1), timeout=DEADLINE)
        sim.wait_for_application(apps.split(",", maxsplit=1)[0], DEADLINE)

    def next(self) -> dict[str, Any]:
        """Return the next event."""
        event: dict[str, Any] = json.loads(self.socket.recv())
        return event

    def until(self, event_type: str) -> dict[str, Any]:
        """Return the next event of a type."""
        while (event := self.next())["type"] != event_type:
            pass
        return event

    def ask(self, **fields: Any) -> dict[str, Any]:
        """Send a request over the socket; return the response."""
        self.socket.send(json.dumps({"type": "RESTRequest", **fields}))
        return self.until("RESTResponse")

    def close(self) -> None:
        self.socket.close(timeout=0)


class SimulatorCase(unittest.TestCase):
    """A test with a simulator whose time stands still."""

    speed = 0.0

    def setUp(self) -> None:
        self.sim = Simulator(speed=self.speed, read_only_users={"reader": "looks"})
        self.sim.start()
        self.addCleanup(self.sim.close)
        self.http = requests.Session()
        self.http.auth = (self.sim.user, self.sim.password)
        self.addCleanup(self.http.close)

    def socket(self, apps: str = "app", **query: str) -> Socket:
        socket = Socket(self.sim, apps, **query)
        self.addCleanup(socket.close)
        return socket

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", DEADLINE)
        return self.http.request(method, f"{self.sim.url}/ari/{path}", **options)


class HttpTest(SimulatorCase):
    def test_credentials(self) -> None:
        url = f"{self.sim.url}/ari/asterisk/info"
        answer = requests.get(url, timeout=DEADLINE)
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(answer.json(), {"message": "Authentication required"})
        self.assertIn("Basic realm=", answer.headers["WWW-Authenticate"])
        for params, status in (
            ({"api_key": "asterisk:asterisk"}, 200),
            ({"api_key": "asterisk:wrong"}, 401),
            ({"api_key": "asterisk"}, 401),
        ):
            answer = requests.get(url, params=params, timeout=DEADLINE)
            self.assertEqual(answer.status_code, status)

    def test_a_read_only_user_may_only_look(self) -> None:
        self.http.auth = ("reader", "looks")
        self.assertEqual(self.ask("GET", "channels").status_code, 200)
        answer = self.ask("POST", "bridges")
        self.assertEqual(
            (answer.status_code, answer.json()["message"]), (403, "Write access denied")
        )

    def test_the_description_points_to_the_address_that_was_asked(self) -> None:
        body = self.ask("GET", "api-docs/channels.json").json()
        self.assertEqual(body["basePath"], f"{self.sim.url}/ari")
        answer = self.ask("GET", "api-docs/resources.json", headers={"Host": "pbx.example"})
        self.assertEqual(answer.json()["basePath"], "http://pbx.example/ari")
        self.assertEqual(self.ask("POST", "api-docs/resources.json").status_code, 405)
        self.assertEqual(self.ask("GET", "api-docs/nothing.json").status_code, 404)

    def test_headers(self) -> None:
        answer = self.ask("GET", "channels", headers={"Origin": "http://here"})
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "http://here")
        self.assertEqual(answer.headers["Cache-Control"], "no-cache, no-store")
        self.assertTrue(answer.headers["Server"].startswith("Asterisk/"))
        preflight = self.ask(
            "OPTIONS",
            "channels",
            headers={
                "Origin": "http://here",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            },
        )
        self.assertEqual(preflight.headers["Access-Control-Allow-Headers"], "authorization")
        self.assertEqual(preflight.headers["Allow"], "OPTIONS,GET,POST")

    def test_origins_that_are_not_allowed(self) -> None:
        with Simulator(allowed_origins=["http://one"]) as sim:
            answer = requests.get(
                f"{sim.url}/ari/channels",
                auth=(sim.user, sim.password),
                headers={"Origin": "http://two"},
                timeout=DEADLINE,
            )
        self.assertNotIn("Access-Control-Allow-Origin", answer.headers)

    def test_a_playback_has_a_location(self) -> None:
        self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        path = f"channels/{caller.channel_id}/play/a%2Fb"
        answer = self.ask("POST", path, params={"media": "sound:beep"})
        self.assertEqual(answer.headers["Location"], "/ari/playbacks/a%2Fb")

    def test_outside_of_ari_there_is_html(self) -> None:
        answer = requests.get(f"{self.sim.url}/nothing", timeout=DEADLINE)
        self.assertEqual(answer.status_code, 404)
        self.assertIn("<html>", answer.text)

    def test_a_prefix(self) -> None:
        with Simulator(prefix="/pbx") as sim:
            self.assertTrue(sim.url.endswith("/pbx"))
            answer = requests.get(
                f"{sim.url}/ari/asterisk/ping", auth=(sim.user, sim.password), timeout=DEADLINE
            )
        self.assertEqual(answer.json()["ping"], "pong")

    def test_pretty(self) -> None:
        with Simulator(pretty=True) as sim:
            answer = requests.get(
                f"{sim.url}/ari/asterisk/ping", auth=(sim.user, sim.password), timeout=DEADLINE
            )
        self.assertIn('\n  "ping": "pong"', answer.text)
        self.assertNotIn("\n", self.ask("GET", "asterisk/ping").text)

    def test_the_answer_waits_for_the_media_before_it(self) -> None:
        self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        path = f"channels/{caller.channel_id}"
        self.ask("POST", f"{path}/play", params={"media": "sound:beep"})
        statuses: list[int] = []
        asked = threading.Thread(
            target=lambda: statuses.append(self.ask("POST", f"{path}/answer").status_code)
        )
        asked.start()
        control = self.sim.pbx.channels[caller.channel_id].control
        assert control is not None
        caller.wait_until(lambda _: bool(control._queue))
        self.assertEqual(statuses, [])
        self.sim.advance(1)
        asked.join(DEADLINE)
        self.assertEqual(statuses, [204])


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
        for _ in range(20):  # more than the buffers of any system on the way hold
            self.sim.emit("ChannelUserevent", app="app", padding="x" * 2**20)
        self.sim.wait_until(lambda: not self.sim.applications, DEADLINE, what="the end")


class CallerTest(SimulatorCase):
    def test_a_call_from_start_to_end(self) -> None:
        socket = self.socket()
        caller = self.sim.call("PJSIP/alice", app="app", number="100", name="Alice")
        start = socket.until("StasisStart")
        self.assertEqual(start["channel"]["caller"], {"name": "Alice", "number": "100"})
        self.assertEqual((caller.state, caller.application), ("Ring", "app"))
        path = f"channels/{caller.channel_id}"
        self.ask("POST", f"{path}/answer")
        self.ask("POST", f"{path}/play", params={"media": "sound:hello-world"})
        caller.wait_until_heard("sound:hello-world", DEADLINE)
        self.sim.advance(3)
        socket.until("PlaybackFinished")
        caller.press("1#")
        self.assertEqual(socket.until("ChannelDtmfReceived")["digit"], "1")
        self.ask("POST", "bridges/b1")
        self.ask("POST", "bridges/b1/addChannel", params={"channel": caller.channel_id})
        self.assertEqual(caller.wait_for_bridge(DEADLINE), "b1")
        self.ask("DELETE", path, params={"reason": "busy"})
        caller.wait_until_ended(DEADLINE)
        self.assertEqual((caller.state, caller.cause, caller.bridge), ("Down", 17, None))
        self.assertIn("PJSIP/alice", repr(caller))

    def test_waiting_for_what_does_not_come(self) -> None:
        self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        with self.assertRaisesRegex(TimeoutError, "'sound:x' at PJSIP/alice-00000000"):
            caller.wait_until_heard("sound:x", timeout=0.01)
        with self.assertRaisesRegex(TimeoutError, "application 'other'"):
            self.sim.wait_for_application("other", timeout=0.01)

    def test_a_telephone_is_called(self) -> None:
        self.socket()
        bob = self.sim.endpoint("PJSIP/bob", answers_after=2)
        query = {"endpoint": "PJSIP/bob", "app": "app", "callerId": "Shop <7>"}
        self.ask("POST", "channels/c1", params=query)
        call = bob.wait_for_call(DEADLINE)
        self.assertTrue(call.ringing)
        self.sim.advance(2)
        self.assertEqual((call.state, call.channel_id), ("Up", "c1"))
        call.hangup()
        self.assertTrue(call.ended)
        self.assertEqual(len(bob.calls), 1)

    def test_a_telephone_that_somebody_answers_by_hand(self) -> None:
        self.socket()
        bob = self.sim.endpoint("PJSIP/bob", answers_after=None)
        self.ask("POST", "channels/c1", params={"endpoint": "PJSIP/bob", "app": "app"})
        call = bob.wait_for_call(DEADLINE)
        call.answer()
        call.wait_for_state("Up", DEADLINE)

    def test_a_telephone_may_change_its_mind(self) -> None:
        bob = self.sim.endpoint("PJSIP/bob")
        bob.behave(online=False)
        query = {"endpoint": "PJSIP/bob", "app": "app"}
        self.assertEqual(self.ask("POST", "channels", params=query).status_code, 500)
        self.assertEqual(self.ask("GET", "endpoints/PJSIP/bob").json()["state"], "offline")

    def test_messages_both_ways(self) -> None:
        socket = self.socket()
        bob = self.sim.endpoint("PJSIP/bob")
        self.ask("POST", "applications/app/subscription", params={"eventSource": "endpoint:PJSIP"})
        caller = self.sim.call("PJSIP/bob", app="app")
        caller.send_text("hello")
        self.assertEqual(socket.until("TextMessageReceived")["message"]["body"], "hello")
        self.ask("PUT", "endpoints/PJSIP/bob/sendMessage", json={"from": "sip:x", "body": "hi"})
        self.assertEqual(caller.texts, ["hi"])
        self.assertEqual(bob.messages[0]["from"], "<sip:x>")

    def test_a_call_into_the_dialplan(self) -> None:
        self.sim.extension("100", "Answer", "Playback(beep)", "Hangup(21)")
        caller = self.sim.call("PJSIP/alice", to="100")
        self.sim.advance(5)
        self.assertEqual((caller.heard, caller.cause), (["sound:beep"], 21))
        self.assertEqual(self.sim.call("PJSIP/alice", to="999").cause, 1)

    def test_a_sound_of_our_own(self) -> None:
        self.sim.sound("ours/menu", 4)
        socket = self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        path = f"channels/{caller.channel_id}/play"
        self.ask("POST", path, params={"media": "sound:ours/menu"})
        self.sim.advance(4)
        self.assertEqual(socket.until("PlaybackFinished")["playback"]["state"], "done")

    def test_holding_and_talking(self) -> None:
        socket = self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        caller.hold()
        caller.unhold()
        socket.until("ChannelHold")
        socket.until("ChannelUnhold")
        path = f"channels/{caller.channel_id}"
        self.ask("POST", f"{path}/variable", params={"variable": "TALK_DETECT(set)"})
        caller.speak(1)
        socket.until("ChannelTalkingStarted")

    def test_any_event_can_be_sent(self) -> None:
        socket = self.socket()
        self.sim.emit("PeerStatusChange", app="app", peer={"peer_status": "Reachable"})
        self.assertEqual(socket.next()["peer"], {"peer_status": "Reachable"})
        with self.assertRaises(KeyError):
            self.sim.emit("X", app="nobody")

    def test_an_address_needs_a_technology(self) -> None:
        with self.assertRaisesRegex(ValueError, "TECHNOLOGY/name"):
            self.sim.endpoint("bob")


class FaultTest(SimulatorCase):
    def test_dropped_connections_end_without_a_word(self) -> None:
        socket = self.socket()
        self.sim.drop_connections()
        with self.assertRaises((websocket.WebSocketException, OSError)):
            socket.next()
        self.assertEqual(self.ask("GET", "channels").status_code, 200)

    def test_refusing(self) -> None:
        self.sim.refuse()
        with self.assertRaises(requests.ConnectionError):
            requests.get(f"{self.sim.url}/ari/channels", timeout=DEADLINE)
        self.sim.refuse(False)
        self.assertEqual(self.ask("GET", "channels").status_code, 200)

    def test_a_frozen_server_answers_when_it_thaws(self) -> None:
        self.assertEqual(self.ask("GET", "channels").status_code, 200)
        self.sim.freeze()
        with self.assertRaises(requests.Timeout):
            self.ask("GET", "channels", timeout=0.05)
        self.sim.thaw()
        self.assertEqual(self.ask("GET", "channels").status_code, 200)

    def test_delayed_answers(self) -> None:
        self.sim.delay_answers(0.05)
        began = time.monotonic()
        self.ask("GET", "channels")
        self.assertGreaterEqual(time.monotonic() - began, 0.05)

    def test_failing_the_next_matching_request(self) -> None:
        self.sim.fail_next(503, "Busy now", method="POST", path="bridges*", times=2)
        self.assertEqual(self.ask("GET", "bridges").status_code, 200)
        for path in ("bridges", "bridges/b1"):
            answer = self.ask("POST", path)
            self.assertEqual((answer.status_code, answer.json()), (503, {"message": "Busy now"}))
        self.assertEqual(self.ask("POST", "bridges").status_code, 200)

    def test_a_garbled_frame_is_no_json_and_the_next_is(self) -> None:
        socket = self.socket()
        self.sim.garble_next_frame()
        self.sim.call("PJSIP/alice", app="app")
        self.sim.call("PJSIP/bob", app="app")
        with self.assertRaises(json.JSONDecodeError):
            json.loads(socket.socket.recv())
        self.assertEqual(socket.next()["type"], "StasisStart")

    def test_a_restart_loses_calls_and_keeps_telephones(self) -> None:
        self.sim.endpoint("PJSIP/bob")
        self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        self.ask("POST", "bridges/b1")
        self.sim.restart()
        self.assertTrue(caller.ended)
        self.assertEqual(self.sim.snapshot(), {"channels": [], "bridges": []})
        self.assertEqual(self.ask("GET", "applications").json(), [])
        self.assertEqual(self.ask("GET", "endpoints/PJSIP/bob").status_code, 200)

    def test_a_reset_is_as_good_as_new(self) -> None:
        self.sim.endpoint("PJSIP/bob")
        self.sim.fail_next(500)
        self.sim.freeze()
        self.sim.reset()
        self.assertEqual(self.ask("GET", "endpoints").json(), [])


class TimeTest(unittest.TestCase):
    def outlast(self, sim: Simulator) -> None:
        socket = Socket(sim)
        caller = sim.call("PJSIP/alice", app="app")
        requests.post(
            f"{sim.url}/ari/channels/{caller.channel_id}/play",
            params={"media": "sound:tt-monkeys"},
            auth=(sim.user, sim.password),
            timeout=DEADLINE,
        )
        self.assertEqual(socket.until("PlaybackFinished")["playback"]["state"], "done")
        socket.close()

    def test_a_fast_clock(self) -> None:
        with Simulator(speed=1000) as sim:
            self.outlast(sim)

    def test_an_unlimited_clock(self) -> None:
        with Simulator(speed=math.inf) as sim:
            self.outlast(sim)

    def test_the_speed_can_be_changed(self) -> None:
        with Simulator(speed=0) as sim:
            self.assertEqual(sim.speed, 0)
            sim.speed = 1000
            self.outlast(sim)


class LifeTest(unittest.TestCase):
    def test_starting_is_quick(self) -> None:
        began = time.perf_counter()
        with Simulator():
            took = time.perf_counter() - began
        self.assertLess(took, 0.15)

    def test_closing_twice_and_starting_again(self) -> None:
        sim = Simulator()
        sim.start()
        port = sim.port
        with self.assertRaises(RuntimeError):
            sim.start()
        sim.close()
        sim.close()
        sim.start()
        self.assertEqual(sim.port, port)
        sim.close()

    def test_a_port_that_is_taken(self) -> None:
        with Simulator() as sim, self.assertRaises(OSError):
            Simulator(port=sim.port).start()

    def test_misbehaving_needs_a_running_server(self) -> None:
        with self.assertRaises(RuntimeError):
            Simulator().drop_connections()

    def test_a_thousand_calls_at_once(self) -> None:
        with Simulator(speed=0) as sim:
            socket = Socket(sim)
            callers = [sim.call(f"PJSIP/p{number}", app="app") for number in range(1000)]
            started = {socket.until("StasisStart")["channel"]["id"] for _ in callers}
            self.assertEqual(len(started), 1000)
            for caller in callers:
                caller.hangup()
            for _ in callers:
                socket.until("StasisEnd")
            self.assertEqual(sim.snapshot()["channels"], [])
            socket.close()
