"""People with telephones."""

from .server_support import DEADLINE, SimulatorCase


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
