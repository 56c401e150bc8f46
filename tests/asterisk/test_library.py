"""The library on a real Asterisk: what its users rely on, and how it refuses bad input."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import requests

import ari
from tests.asterisk.harness.server import Server
from tests.asterisk.harness.switchboard import DEADLINE, Call, Switchboard, until

SPECIAL = ["with space", "with/slash", "a+b", "100%", "a;b", "who?", "#1", "a,b", "grün", "a&b=c"]

Running = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def client(asterisk: Server, switchboard: Switchboard) -> Iterator[Any]:
    """Provide a client of the user who may do everything."""
    with ari.connect(asterisk.url, asterisk.user, asterisk.password) as client:
        yield client


@pytest.fixture
def running(client: Any) -> Running:
    """Provide a context manager that runs an application in a thread and gives its name."""

    @contextmanager
    def run(**options: Any) -> Iterator[str]:
        app = f"library-{uuid.uuid4().hex[:8]}"
        registered = threading.Event()
        errors: list[BaseException] = []
        client.on_application_registered(app, registered.set)
        client.exception_handler = errors.append

        def target() -> None:
            try:
                client.run(apps=app, **options)
            except BaseException as error:  # noqa: BLE001
                errors.append(error)

        thread = threading.Thread(target=target)
        thread.start()
        try:
            assert registered.wait(DEADLINE), errors
            yield app
        finally:
            client.close()
            thread.join(DEADLINE)
        assert not thread.is_alive()
        assert not errors, errors

    return run


@pytest.fixture
def call(switchboard: Switchboard) -> Call:
    """Provide an answered call whose two sides are both in the tests' application."""
    call = switchboard.call(f"stasis-{switchboard.app}")
    call.expect("StasisStart")
    switchboard.send("POST", f"channels/{call.far}/answer")
    call.expect_answer()
    return call


class TestConnecting:
    def test_the_repositories_are_those_that_asterisk_serves(self, client: Any) -> None:
        resources = {"asterisk", "applications", "bridges", "channels", "deviceStates", "endpoints"}
        resources |= {"events", "mailboxes", "playbacks", "recordings", "sounds"}
        assert resources <= set(client.repositories)

    @pytest.mark.parametrize("suffix", ["", "ari", "ari/"])
    def test_the_address_may_name_the_path(self, asterisk: Server, suffix: str) -> None:
        with ari.connect(asterisk.url + suffix, asterisk.user, asterisk.password) as client:
            assert "system" in client.asterisk.getInfo()

    def test_a_wrong_password_is_unauthorized_and_not_repeated(self, asterisk: Server) -> None:
        with pytest.raises(ari.ARIUnauthorized) as caught:
            ari.connect(asterisk.url, asterisk.user, "a-wrong-secret")
        assert caught.value.response.status_code == 401
        assert asterisk.user in str(caught.value)
        assert asterisk.url.split("/")[2] in str(caught.value)
        assert "a-wrong-secret" not in f"{caught.value} {caught.value!r} {caught.value.request.url}"

    def test_a_reader_may_look_and_not_touch(self, asterisk: Server) -> None:
        if asterisk.reader is None:
            pytest.skip("no read-only user of the server of ARI_TEST_URL is known")
        with ari.connect(asterisk.url, asterisk.reader, asterisk.reader_password) as client:
            assert isinstance(client.bridges.list(), list)
            with pytest.raises(ari.ARIForbidden) as caught:
                client.bridges.create(type="mixing")
        assert caught.value.status_code == 403
        assert caught.value.message

    def test_everything_can_be_listed(self, client: Any, switchboard: Switchboard) -> None:
        names = [application.json["name"] for application in client.applications.list()]
        assert switchboard.app in names
        for repository in ("bridges", "channels", "deviceStates", "endpoints", "sounds"):
            assert isinstance(getattr(client, repository).list(), list)
        assert isinstance(client.recordings.listStored(), list)


