"""Misbehaviour on request."""

import json
import time

import requests
import websocket

from ..server_support import DEADLINE, SimulatorCase


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
