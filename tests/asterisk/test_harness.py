"""The harness itself: servers that can be killed and started, calls that can be watched."""

import os

import pytest

from tests.asterisk.harness.fixtures import SIMULATOR, make_server, server_names
from tests.asterisk.harness.server import AsteriskServer, OwnServer, Server
from tests.asterisk.harness.switchboard import Switchboard, quote, until


def test_the_version_is_the_one_that_the_name_says(asterisk: Server) -> None:
    if not asterisk.controllable:
        pytest.skip("the version of a server of the user's own is not known")
    release = "asterisk22" if asterisk.name == SIMULATOR else asterisk.name
    assert release == f"asterisk{asterisk.version[0]}"


def test_a_call_reaches_an_application_and_both_sides_are_seen(switchboard: Switchboard) -> None:
    call = switchboard.call(f"stasis-{switchboard.app}", variables={"STASIS_ARGS": "one,two"})
    start = call.expect("StasisStart")
    assert start["args"] == ["one", "two"]
    switchboard.send("POST", f"channels/{quote(call.far)}/answer")
    call.expect_answer()
    call.press("5")
    received = call.expect("ChannelDtmfReceived")
    assert received["digit"] == "5"
    call.hang_up()
    call.expect_end()


def test_every_kind_of_telephone_does_what_it_says(switchboard: Switchboard) -> None:
    ringing, busy, brief = (switchboard.call(name) for name in ("ring", "busy", "brief"))
    switchboard.expect(
        "Dial", lambda e: e["peer"]["id"] == ringing.id and e["dialstatus"] == "RINGING"
    )
    switchboard.expect("Dial", lambda e: e["peer"]["id"] == busy.id and e["dialstatus"] == "BUSY")
    busy.expect_end()
    brief.expect_answer()
    brief.expect_end()


def test_a_killed_server_starts_again_at_the_same_address(spare_asterisk: OwnServer) -> None:
    url = spare_asterisk.url
    spare_asterisk.kill()
    assert not spare_asterisk.running
    assert not spare_asterisk.answers()
    spare_asterisk.start()
    assert spare_asterisk.url == url
    assert spare_asterisk.answers()
    with Switchboard(spare_asterisk) as board:
        assert board.get("channels") == []


def test_a_frozen_server_goes_on_when_thawed(spare_asterisk: OwnServer) -> None:
    spare_asterisk.freeze()
    assert spare_asterisk.running
    spare_asterisk.thaw()
    assert until(spare_asterisk.answers)


def test_a_closed_server_leaves_neither_process_nor_files(spare_asterisk: OwnServer) -> None:
    if not isinstance(spare_asterisk, AsteriskServer):
        pytest.skip("the simulator has neither")
    assert spare_asterisk.process is not None
    pid = spare_asterisk.process.pid
    spare_asterisk.close()
    spare_asterisk.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not spare_asterisk.inside.exists()


def test_two_servers_run_side_by_side(spare_asterisk: OwnServer) -> None:
    with make_server(spare_asterisk.name) as second:
        assert second.answers()
        assert spare_asterisk.answers()
        assert second.port != spare_asterisk.port


def test_both_versions_are_tested_unless_a_server_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARI_TEST_URL", raising=False)
    assert server_names() == ["asterisk22", "asterisk16"]
    assert server_names(["simulator", "16"]) == ["simulator", "asterisk16"]
    monkeypatch.setenv("ARI_TEST_URL", "http://127.0.0.1:8088/")
    assert server_names() == ["own"]