class TestLongValues:
    """Values that make a request line of more than 4,095 bytes."""

    @pytest.mark.parametrize("value", ["ж" * 700, "x" * 12_000, "1,2;3'\"\\" * 1000])
    def test_a_variable_is_read_back_whole(self, client: Any, value: str) -> None:
        client.asterisk.setGlobalVar(variable="LONG", value=value)
        assert client.asterisk.getGlobalVar(variable="LONG") == {"value": value}

    def test_the_request_line_is_as_long_as_asterisk_takes(self, client: Any) -> None:
        # What is one byte longer is refused before it is sent, with the limit.
        longest = 4095 - len("GET /ari/asterisk/variable?variable= HTTP/1.1\r\n")
        assert client.asterisk.getGlobalVar(variable="x" * longest) == {"value": ""}
        with pytest.raises(ValueError, match="4,096 bytes, and the server takes 4,095"):
            client.asterisk.getGlobalVar(variable="x" * (longest + 1))

    def test_fields_beside_variables(self, client: Any) -> None:
        name = "ж" * 700
        channel = client.channels.originate(
            endpoint="Local/s@nowhere",
            extension="nowhere",
            callerId=name,
            timeout=5,
            variables={"LONG": "y" * 5000},
        )
        assert channel.json["caller"]["name"] == name

    def test_many_channels_enter_a_bridge(self, client: Any, running: Running) -> None:
        started: set[str] = set()
        with (
            running() as app,
            client.on_event("StasisStart", lambda event: started.add(event["channel"]["id"])),
        ):
            bridge = client.bridges.create(type="mixing")
            channels = [
                client.channels.create(endpoint="Local/s@nowhere", app=app, channelId=f"{n:0>140}")
                for n in range(30)
            ]
            try:
                until(lambda: len(started) == len(channels), what="all channels")
                bridge.addChannel(channel=channels)
                assert set(bridge.get().json["channels"]) == {c.id for c in channels}
            finally:
                for channel in channels:
                    channel.hangup()
                bridge.destroy()


