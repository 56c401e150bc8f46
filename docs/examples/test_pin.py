"""How a program that asks for a PIN is tested."""

import pytest

import ari


def ask_for_pin(client, pin="1234"):
    """Admit callers who know the PIN, and hang up on everybody else."""

    def on_start(channel, event):
        channel.answer()
        entered = channel.read_digits(len(pin), prompt="sound:vm-password")
        if entered == pin:
            channel.play(media="sound:vm-youhave").wait()
            channel.continueInDialplan()
        else:
            channel.hangup(reason="rejected")

    client.on_channel_event("StasisStart", on_start)
    client.run("pin", workers=4)


def test_whoever_knows_the_pin_is_let_in(ari_simulator, ari_app):
    ari_app(ask_for_pin, app="pin")
    alice = ari_simulator.call("PJSIP/alice", app="pin", number="5550001")
    alice.wait_until_heard("sound:vm-password")
    alice.press("1234")
    alice.wait_until_heard("sound:vm-youhave")


def test_a_wrong_pin_ends_the_call(ari_simulator, ari_app):
    ari_app(ask_for_pin, app="pin")
    mallory = ari_simulator.call("PJSIP/mallory", app="pin")
    mallory.wait_until_heard("sound:vm-password")
    mallory.press("0000")
    mallory.wait_until_ended()
    assert mallory.cause == 21  # call rejected


def test_nobody_presses_anything(ari_simulator, ari_app):
    ari_app(ask_for_pin, app="pin")
    caller = ari_simulator.call("PJSIP/bob", app="pin")
    caller.wait_until_heard("sound:vm-password")
    ari_simulator.advance(10)  # the prompt, in no time
    caller.wait_until_ended(timeout=10)  # the five seconds that the program itself waits
    assert caller.heard == ["sound:vm-password"]


def test_the_connection_breaks(ari_simulator, ari_app):
    ari_app(ask_for_pin, app="pin")
    ari_simulator.drop_connections()
    ari_simulator.wait_for_application("pin")
    alice = ari_simulator.call("PJSIP/alice", app="pin")
    alice.wait_until_heard("sound:vm-password")


def test_asterisk_refuses(ari_simulator, ari_client):
    ari_simulator.fail_next(500, "Allocation failed", method="POST", path="/bridges")
    with pytest.raises(ari.ARIServerError, match="Allocation failed"):
        ari_client.bridges.create(type="mixing")
