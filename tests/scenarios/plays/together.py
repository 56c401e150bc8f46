"""Several things at once: applications that share a call, commands behind media, gaps."""

import websocket

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


@scenario()
def two_applications_meet_in_a_bridge(s: Stage) -> None:
    one, two = s.app("one"), s.app("two")
    first, second = s.answered(one, "c1"), s.answered(two, "c2")
    b1 = s.id("b1")
    # It is a race whether the second is told of its peer before or after its own entry.
    s.pass_over("ChannelVarset", variable="BRIDGEPEER")
    s.mask("technology")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/addChannel", channel=first.far)
    one.wait("ChannelEnteredBridge", channel=first.far)
    s.post(f"/bridges/{b1}/addChannel", channel=second.far)
    one.wait("ChannelEnteredBridge", channel=second.far)
    two.wait("ChannelEnteredBridge", channel=second.far)
    s.get(f"/applications/{two}")
    second.hang_up()
    one.wait("ChannelLeftBridge", channel=second.far)
    two.wait("StasisEnd", channel=second.far)
    first.hang_up()
    one.wait("StasisEnd", channel=first.far)


@scenario()
def subscribed_twice(s: Stage) -> None:
    app, watcher = s.app(), s.app("watcher", recorded=False)
    phone = s.answered(app)
    path = f"/applications/{watcher}/subscription"
    both = (f"channel:{phone.far}", "channel:")
    # Whoever subscribes to one channel and to all receives the events of that channel twice.
    for sources in (both, both[::-1]):
        for source in sources:
            s.post(path, eventSource=source)
        name = f"AFTER_{sources.index('channel:')}"
        s.post(f"/channels/{phone.far}/variable", variable=name, value="red")
        watcher.wait("ChannelVarset", variable=name)
        s.fence(watcher, phone.far)
        s.note(times=len(watcher.seen("ChannelVarset", variable=name)))
        s.delete(path, eventSource=f"channel:{phone.far}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def only_the_owner_is_told_of_the_start(s: Stage) -> None:
    app = s.app()
    watcher = s.app("watcher", recorded=False, subscribeAll=True)
    phone = s.answered(app)
    watcher.wait("ChannelStateChange", channel=phone.far, state="Up")
    s.fence(watcher)
    s.note(starts=len(watcher.seen("StasisStart")))
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playing_to_a_bridge_that_nobody_watches(s: Stage) -> None:
    app = s.app()
    b1, p1, p2 = s.ids("b1", "p1", "p2")
    s.mask("technology")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/play/{p1}", media="sound:beep")
    s.until(lambda: s.peek("GET", f"/playbacks/{p1}").status == 404)
    s.post(f"/applications/{app}/subscription", eventSource=f"bridge:{b1}")
    s.post(f"/bridges/{b1}/play/{p2}", media="sound:beep")
    app.wait("PlaybackFinished", playback=p2)
    s.delete(f"/bridges/{b1}")
    app.wait("BridgeDestroyed", bridge=b1)


@scenario()
def playbacks_of_a_bridge_wait_for_one_another(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1, p1, p2 = s.ids("b1", "p1", "p2")
    s.mask("technology")
    s.pass_over("ChannelVarset", variable="BRIDGEPEER")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/addChannel", channel=phone.far)
    app.wait("ChannelEnteredBridge", channel=phone.far)
    s.post(f"/bridges/{b1}/play/{p1}", media="sound:tt-monkeys")
    app.wait("PlaybackStarted", playback=p1)
    s.post(f"/bridges/{b1}/play/{p2}", media="sound:beep")
    s.get(f"/playbacks/{p2}")
    s.delete(f"/playbacks/{p1}")
    app.wait("PlaybackFinished", playback=p1)
    app.wait("PlaybackFinished", playback=p2)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def joining_waits_for_the_media_before_it(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1, p1 = s.ids("b1", "p1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:tt-monkeys")
    app.wait("PlaybackStarted", playback=p1)
    with s.meanwhile("POST", f"/bridges/{b1}/addChannel", channel=phone.far) as answer:
        s.get(f"/bridges/{b1}", keep=lambda bridge: bridge["channels"])
        s.note(answered_while_it_plays=answer.done())
        s.delete(f"/playbacks/{p1}")
    app.wait("ChannelEnteredBridge", channel=phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def moving_waits_for_the_media_before_it(s: Stage) -> None:
    app, other = s.app(), s.app("other")
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:tt-monkeys")
    app.wait("PlaybackStarted", playback=p1)
    s.post(f"/channels/{phone.far}/move", app=other)
    s.fence(other)
    s.note(moved_while_it_plays=bool(other.seen("StasisStart")))
    s.delete(f"/playbacks/{p1}")
    other.wait("StasisStart", channel=phone.far)
    app.wait("StasisEnd", channel=phone.far)
    phone.hang_up()
    other.wait("StasisEnd", channel=phone.far)


@scenario()
def continuing_waits_for_the_media_before_it(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:tt-monkeys")
    app.wait("PlaybackStarted", playback=p1)
    s.post(f"/channels/{phone.far}/continue")
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["dialplan"]["app_name"])
    s.delete(f"/playbacks/{p1}")
    app.wait("PlaybackFinished", playback=p1)
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def keys_while_something_plays(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.mask("duration_ms")
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:tt-monkeys")
    app.wait("PlaybackStarted", playback=p1)
    phone.press("7", duration=80)
    app.wait("ChannelDtmfReceived", channel=phone.far, digit="7")
    s.get(f"/playbacks/{p1}")
    s.delete(f"/playbacks/{p1}")
    app.wait("PlaybackFinished", playback=p1)
    s.delete(f"/playbacks/{p1}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def music_gives_way_to_a_playback(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/moh")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:beep")
    app.wait("PlaybackFinished", playback=p1)
    s.delete(f"/channels/{phone.far}/moh")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playing_to_a_channel_in_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1, p1 = s.ids("b1", "p1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/addChannel", channel=phone.far)
    app.wait("ChannelEnteredBridge", channel=phone.far)
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:beep")
    app.wait("PlaybackFinished", playback=p1)
    s.get(f"/bridges/{b1}", keep=lambda bridge: bridge["channels"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def a_playback_ends_while_the_application_is_gone(s: Stage) -> None:
    old = s.app()
    phone = s.answered(old)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:tt-monkeys")
    old.wait("PlaybackStarted", playback=p1)
    old.close()
    s.delete(f"/playbacks/{p1}")
    s.until(lambda: s.peek("GET", f"/playbacks/{p1}").status == 404)
    new = s.app()
    s.fence(new, phone.far)
    phone.hang_up()
    new.wait("StasisEnd", channel=phone.far)


@scenario()
def an_application_and_an_extension_at_once(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(
        f"/channels/{c1}",
        endpoint="Local/answer@default",
        app=app,
        extension="echo",
        context="default",
        formats="ulaw,slin16",
    )
    app.wait("StasisStart", channel=c1)
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def hanging_up_twice(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.delete(f"/channels/{phone.far}")
    app.wait("StasisEnd", channel=phone.far)
    s.until(lambda: s.peek("GET", f"/channels/{phone.far}").status == 404)
    s.delete(f"/channels/{phone.far}")


@scenario()
def recording_a_snoop(s: Stage) -> None:
    app, spy = s.app(), s.app("spy")
    phone = s.answered(app)
    s1, r1 = s.ids("s1", "r1")
    s.mask("dialplan", "duration")
    s.post(f"/channels/{phone.far}/snoop/{s1}", spy="both", app=spy)
    spy.wait("StasisStart", channel=s1)
    s.post(f"/channels/{s1}/record", name=r1, format="wav")
    spy.wait("RecordingStarted", recording=r1)
    s.post(f"/recordings/live/{r1}/stop")
    spy.wait("RecordingFinished", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
    spy.wait("StasisEnd", channel=s1)


@scenario()
def pings_are_answered(s: Stage) -> None:
    user, password = s.credentials
    socket = websocket.create_connection(
        f"{s.url.replace('http', 'ws', 1)}/events?app={s.id('x')}&api_key={user}:{password}",
        timeout=20,
    )
    for payload in (b"", b"still there?"):
        socket.ping(payload)
        opcode, data = socket.recv_data(control_frame=True)
        s.note(opcode=opcode, payload=data.decode())
    socket.send_binary(b"nothing to read")
    socket.ping(b"and now?")
    opcode, data = socket.recv_data(control_frame=True)
    s.note(opcode=opcode, payload=data.decode())
    socket.send_close()
    opcode, data = socket.recv_data(control_frame=True)
    s.note(opcode=opcode, code=int.from_bytes(data[:2], "big"))
    socket.shutdown()


@scenario(not_on={"16": "16 takes no requests over the WebSocket"})
def answers_that_are_filtered_out(s: Stage) -> None:
    app = s.app()
    path = f"/applications/{app}/eventFilter"
    s.put(path, json={"disallowed": [{"type": "RESTResponse"}]})
    app.send('{"type": "RESTRequest", "method": "GET", "uri": "asterisk/ping", "request_id": "1"}')
    s.fence(app)
    s.put(path, json={"disallowed": []})
    app.send('{"type": "RESTRequest", "method": "GET", "uri": "asterisk/ping", "request_id": "2"}')
    app.wait("RESTResponse", request_id="2")