class TestCalls:
    def test_both_ways_to_take_the_channel_of_a_start_work_together(
        self, client: Any, running: Running, switchboard: Switchboard
    ) -> None:
        seen: list[str] = []

        def as_in_the_readme(channel: Any, event: dict[str, Any]) -> None:
            seen.append(channel.id)
            channel.answer()

        def as_in_programs_for_ari_py(channel_obj: Any, event: dict[str, Any]) -> None:
            channel = channel_obj.get("channel")
            seen.append(channel.id)
            channel.play(media="sound:beep")

        client.on_channel_event("StasisStart", as_in_the_readme)
        client.on_channel_event("StasisStart", as_in_programs_for_ari_py)
        with running() as app:
            call = switchboard.call(f"stasis-{app}")
            call.expect_answer()
            call.expect_playback("sound:beep")
            assert seen == [call.far, call.far]

    def test_listeners_of_objects_hear_of_their_object_alone(
        self, client: Any, running: Running, switchboard: Switchboard
    ) -> None:
        digits: dict[str, str] = {}
        finished = threading.Event()

        def on_start(channel: Any, event: dict[str, Any]) -> None:
            channel.answer()
            channel.on_event("ChannelDtmfReceived", on_digit)
            playback = channel.play(media="sound:beep")
            playback.on_event("PlaybackFinished", lambda playback, event: finished.set())

        def on_digit(channel: Any, event: dict[str, Any]) -> None:
            digits[channel.id] = digits.get(channel.id, "") + event["digit"]

        client.on_channel_event("StasisStart", on_start)
        with running() as app:
            calls = [switchboard.call(f"stasis-{app}") for _ in range(2)]
            for call, keys in zip(calls, ("12", "89"), strict=True):
                call.expect_answer()
                call.press(keys)
            until(lambda: digits == {calls[0].far: "12", calls[1].far: "89"}, what="the digits")
            assert finished.wait(DEADLINE)

    def test_a_straight_line_handler_waits_for_what_its_call_does(
        self, client: Any, running: Running, switchboard: Switchboard
    ) -> None:
        entered: list[str] = []
        gone = threading.Event()

        def on_start(channel: Any, event: dict[str, Any]) -> None:
            channel.answer()
            assert channel.play(media="sound:beep").wait(DEADLINE).json["state"] == "done"
            entered.append(channel.read_digits(max_digits=3, timeout=DEADLINE))
            try:
                channel.wait_for("ChannelDtmfReceived", timeout=DEADLINE)
            except ari.ARIObjectGone:
                gone.set()

        client.on_channel_event("StasisStart", on_start)
        with running() as app:
            call = switchboard.call(f"stasis-{app}")
            call.expect_answer()
            beep = call.expect_playback("sound:beep")
            call.expect("PlaybackFinished", after=beep)
            call.press("407")
            until(lambda: entered == ["407"], what="the digits")
            call.hang_up()
            assert gone.wait(DEADLINE)

    def test_a_bridge_joins_two_channels(self, client: Any, switchboard: Switchboard) -> None:
        calls = [switchboard.call("answer") for _ in range(2)]
        for call in calls:
            call.expect_answer()
        bridge = client.bridges.create(type="mixing", name="two")
        bridge.addChannel(channel=[calls[0].id, client.channels.get(calls[1].id)])
        until(lambda: switchboard.channels_in(bridge.id) == {call.id for call in calls})
        bridge.removeChannel(channel=calls[0].id)
        until(lambda: switchboard.channels_in(bridge.id) == {calls[1].id})
        bridge.destroy()
        until(lambda: switchboard.is_gone(f"bridges/{bridge.id}"))

    def test_originate_gives_a_channel_with_the_id_asked_for(
        self, client: Any, running: Running
    ) -> None:
        started = threading.Event()
        client.on_channel_event("StasisStart", lambda channel, event: started.set())
        with running() as app:
            channel = client.channels.originate(
                endpoint="Local/answer@default", app=app, appArgs="a,b", channelId="asked-for"
            )
            assert channel.id == "asked-for"
            assert started.wait(DEADLINE)
            assert client.channels.get("asked-for") == channel
            channel.hangup()

    def test_closing_ends_run_with_calls_left_as_they_are(
        self, client: Any, running: Running, switchboard: Switchboard
    ) -> None:
        client.on_channel_event("StasisStart", lambda channel, event: channel.answer())
        with running() as app:
            call = switchboard.call(f"stasis-{app}")
            call.expect_answer()
        assert not switchboard.is_gone(f"channels/{call.far}")


