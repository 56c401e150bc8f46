"""Calls over SIP: what only a real telephone does, or does differently from a Local channel.

``PJSIP/EXTENSION@line`` is a telephone line that leads back into the dialplan, so that each call
has two SIP channels: the one that we made, and the one that comes in because of it.
"""

from tests.scenarios.application import App
from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


def quality(s: Stage) -> None:
    """Leave out the statistics that a stream writes into variables when it ends."""
    for name in ("", "JITTER", "LOSS", "RTT", "MES"):
        for side in ("", "BRIDGED"):
            s.pass_over("ChannelVarset", variable=f"RTPAUDIOQOS{name}{side}")


def call(s: Stage, app: App, far_app: App, name: str = "c1") -> tuple[str, str]:
    """Call an application over SIP; return the channels of both ends."""
    quality(s)
    s.mask("protocol_id")
    near = s.id(name)
    s.post(
        f"/channels/{near}",
        endpoint=f"PJSIP/stasis-{far_app}@line",
        app=app,
        callerId="Alice <100>",
    )
    far: str = far_app.wait("StasisStart")["channel"]["id"]
    app.wait("Dial", peer=near, dialstatus="")
    return near, far


def answered(s: Stage, app: App, far_app: App, name: str = "c1") -> tuple[str, str]:
    """Call an application over SIP, and answer there."""
    near, far = call(s, app, far_app, name)
    s.post(f"/channels/{far}/answer")
    app.wait("StasisStart", channel=near)
    return near, far


@scenario()
def a_telephone_is_called_and_hung_up_by_us(s: Stage) -> None:
    app, far_app = s.app(), s.app("far")
    near, far = answered(s, app, far_app)
    s.get(f"/channels/{near}")
    s.get(f"/channels/{far}")
    s.get("/endpoints/PJSIP/line", keep=lambda e: [e["state"], len(e["channel_ids"])])
    s.get("/deviceStates/PJSIP%2Fline")
    s.delete(f"/channels/{near}")
    app.wait("ChannelDestroyed", channel=near)
    far_app.wait("StasisEnd", channel=far)


@scenario()
def a_telephone_rings_and_is_busy(s: Stage) -> None:
    app, far_app = s.app(), s.app("far")
    near, far = call(s, app, far_app)
    # The state and the dialling are reported by two threads.
    s.pass_over("Dial", dialstatus="RINGING")
    s.post(f"/channels/{far}/ring")
    app.wait("ChannelStateChange", channel=near, state="Ringing")
    s.delete(f"/channels/{far}", reason="busy")
    app.wait("ChannelDestroyed", channel=near)
    far_app.wait("StasisEnd", channel=far)


@scenario()
def a_telephone_hangs_up(s: Stage) -> None:
    app, far_app = s.app(), s.app("far")
    near, far = answered(s, app, far_app)
    s.delete(f"/channels/{far}")
    app.wait("ChannelDestroyed", channel=near)
    far_app.wait("StasisEnd", channel=far)


