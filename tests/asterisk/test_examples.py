"""Every example on a real Asterisk: people call, press keys, hang up; Asterisk reports it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.asterisk.harness.dialplan import EXAMPLES
from tests.asterisk.harness.example_program import Program
from tests.asterisk.harness.server import AsteriskServer, Server
from tests.asterisk.harness.switchboard import Call, Event, Switchboard, quote, until

Run = Callable[..., Program]

#: The examples, by the name of the file.
NAMES = [
    "auto-attendant",
    "bridge-hold",
    "bridge-subscription",
    "device-state",
    "dtmf-readback",
    "hold-announce",
    "ivr",
    "listener-cleanup",
    "playback-control",
    "two-party-dial",
    "voicemail",
]


@pytest.fixture
def run(request: pytest.FixtureRequest, asterisk: Server) -> Run:
    """Provide a function that starts an example, which is killed if it outlives the test."""

    def start(name: str, *arguments: str) -> Program:
        program = Program(asterisk, name, *arguments)
        request.addfinalizer(program.close)
        return program

    return start


def stop_playback(board: Switchboard, event: Event) -> None:
    """Stop a playback, so that the test need not wait for its end.

    While a playback says a number, it cannot be stopped; then this tries again.
    """
    path = f"playbacks/{event['playback']['id']}"
    until(lambda: board.try_("DELETE", path).status_code in {204, 404}, what="stopping a playback")


def of_playback(playback: str) -> Callable[[Event], bool]:
    return lambda event: bool(event["playback"]["id"] == playback)


def on_bridge(bridge: str, media: str) -> Callable[[Event], bool]:
    return lambda event: bool(
        event["playback"]["target_uri"] == f"bridge:{bridge}"
        and event["playback"]["media_uri"] == media
    )


def test_no_example_is_left_out() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == NAMES


def test_bridge_hold_holds_callers_with_music(run: Run, switchboard: Switchboard) -> None:
    program = run("bridge-hold")
    bridge = program.expect(r"Created bridge (\S+)")[1]
    calls = [switchboard.call("2001") for _ in range(3)]
    for call in calls:
        call.expect_answer()
        switchboard.expect_entry(bridge, call.far)
    assert switchboard.channels_in(bridge) == {call.far for call in calls}
    assert switchboard.get(f"bridges/{bridge}")["bridge_type"] == "holding"
    program.expect("entered, 3 waiting")

    calls[1].hang_up()
    program.expect("left, 2 waiting")
    assert switchboard.channels_in(bridge) == {calls[0].far, calls[2].far}
    program.interrupt()

    # Asterisk stops music only where there is some.
    switchboard.send("DELETE", f"bridges/{bridge}/moh")


def test_bridge_hold_uses_a_bridge_that_exists(run: Run, switchboard: Switchboard) -> None:
    switchboard.send("POST", "bridges", type="holding")
    switchboard.send("POST", "bridges", type="mixing")
    holding = [b["id"] for b in switchboard.get("bridges") if b["bridge_type"] == "holding"]
    bridge = holding[0]
    program = run("bridge-hold")
    program.expect(f"Bridge {bridge} holds 0 calls")
    call = switchboard.call("2001")
    switchboard.expect_entry(bridge, call.far)
    assert "Created" not in program.interrupt()
    assert switchboard.channels_in(bridge) == {call.far}


def test_dtmf_readback_says_each_digit(run: Run, switchboard: Switchboard) -> None:
    program = run("dtmf-readback")
    call = switchboard.call("2002")
    call.expect_answer()
    call.expect_playback("sound:hello")
    call.press("19")
    first = call.expect_playback("characters:1")
    call.expect_playback("characters:9", after=first)
    call.press("#")
    call.expect_playback("sound:vm-goodbye")
    call.expect_end()
    program.expect("is gone")
    program.interrupt()


def test_hold_announce_tells_those_who_wait_of_the_next(run: Run, switchboard: Switchboard) -> None:
    program = run("hold-announce")
    first = switchboard.call("2003")
    entry = switchboard.expect("ChannelEnteredBridge", lambda e: e["channel"]["id"] == first.far)
    bridge = entry["bridge"]["id"]
    assert entry["bridge"]["bridge_type"] == "holding"
    switchboard.expect("PlaybackStarted", on_bridge(bridge, "sound:confbridge-has-joined"))

    # During the announcement: Asterisk 16 may cut one short that begins as another ends.
    second = switchboard.call("2003")
    switchboard.expect_entry(bridge, second.far)
    assert switchboard.channels_in(bridge) == {first.far, second.far}
    alone = switchboard.expect("PlaybackStarted", on_bridge(bridge, "number:1"))
    switchboard.expect("PlaybackStarted", on_bridge(bridge, "number:2"), after=alone)
    program.expect("music again")

    first.hang_up()
    program.expect("left, 1 waiting")
    program.interrupt()
    assert switchboard.is_gone(f"bridges/{bridge}")


def test_listener_cleanup_hears_no_digit_after_closing(run: Run, switchboard: Switchboard) -> None:
    program = run("listener-cleanup")
    call = switchboard.call("2004")
    call.expect_answer()
    program.expect("listening$")
    call.press("12#3")
    call.expect("ChannelDtmfReceived", lambda event: event["digit"] == "3")
    call.hang_up()
    program.expect("gone after 2 digits")
    output = program.interrupt()
    assert "digit 2 is 2" in output
    assert "2 digits, no longer listening" in output
    assert "digit 3" not in output
    assert "is 3" not in output


def the_dialled(board: Switchboard, app: str, call: Call) -> Event:
    """Return the event that the channel of the second party entered a bridge."""
    return board.expect(
        "ChannelEnteredBridge",
        lambda e: e["channel"]["id"] != call.far and e["channel"]["dialplan"]["app_data"] == app,
    )


def test_two_party_dial_connects_until_the_caller_leaves(
    run: Run, switchboard: Switchboard
) -> None:
    program = run("two-party-dial")
    call = switchboard.call("2005")
    call.expect_answer()
    entry = the_dialled(switchboard, "two-party-dial,dialled", call)
    bridge, callee = entry["bridge"]["id"], entry["channel"]["id"]
    switchboard.expect_entry(bridge, call.far)
    until(lambda: switchboard.channels_in(bridge) == {call.far, callee})

    call.hang_up()
    switchboard.expect("ChannelDestroyed", lambda e: e["channel"]["id"] == callee)
    until(lambda: switchboard.is_gone(f"bridges/{bridge}"))
    program.interrupt()


def test_two_party_dial_hangs_up_the_caller_when_the_callee_leaves(
    run: Run, switchboard: Switchboard
) -> None:
    program = run("two-party-dial")
    call = switchboard.call("2005")
    entry = the_dialled(switchboard, "two-party-dial,dialled", call)
    switchboard.expect_entry(entry["bridge"]["id"], call.far)
    switchboard.send("DELETE", f"channels/{quote(entry['channel']['id'])}")
    call.expect_end()
    until(lambda: switchboard.is_gone(f"bridges/{entry['bridge']['id']}"))
    program.interrupt()


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [("Local/busy@default", "ended: "), ("Nosuch/1", "Nosuch/1 cannot be dialled")],
    ids=["busy", "no-such-technology"],
)
def test_two_party_dial_ends_the_call_when_nobody_answers(
    run: Run, switchboard: Switchboard, endpoint: str, words: str
) -> None:
    program = run("two-party-dial")
    call = switchboard.call("stasis-two-party-dial", variables={"STASIS_ARGS": endpoint})
    call.expect_end()
    program.expect(re.escape(words))
    assert not switchboard.seen("BridgeCreated")
    program.interrupt()


def test_playback_control_obeys_the_keys(run: Run, switchboard: Switchboard) -> None:
    program = run("playback-control")
    call = switchboard.call("2006")
    started = call.expect_playback("sound:demo-instruct")
    playback = started["playback"]["id"]

    def state() -> str:
        return str(switchboard.get(f"playbacks/{playback}")["state"])

    call.expect_answer()
    call.press("5")
    until(lambda: state() == "paused")
    call.press("4")
    program.expect("Not now: .*reverse")
    call.press("5")
    # Resuming is reported as a second start.
    call.expect("PlaybackStarted", of_playback(playback), after=started)
    assert state() == "playing"
    call.press("640")
    for operation in ("forward", "reverse", "restart"):
        program.expect(f": {operation}$")
    call.press("#")
    finished = call.expect("PlaybackFinished", of_playback(playback))
    assert finished["playback"]["state"] == "done"
    call.expect_end()
    program.interrupt()


def test_playback_control_survives_a_hang_up(run: Run, switchboard: Switchboard) -> None:
    program = run("playback-control")
    call = switchboard.call("2006")
    call.expect_playback("sound:demo-instruct")
    call.hang_up()
    program.expect("finished")
    assert "Traceback" not in program.interrupt()


def test_auto_attendant_leads_to_the_operator(run: Run, switchboard: Switchboard) -> None:
    program = run("auto-attendant")
    call = switchboard.call("2007")
    call.expect_answer()
    menu = call.expect_playback("sound:vm-press")
    call.press("1")
    call.expect("PlaybackFinished", of_playback(menu["playback"]["id"]))
    call.expect_playback("sound:tt-weasels")
    call.press("2")
    left = call.expect("ChannelDialplan", lambda e: e["channel"]["dialplan"]["exten"] == "2097")
    assert left["dialplan_app"] == "NoOp"
    program.expect(": left$")
    program.interrupt()


def test_auto_attendant_says_goodbye(run: Run, switchboard: Switchboard) -> None:
    program = run("auto-attendant")
    call = switchboard.call("2007")
    call.expect_answer()
    call.expect_playback("sound:vm-press")
    call.press("5")
    invalid = call.expect_playback("sound:pbx-invalid")
    call.press("9")
    call.expect("PlaybackFinished", of_playback(invalid["playback"]["id"]))
    call.expect_playback("sound:vm-goodbye")
    call.expect_end()
    program.expect(": left$")
    program.interrupt()


def test_auto_attendant_gives_up_on_silence(run: Run, switchboard: Switchboard) -> None:
    program = run("auto-attendant", "0.05")
    call = switchboard.call("2007")
    call.expect_answer()
    menu: Event | None = None
    for _ in range(3):
        menu = call.expect_playback("sound:vm-press", after=menu)
        stop_playback(switchboard, menu)
        menu = call.expect("PlaybackFinished", of_playback(menu["playback"]["id"]), after=menu)
    call.expect_playback("sound:vm-goodbye", after=menu)
    call.expect_end()
    program.interrupt()


def leave_message(board: Switchboard, *, end_with_hash: bool) -> str:
    """Call the mailbox, speak, and return the name of the recording."""
    call = board.call("2008")
    call.expect_answer()
    stop_playback(board, call.expect_playback("sound:vm-intro"))
    started = call.expect("RecordingStarted")
    call.say("sound:hello-world")
    board.expect("PlaybackFinished", lambda e: e["playback"]["target_uri"] == f"channel:{call.id}")
    if end_with_hash:
        call.press("#")
        call.expect("RecordingFinished")
        call.expect_playback("sound:vm-msgsaved")
    else:
        call.hang_up()
        call.expect("RecordingFinished")
    call.expect_end()
    return str(started["recording"]["name"])


def stored(board: Switchboard, folder: str) -> list[str]:
    """Return the names of the recordings in a folder."""
    names = (recording["name"] for recording in board.get("recordings/stored"))
    return sorted(name for name in names if name.startswith(folder))


def test_voicemail_takes_and_plays_messages(run: Run, switchboard: Switchboard) -> None:
    program = run("voicemail")
    names = [leave_message(switchboard, end_with_hash=how) for how in (True, False)]
    assert stored(switchboard, "voicemail/alice/") == sorted(names) == names
    for name in names:
        sound = switchboard.try_("GET", f"recordings/stored/{quote(name)}/file").content
        assert sound.startswith(b"RIFF")
        assert len(sound) > 8000  # Half a second at least.

    call = switchboard.call("2098")
    call.expect_answer()
    number = call.expect_playback("number:2")
    first = call.expect_playback(f"recording:{names[0]}", after=number)
    call.press("1")
    again = call.expect_playback(f"recording:{names[0]}", after=first)
    call.press("3")
    call.expect_playback(f"recording:{names[1]}", after=again)
    assert stored(switchboard, "voicemail/alice/") == [names[1]]
    call.press("2")
    call.expect_playback("sound:vm-nomore")
    call.expect_end()
    assert stored(switchboard, "voicemail/alice/") == [names[1]]
    program.interrupt()


def test_device_state_follows_the_bridge(
    run: Run, switchboard: Switchboard, asterisk: Server
) -> None:
    program = run("device-state")
    program.expect("Watching Stasis:waiting")
    device = f"deviceStates/{quote('Stasis:waiting')}"
    assert switchboard.get(device)["state"] == "NOT_INUSE"

    call = switchboard.call("2009")
    entry = call.expect("ChannelEnteredBridge")
    program.expect("Stasis:waiting is INUSE")
    assert switchboard.get(device)["state"] == "INUSE"
    if isinstance(asterisk, AsteriskServer):
        until(lambda: "State:InUse" in asterisk.cli("core show hint 2099").replace(" ", ""))

    call.hang_up()
    program.expect("Stasis:waiting is NOT_INUSE")
    assert switchboard.get(device)["state"] == "NOT_INUSE"
    program.interrupt()
    assert switchboard.get(device)["state"] == "UNKNOWN"
    assert switchboard.is_gone(f"bridges/{entry['bridge']['id']}")


def test_bridge_subscription_reports_what_others_do(run: Run, switchboard: Switchboard) -> None:
    bridge = switchboard.send("POST", "bridges", type="mixing")["id"]
    program = run("bridge-subscription", bridge)
    program.expect(f"Watching bridge {bridge}")
    assert bridge in switchboard.get("applications/bridge-subscription")["bridge_ids"]

    call = switchboard.call("answer")
    call.expect_answer()
    switchboard.send("POST", f"bridges/{bridge}/addChannel", channel=call.id)
    program.expect("entered: 1 inside")
    switchboard.send("POST", f"bridges/{bridge}/removeChannel", channel=call.id)
    program.expect("left: 0 inside")
    switchboard.send("DELETE", f"bridges/{bridge}")
    program.expect("was destroyed")
    assert program.wait() == 0


def test_bridge_subscription_makes_a_bridge_of_its_own(run: Run, switchboard: Switchboard) -> None:
    program = run("bridge-subscription")
    bridge = program.expect(r"Watching bridge (\S+)")[1]
    assert switchboard.channels_in(bridge) == set()
    program.interrupt()


def enter_and_record(board: Switchboard, call: Call) -> None:
    """Act as the caller of the IVR, up to the point where it dials the second party."""
    call.expect_answer()
    stop_playback(board, call.expect_playback("sound:hello"))
    prompt = call.expect_playback("sound:vm-enter-num-to-call")
    call.press("1234")
    call.expect("PlaybackFinished", of_playback(prompt["playback"]["id"]))
    stop_playback(board, call.expect_playback("sound:vm-rec-name"))
    call.expect("RecordingStarted")
    call.say("sound:beep")
    board.expect("PlaybackFinished", lambda e: e["playback"]["target_uri"] == f"channel:{call.id}")
    call.press("#")
    call.expect("RecordingFinished")
    call.expect_playback("recording:ivr/")


def test_ivr_serves_a_call_from_top_to_bottom(run: Run, switchboard: Switchboard) -> None:
    program = run("ivr")
    call = switchboard.call("2010")
    enter_and_record(switchboard, call)
    program.expect("entered 1234")
    entry = the_dialled(switchboard, "ivr,dialled", call)
    bridge, callee = entry["bridge"]["id"], entry["channel"]["id"]
    switchboard.expect_entry(bridge, call.far)
    until(lambda: switchboard.channels_in(bridge) == {call.far, callee})

    call.hang_up()
    switchboard.expect("ChannelDestroyed", lambda e: e["channel"]["id"] == callee)
    program.expect("one of the two left")
    program.expect("served")
    until(lambda: switchboard.is_gone(f"bridges/{bridge}"))
    assert stored(switchboard, f"ivr/{call.far}") == [f"ivr/{call.far}"]
    program.interrupt()


def test_ivr_gives_up_when_the_second_party_is_busy(run: Run, switchboard: Switchboard) -> None:
    program = run("ivr")
    call = switchboard.call("stasis-ivr", variables={"STASIS_ARGS": "Local/busy@default"})
    enter_and_record(switchboard, call)
    program.expect("nobody to connect to")
    call.expect_end()
    program.interrupt()


def test_ivr_stops_dialling_when_the_caller_leaves(run: Run, switchboard: Switchboard) -> None:
    program = run("ivr")
    call = switchboard.call("stasis-ivr", variables={"STASIS_ARGS": "Local/ring@default"})
    enter_and_record(switchboard, call)
    ringing = switchboard.expect(
        "Dial", lambda e: e["dialstatus"] == "RINGING" and e["peer"]["id"] != call.id
    )
    call.hang_up()
    switchboard.expect("ChannelDestroyed", lambda e: e["channel"]["id"] == ringing["peer"]["id"])
    program.expect("ended early")
    program.interrupt()


def test_ivr_ends_with_a_call_that_hangs_up_early(run: Run, switchboard: Switchboard) -> None:
    program = run("ivr")
    calls = [switchboard.call("2010") for _ in range(3)]
    for call in calls:
        call.expect_playback("sound:hello")
    for call in calls:
        call.hang_up()
    for call in calls:
        program.expect(f"{re.escape(call.far)}: ended early")
    program.interrupt()