class TestArguments:
    def test_positional_arguments_fill_the_path(self, client: Any, call: Call) -> None:
        assert client.channels.get(call.id).id == call.id
        assert client.channels.get(call.id) == client.channels.get(channelId=call.id)
        assert client.endpoints.listByTech("PJSIP") is not None

    @pytest.mark.parametrize("bridge_id", SPECIAL)
    def test_a_bridge_id_may_hold_anything(self, client: Any, bridge_id: str) -> None:
        bridge = client.bridges.createWithId(bridgeId=bridge_id, type="mixing", name="n")
        assert bridge.id == bridge_id
        assert client.bridges.get(bridge_id) == bridge
        bridge.destroy()
        until(lambda: bridge not in client.bridges.list())

    def test_a_channel_id_may_hold_anything(self, client: Any, switchboard: Switchboard) -> None:
        for channel_id in SPECIAL:
            if "," in channel_id:
                continue  # A comma separates the two halves of a Local channel's ids.
            channel = client.channels.originate(
                endpoint="Local/ring@default", app=switchboard.app, channelId=channel_id
            )
            assert channel.id == channel_id
            assert client.channels.get(channelId=channel_id).json["name"] == channel.json["name"]
            channel.hangup()

    def test_a_device_name_may_hold_anything(self, client: Any) -> None:
        for name in ("Stasis:a b", "Stasis:a+b", "Stasis:grün"):
            client.deviceStates.update(deviceName=name, deviceState="INUSE")
            assert client.deviceStates.get(name).json == {"name": name, "state": "INUSE"}
            client.deviceStates.delete(deviceName=name)

    @pytest.mark.parametrize("variables", [{"COLOUR": "green"}, {"variables": {"COLOUR": "green"}}])
    def test_variables_of_a_channel_take_both_forms(
        self, client: Any, switchboard: Switchboard, variables: dict[str, Any]
    ) -> None:
        channel = client.channels.originate(
            endpoint="Local/ring@default", app=switchboard.app, variables=variables
        )
        assert channel.getChannelVar(variable="COLOUR") == {"value": "green"}

    @pytest.mark.parametrize("variables", [{"COLOUR": "green"}, {"variables": {"COLOUR": "green"}}])
    def test_variables_of_a_bridge_take_both_forms(
        self, client: Any, variables: dict[str, Any]
    ) -> None:
        before = client.bridges.list()
        if not hasattr(client.bridges, "getBridgeVar"):
            with pytest.raises(TypeError, match="variables"):
                client.bridges.create(type="mixing", variables=variables)
            assert client.bridges.list() == before
            return
        bridge = client.bridges.create(type="mixing", variables=variables)
        assert bridge.getBridgeVar(variable="COLOUR") == {"value": "green"}
        assert len(client.bridges.list()) == len(before) + 1

    def test_mute_needs_no_direction(self, client: Any, call: Call) -> None:
        channel = client.channels.get(call.far)
        assert channel.mute() is None
        assert channel.unmute() is None
        assert channel.mute(direction="in") is None

    def test_an_empty_value_is_sent(self, client: Any, call: Call) -> None:
        channel = client.channels.get(call.far)
        channel.setChannelVar(variable="COLOUR", value="green")
        channel.setChannelVar(variable="COLOUR", value="")
        call.expect("ChannelVarset", lambda e: e["variable"] == "COLOUR" and e["value"] == "")

    def test_a_list_of_media_is_played_in_order(self, client: Any, call: Call) -> None:
        channel = client.channels.get(call.far)
        playback = channel.play(media=["sound:beep", "sound:beeperr"], playbackId="in-order")
        assert playback.id == "in-order"
        first = call.expect("PlaybackStarted")
        assert first["playback"]["media_uri"] == "sound:beep"
        assert first["playback"]["next_media_uri"] == "sound:beeperr"
        second = call.expect("PlaybackStarted", after=first)
        assert second["playback"]["media_uri"] == "sound:beeperr"

    def test_a_wrong_argument_is_refused_before_anything_is_sent(self, client: Any) -> None:
        before = client.bridges.list()
        with pytest.raises(TypeError, match="bridgeId"):
            client.bridges.get()
        with pytest.raises(TypeError, match="typ"):
            client.bridges.create(typ="mixing")
        with pytest.raises(AttributeError, match="create"):
            client.bridges.creat(type="mixing")
        assert client.bridges.list() == before