@scenario()
def telephones_refuse_in_many_ways(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    s.pass_over("Dial")
    for reason in ("busy", "rejected", "congestion", "no_answer", "unallocated", "failure"):
        near, far = call(s, app, far_app, reason)
        s.delete(f"/channels/{far}", reason=reason)
        app.wait("ChannelDestroyed", channel=near)


@scenario()
def a_telephone_that_nobody_has(s: Stage) -> None:
    app = s.app()
    quality(s)
    s.mask("protocol_id")
    c1 = s.id("c1")
    s.post(f"/channels/{c1}", endpoint="PJSIP/nobody@line", app=app)
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def a_telephone_is_not_answered_in_time(s: Stage) -> None:
    app = s.app()
    quality(s)
    s.mask("protocol_id")
    s.pass_over("Dial", dialstatus="RINGING")
    c1 = s.id("c1")
    s.post(f"/channels/{c1}", endpoint="PJSIP/ring@line", app=app, timeout=1)
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def a_telephone_is_given_up_while_it_rings(s: Stage) -> None:
    app, far_app = s.app(), s.app("far")
    near, far = call(s, app, far_app)
    s.pass_over("Dial", dialstatus="RINGING")
    s.post(f"/channels/{far}/ring")
    app.wait("ChannelStateChange", channel=near, state="Ringing")
    s.delete(f"/channels/{near}")
    app.wait("ChannelDestroyed", channel=near)
    far_app.wait("StasisEnd", channel=far)


@scenario()
def a_telephone_holds(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    near, far = answered(s, app, far_app)
    s.post(f"/channels/{far}/hold")
    app.wait("ChannelHold", channel=near)
    s.delete(f"/channels/{far}/hold")
    app.wait("ChannelUnhold", channel=near)
    s.delete(f"/channels/{near}")
    app.wait("ChannelDestroyed", channel=near)


@scenario()
def a_telephone_presses_keys(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    near, far = answered(s, app, far_app)
    s.mask("duration_ms")
    s.post(f"/channels/{far}/dtmf", dtmf="1*", duration=80, between=60)
    app.wait("ChannelDtmfReceived", channel=near, digit="1")
    app.wait("ChannelDtmfReceived", channel=near, digit="*")
    s.delete(f"/channels/{near}")
    app.wait("ChannelDestroyed", channel=near)


@scenario()
def quality_of_a_telephone_call(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    near, _ = answered(s, app, far_app)
    s.get(
        f"/channels/{near}/rtp_statistics",
        keep=lambda figures: {key: type(value).__name__ for key, value in sorted(figures.items())},
    )
    s.delete(f"/channels/{near}")
    app.wait("ChannelDestroyed", channel=near)


@scenario()
def a_telephone_is_made_first_and_dialled_later(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    quality(s)
    s.mask("protocol_id")
    c1 = s.id("c1")
    s.post("/channels/create", endpoint=f"PJSIP/stasis-{far_app}@line", app=app, channelId=c1)
    app.wait("StasisStart", channel=c1)
    s.post(f"/channels/{c1}/dial")
    far = far_app.wait("StasisStart")["channel"]["id"]
    s.post(f"/channels/{far}/answer")
    app.wait("Dial", peer=c1, dialstatus="ANSWER")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def a_text_message(s: Stage) -> None:
    app = s.app()
    s.mask("variables")
    s.post(f"/applications/{app}/subscription", eventSource="endpoint:PJSIP/line")
    s.put(
        "/endpoints/PJSIP/line/sendMessage",
        body="hello",
        json={"variables": {"X-Colour": "red"}},
        **{"from": "sip:alice@127.0.0.1"},
    )
    first = app.wait("TextMessageReceived")
    s.note(header=first["message"]["variables"].get("X-Colour"))
    s.put(
        "/endpoints/sendMessage", to="pjsip:line", body="again", **{"from": "sip:alice@127.0.0.1"}
    )
    app.wait("TextMessageReceived")
    s.delete(f"/applications/{app}/subscription", eventSource="endpoint:PJSIP/line")


@scenario()
def the_state_of_a_line(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    watcher = s.app("watcher", recorded=False)
    s.post(f"/applications/{watcher}/subscription", eventSource="deviceState:PJSIP/line")

    def becomes(state: str) -> None:
        event = watcher.wait("DeviceStateChanged", device_state="PJSIP/line", state=state)
        s.note(device_state=event["device_state"])

    near, far = call(s, app, far_app)
    s.pass_over("Dial", dialstatus="RINGING")
    s.post(f"/channels/{far}/ring")
    becomes("RINGINUSE")
    s.post(f"/channels/{far}/answer")
    becomes("INUSE")
    app.wait("StasisStart", channel=near)
    s.delete(f"/channels/{near}")
    becomes("NOT_INUSE")
    app.wait("ChannelDestroyed", channel=near)
    s.delete(f"/applications/{watcher}/subscription", eventSource="deviceState:PJSIP/line")


@scenario()
def two_telephones_meet_in_a_bridge(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    first, _ = answered(s, app, far_app, "c1")
    second, _ = answered(s, app, far_app, "c2")
    b1 = s.id("b1")
    s.mask("technology")
    # Each join tells everybody again who the others are, some more than once.
    for variable in ("BRIDGEPEER", "BRIDGEPVTCALLID"):
        s.pass_over("ChannelVarset", variable=variable)
    s.post(f"/bridges/{b1}", type="mixing")
    for channel in (first, second):
        s.post(f"/bridges/{b1}/addChannel", channel=channel)
        app.wait("ChannelEnteredBridge", channel=channel)
        s.fence(app, channel)
    s.delete(f"/channels/{second}")
    app.wait("ChannelDestroyed", channel=second)
    s.delete(f"/channels/{first}")
    app.wait("ChannelDestroyed", channel=first)


@scenario()
def a_caller_is_sent_elsewhere(s: Stage) -> None:
    app, far_app = s.app(), s.app("far")
    near, far = call(s, app, far_app)
    s.post(f"/channels/{far}/redirect", endpoint="Local/answer@default")
    s.post(f"/channels/{far}/redirect", endpoint="PJSIP/line")
    far_app.wait("StasisEnd", channel=far)
    s.delete(f"/channels/{near}")
    app.wait("ChannelDestroyed", channel=near)


@scenario(not_on={"16": "16 has no refer"})
def a_reference(s: Stage) -> None:
    s.app()
    sender = {"from": "sip:alice@127.0.0.1"}
    s.post("/endpoints/PJSIP/line/refer", refer_to="sip:bob@127.0.0.1", **sender)
    s.post("/endpoints/refer", to="pjsip:line", refer_to="sip:bob@127.0.0.1", **sender)
    s.post(
        "/endpoints/PJSIP/line/refer",
        refer_to="sip:bob@127.0.0.1",
        json={"variables": {"X": 1}},
        **sender,
    )
