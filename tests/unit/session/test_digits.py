"""Reading digits: prompts, terminators, silences and hang-ups."""

import json
import re
import threading
from unittest import mock

from ari.exceptions import ARINotFound, ARIObjectGone
from ari.session.digits import read_digits
from ari.transport.procedures import drive

from ..sockets import DEADLINE, Inbox
from ..support import BASE, MockedAsterisk, channel_json, event


def digit(key, channel="c1"):
    return event("ChannelDtmfReceived", channel=channel_json(channel), digit=key, duration_ms=100)


class ReadDigitsTest(MockedAsterisk):
    def setUp(self):
        super().setUp()
        self.playbacks = Inbox()
        self.mock.add_callback("POST", f"{BASE}/ari/channels/c1/play", self.play)
        self.outcome = Inbox()
        self.waiting = threading.Semaphore(0)
        self.client._session.before_wait = self.waiting.release

    def play(self, request):
        playback = {
            "id": request.params["playbackId"],
            "media_uri": request.params["media"],
            "target_uri": "channel:c1",
            "state": "queued",
        }
        self.serve("DELETE", f"/playbacks/{playback['id']}")
        self.playbacks(playback)
        return 201, {}, json.dumps(playback)

    def read(self, **options):
        """Read digits in a thread; its result goes to the outcome."""

        def read():
            try:
                self.outcome(self.channel().read_digits(**options))
            except Exception as ex:  # noqa: BLE001 - the test judges it
                self.outcome(ex)

        thread = threading.Thread(target=read)
        thread.start()
        self.addCleanup(thread.join, DEADLINE)
        self.wait_until_it_waits()

    def wait_until_it_waits(self):
        """Return when it waits, or waits again."""
        self.assertTrue(self.waiting.acquire(timeout=DEADLINE))

    def press(self, digits):
        self.emit(*(digit(key) for key in digits))

    def finish(self, playback, state="done"):
        self.emit(event("PlaybackFinished", playback={**playback, "state": state}))

    def stopped(self):
        return [c.request.url for c in self.mock.calls if c.request.method == "DELETE"]

    def test_as_many_digits_as_asked_for(self):
        self.read(max_digits=3, timeout=DEADLINE)
        self.press("12*4")
        self.assertEqual(self.outcome.next(), "12*")

    def test_by_default_one(self):
        self.read(timeout=DEADLINE)
        self.press("7")
        self.assertEqual(self.outcome.next(), "7")

    def test_digits_of_others_do_not_count(self):
        self.read(timeout=DEADLINE)
        self.emit(digit("1", channel="c2"), digit("2"))
        self.assertEqual(self.outcome.next(), "2")

    def test_a_terminator_ends_and_is_not_part(self):
        self.read(max_digits=9, timeout=DEADLINE)
        self.press("12#")
        self.assertEqual(self.outcome.next(), "12")

    def test_terminators_of_ones_own(self):
        self.read(max_digits=9, timeout=DEADLINE, terminators="*9")
        self.press("1#9")
        self.assertEqual(self.outcome.next(), "1#")

    def test_no_terminators(self):
        self.read(max_digits=2, timeout=DEADLINE, terminators="")
        self.press("##")
        self.assertEqual(self.outcome.next(), "##")

    def test_a_silence_ends_it(self):
        self.read(max_digits=9, timeout=0.01, first_digit_timeout=DEADLINE)
        self.press("12")
        self.assertEqual(self.outcome.next(), "12")

    def test_no_digit_at_all(self):
        self.assertEqual(self.channel().read_digits(timeout=0), "")
        self.assertEqual(self.channel().read_digits(timeout=99, first_digit_timeout=0), "")

    def deadlines(self, *digits, **options):
        """Return the deadlines of the waits of a reading, with a clock that stands still."""
        asked = []
        results = iter([*(digit(key) for key in digits), ARIObjectGone("x", key=("Channel", "c1"))])

        def perform(step):
            asked.append(step.deadline)
            result = next(results)
            if isinstance(result, Exception):
                raise result
            return result

        options = {
            "max_digits": 9,
            "first_digit_timeout": None,
            "terminators": "#",
            "prompt": None,
            "typed_ahead": False,
            "match": None,
            "attempts": 1,
            "invalid": None,
            "total_timeout": None,
            **options,
        }
        reading = read_digits(self.client._session, "c1", **options)
        with (
            mock.patch("ari.session.digits.time.monotonic", return_value=100.0),
            self.assertRaises(ARIObjectGone),
        ):
            drive(reading, perform)
        return asked

    def test_the_first_digit_has_a_time_of_its_own(self):
        self.assertEqual(self.deadlines("1", "2", timeout=3), [103.0, 103.0, 103.0])
        found = self.deadlines("1", timeout=3, first_digit_timeout=4)
        self.assertEqual(found, [104.0, 103.0])

    def test_a_digit_interrupts_the_prompt(self):
        self.read(max_digits=2, timeout=DEADLINE, prompt="sound:enter")
        playback = self.playbacks.next()
        self.press("4")
        self.wait_until_it_waits()
        self.assertEqual(self.stopped(), [f"{BASE}/ari/playbacks/{playback['id']}"])
        self.finish(playback, "failed")
        self.press("2")
        self.assertEqual(self.outcome.next(), "42")
        self.assertEqual(len(self.stopped()), 1)

    def test_a_terminator_interrupts_the_prompt(self):
        self.read(max_digits=2, timeout=DEADLINE, prompt="sound:enter")
        self.press("#")
        self.assertEqual(self.outcome.next(), "")
        self.assertEqual(len(self.stopped()), 1)

    def test_the_time_for_the_first_digit_begins_after_the_prompt(self):
        self.read(timeout=0, prompt=["sound:a", "sound:b"])
        playback = self.playbacks.next()
        self.assertEqual(playback["media_uri"], "sound:a,sound:b")
        self.assertTrue(self.outcome.empty)
        self.finish(playback)
        self.assertEqual(self.outcome.next(), "")
        self.assertEqual(self.stopped(), [])

    def test_a_prompt_whose_end_was_lost_in_a_gap(self):
        self.read(timeout=0, prompt="sound:a")
        playback = self.playbacks.next()
        self.client._session.waits.retire(("Playback", playback["id"]), "was lost")
        self.assertEqual(self.outcome.next(), "")

    def test_another_playback_is_none_of_ours(self):
        self.read(timeout=DEADLINE, prompt="sound:a")
        playback = self.playbacks.next()
        self.finish({**playback, "id": "another"})
        self.press("1")
        self.assertEqual(self.outcome.next(), "1")
        self.assertEqual(len(self.stopped()), 1)

    def test_a_prompt_that_has_just_ended_need_not_be_stopped(self):
        self.read(timeout=DEADLINE, prompt="sound:a")
        playback = self.playbacks.next()
        url = f"{BASE}/ari/playbacks/{playback['id']}"
        self.mock.replace("DELETE", url, json={"message": "Playback not found"}, status=404)
        self.press("1")
        self.assertEqual(self.outcome.next(), "1")

    def test_a_prompt_that_cannot_be_played(self):
        url = f"{BASE}/ari/channels/c1/play"
        self.mock.remove("POST", url)
        self.mock.add("POST", url, json={"message": "Channel not found"}, status=404)
        with self.assertRaises(ARINotFound):
            self.channel().read_digits(prompt="sound:a")
        self.assertEqual(self.client._session.waits.keys(), [])

    def test_a_hang_up(self):
        for prompt in (None, "sound:a"):
            with self.subTest(prompt=prompt):
                self.read(max_digits=9, timeout=DEADLINE, prompt=prompt)
                self.press("1")
                self.emit(event("StasisEnd", channel=channel_json()))
                gone = self.outcome.next()
                self.assertIsInstance(gone, ARIObjectGone)
                self.assertEqual(gone.key, ("Channel", "c1"))
                self.emit(event("StasisStart", channel=channel_json(), args=[]))

    def test_no_digits_cannot_be_asked_for(self):
        for name in ("max_digits", "attempts"):
            with self.assertRaisesRegex(ValueError, f"{name}=0: it must be at least 1"):
                self.channel().read_digits(**{name: 0})

    def test_digits_typed_ahead_count_if_asked_for(self):
        """They are kept from when the handler first waited for digits."""
        channel = self.channel()
        self.press("9")
        self.assertEqual(channel.read_digits(timeout=0, typed_ahead=True), "")
        self.press("1234567")
        self.assertEqual(channel.read_digits(3, timeout=0, typed_ahead=True), "123")
        self.assertEqual(channel.read_digits(2, timeout=0, typed_ahead=True), "45")
        self.assertEqual(channel.wait_for("ChannelDtmfReceived", timeout=0)["digit"], "6")
        self.assertEqual(channel.read_digits(2, timeout=0), "")
        self.press("8")
        self.assertEqual(channel.read_digits(1, timeout=0, typed_ahead=True), "8")

    def test_digits_with_a_request_between_them_are_not_lost(self):
        self.serve("POST", "/channels/c1/ring")
        channel = self.channel()
        self.read(max_digits=1, timeout=DEADLINE)
        self.press("1")
        self.assertEqual(self.outcome.next(), "1")
        self.assertEqual(channel.read_digits(timeout=0), "")
        got = []
        self.press("123456")
        for _ in range(6):
            got.append(channel.wait_for("ChannelDtmfReceived", timeout=0)["digit"])
            channel.ring()
        self.assertEqual("".join(got), "123456")

    def test_digits_that_do_not_match_are_asked_for_again(self):
        for match in (r"\d{4}", lambda digits: digits.startswith("1"), str.isdecimal):
            with self.subTest(match=match):
                self.read(
                    max_digits=4,
                    timeout=DEADLINE,
                    prompt="sound:enter",
                    match=match,
                    attempts=3,
                    invalid=["sound:sorry"],
                )
                self.assertEqual(self.playbacks.next()["media_uri"], "sound:enter")
                self.press("#")
                self.assertEqual(self.playbacks.next()["media_uri"], "sound:sorry,sound:enter")
                self.press("1234")
                self.assertEqual(self.outcome.next(), "1234")

    def test_no_attempt_that_matches(self):
        self.read(max_digits=1, timeout=DEADLINE, match="[12]", attempts=2)
        self.press("3")
        self.wait_until_it_waits()
        self.press("4")
        self.assertEqual(self.outcome.next(), "")

    def test_all_attempts_have_one_time(self):
        channel = self.channel()
        options = {"timeout": DEADLINE, "match": "1", "attempts": 9, "total_timeout": 0}
        self.assertEqual(channel.read_digits(**options), "")
        self.assertEqual(channel.read_digits(prompt="sound:enter", **options), "")
        self.assertEqual(len(self.stopped()), 1)

    def test_a_prompt_that_asterisk_forgot_is_over(self):
        self.mock.add(
            "GET", re.compile(f"{BASE}/ari/playbacks/.*"), json={"message": "x"}, status=404
        )
        with (
            mock.patch("ari.session.waiting.PAUSES", (0.0,)),
            mock.patch("ari.session.presence.GRACE", 0.0),
        ):
            self.assertEqual(self.channel().read_digits(timeout=0, prompt="sound:unknown"), "")