class TestAnswers:
    def test_a_stored_recording_is_bytes(self, client: Any, call: Call) -> None:
        channel = client.channels.get(call.far)
        recording = channel.record(name="library/a message", format="wav", ifExists="overwrite")
        call.expect("RecordingStarted")
        call.say("sound:beep")
        call.board.expect(
            "PlaybackFinished", lambda e: e["playback"]["target_uri"] == f"channel:{call.id}"
        )
        recording.stop()
        call.expect("RecordingFinished")

        stored = client.recordings.getStored("library/a message")
        assert stored.json == {"name": "library/a message", "format": "wav"}
        sound = stored.getStoredFile()
        assert isinstance(sound, bytes)
        assert sound.startswith(b"RIFF")
        assert len(sound) > 44
        copy = stored.copyStored(destinationRecordingName="library/copy")
        assert copy.getStoredFile() == sound
        copy.deleteStored()
        stored.deleteStored()
        left = {recording.json["name"] for recording in client.recordings.listStored()}
        assert not left & {"library/a message", "library/copy"}

    def test_an_endpoint_is_known_by_two_words(self, client: Any, asterisk: Server) -> None:
        if not asterisk.controllable:
            pytest.skip("the endpoints of the server of ARI_TEST_URL are not known")
        alice = client.endpoints.get(tech="PJSIP", resource="alice")
        assert alice.json["state"] == "offline"
        assert alice.get() == alice
        assert alice in client.endpoints.list()

    def test_an_application_is_an_object(self, client: Any, running: Running) -> None:
        with running() as app:
            application = client.applications.get(app)
            application.subscribe(eventSource="deviceState:Stasis:one")
            assert application.get()["device_names"] == ["Stasis:one"]
            application.unsubscribe(eventSource="deviceState:Stasis:one")
            assert application.get()["device_names"] == []

    def test_a_json_answer_is_its_json(self, client: Any) -> None:
        info = client.asterisk.getInfo(only=["system", "status"])
        assert set(info) == {"system", "status"}

    def test_a_global_variable_is_kept(self, client: Any) -> None:
        client.asterisk.setGlobalVar(variable="ARI_TESTS", value="a b+c&d")
        assert client.asterisk.getGlobalVar(variable="ARI_TESTS") == {"value": "a b+c&d"}
        client.asterisk.setGlobalVar(variable="ARI_TESTS", value="")


class TestErrors:
    def test_a_stale_object_is_not_found(self, client: Any, call: Call) -> None:
        channel = client.channels.get(call.far)
        call.hang_up()
        call.expect("ChannelDestroyed")
        with pytest.raises(ari.ARINotFound) as caught:
            channel.answer()
        assert isinstance(caught.value, requests.HTTPError)
        assert caught.value.response.status_code == 404
        assert caught.value.message == "Channel not found"
        assert "answer" in str(caught.value)

    def test_a_channel_outside_stasis_conflicts(
        self, client: Any, switchboard: Switchboard
    ) -> None:
        call = switchboard.call("answer")
        call.expect_answer()
        with pytest.raises(ari.ARINotInStasis) as caught:
            client.channels.get(call.far).answer()
        assert caught.value.response.status_code == 409

    def test_a_channel_that_rings_is_not_ready(self, client: Any, running: Running) -> None:
        with running() as app:
            channel = client.channels.create(endpoint="Local/ring@default", app=app)
            channel.wait_for("StasisStart", timeout=DEADLINE)
            with pytest.raises(ari.ARIPreconditionFailed) as caught:
                channel.answer()
            assert caught.value.status_code == 412
            channel.hangup()

    def test_a_request_that_makes_no_sense_is_bad_or_unprocessable(
        self, client: Any, switchboard: Switchboard, call: Call
    ) -> None:
        bridge = client.bridges.create(type="mixing")
        with pytest.raises(ari.ARIBadRequest):
            bridge.addChannel(channel="nobody")
        with pytest.raises(ari.ARIUnprocessable):
            bridge.removeChannel(channel=call.id)
        with pytest.raises(ari.ARIUnprocessable):
            client.applications.subscribe(
                applicationName=switchboard.app, eventSource="bridge:none"
            )

    def test_an_endpoint_that_cannot_be_dialled_is_a_server_error(
        self, client: Any, switchboard: Switchboard
    ) -> None:
        with pytest.raises(ari.ARIServerError) as caught:
            client.channels.originate(endpoint="Nosuch/1", app=switchboard.app)
        assert caught.value.status_code == 500
        assert "Allocation failed" in str(caught.value)

    def test_an_unknown_event_is_refused(self, client: Any) -> None:
        with pytest.raises(ValueError, match="StasisStart"):
            client.on_channel_event("StasisStar", print)
        with pytest.raises(ValueError, match="BridgeCreated"):
            client.on_channel_event("BridgeCreated", print)
