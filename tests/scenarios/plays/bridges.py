"""Bridges: creating them, joining and leaving them, and the media in them."""

from tests.scenarios.application import App
from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


def join(s: Stage, app: App, bridge: str, channel: str) -> None:
    """Put a channel into a bridge and wait until it is in."""
    s.post(f"/bridges/{bridge}/addChannel", channel=channel)
    app.wait("ChannelEnteredBridge", channel=channel, bridge=bridge)


@scenario()
def bridges_of_every_type(s: Stage) -> None:
    s.app()
    for type_ in (
        None,
        "mixing",
        "holding",
        "mixing,dtmf_events",
        "mixing,proxy_media",
        "dtmf_events,proxy_media",
        "video_sfu",
        "video_single",
        "mixing,holding",
        "nonsense",
    ):
        b1 = s.id(f"b-{type_}")
        s.post("/bridges", type=type_, bridgeId=b1, name="meeting")
        s.delete(f"/bridges/{b1}")


@scenario()
def bridge_from_creation_to_destruction(s: Stage) -> None:
    app = s.app()
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing", name="meeting")
    s.get(f"/bridges/{b1}")
    s.get("/bridges", keep=lambda list_: [bridge for bridge in list_ if bridge["id"] == b1])
    s.post(f"/applications/{app}/subscription", eventSource=f"bridge:{b1}")
    s.delete(f"/bridges/{b1}")
    app.wait("BridgeDestroyed", bridge=b1)
    s.get(f"/bridges/{b1}")


@scenario()
def bridge_with_an_id_of_the_server(s: Stage) -> None:
    s.app()
    bridge = s.post("/bridges")
    s.delete(f"/bridges/{bridge['id']}")


@scenario()
def bridge_that_is_there_already(s: Stage) -> None:
    s.app()
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}", type="holding", name="again")
    s.post("/bridges", bridgeId=b1, type="mixing")


@scenario()
def bridges_that_are_not_there(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.get("/bridges/nothing")
    s.delete("/bridges/nothing")
    for operation in ("addChannel", "removeChannel"):
        s.post(f"/bridges/nothing/{operation}", channel=phone.far)
    s.post("/bridges/nothing/moh")
    s.delete("/bridges/nothing/moh")
    s.post("/bridges/nothing/play", media="sound:beep")
    s.post("/bridges/nothing/play/p1", media="sound:beep")
    s.post("/bridges/nothing/record", name="x", format="wav")
    s.post(f"/bridges/nothing/videoSource/{phone.far}")
    s.delete("/bridges/nothing/videoSource")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def two_channels_meet(s: Stage) -> None:
    app = s.app()
    first, second = s.answered(app, "c1"), s.answered(app, "c2")
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, first.far)
    s.get(f"/bridges/{b1}", keep=lambda bridge: bridge["channels"])
    join(s, app, b1, second.far)
    s.fence(app, first.far)
    s.fence(app, second.far)
    s.get(f"/bridges/{b1}", keep=lambda bridge: sorted(bridge["channels"]))
    s.post(f"/bridges/{b1}/removeChannel", channel=second.far)
    app.wait("ChannelLeftBridge", channel=second.far)
    s.fence(app, second.far)
    s.get(f"/bridges/{b1}", keep=lambda bridge: bridge["channels"])
    s.delete(f"/bridges/{b1}")
    app.wait("ChannelLeftBridge", channel=first.far)
    s.fence(app, first.far)
    s.get(f"/bridges/{b1}")
    first.hang_up()
    app.wait("StasisEnd", channel=first.far)
    second.hang_up()
    app.wait("StasisEnd", channel=second.far)


@scenario()
def hanging_up_in_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, phone.far)
    phone.hang_up()
    app.wait("ChannelLeftBridge", channel=phone.far)
    app.wait("StasisEnd", channel=phone.far)
    s.get(f"/bridges/{b1}")


@scenario()
def hung_up_by_us_in_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, phone.far)
    s.delete(f"/channels/{phone.far}")
    app.wait("ChannelLeftBridge", channel=phone.far)
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def several_channels_at_once(s: Stage) -> None:
    app = s.app()
    phones = [s.answered(app, f"c{number}") for number in (1, 2, 3)]
    b1 = s.id("b1")
    # It is a race which of them find the others present, and which technology mixes them.
    s.pass_over("ChannelVarset", variable="BRIDGEPEER")
    s.mask("technology", "channels")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/addChannel", channel=[phone.far for phone in phones])
    for phone in phones:
        app.wait("ChannelEnteredBridge", channel=phone.far)
    s.until(lambda: s.peek("GET", f"/bridges/{b1}")["technology"] == "softmix")
    s.note(
        members=sorted(s.peek("GET", f"/bridges/{b1}")["channels"]),
    )
    s.post(f"/bridges/{b1}/removeChannel", channel=[phone.far for phone in phones])
    for phone in phones:
        app.wait("ChannelLeftBridge", channel=phone.far)
        s.fence(app, phone.far)
    s.note(members=s.peek("GET", f"/bridges/{b1}")["channels"])


@scenario()
def from_one_bridge_to_another(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1, b2 = s.ids("b1", "b2")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b2}", type="holding")
    join(s, app, b1, phone.far)
    join(s, app, b2, phone.far)
    app.wait("ChannelLeftBridge", channel=phone.far, bridge=b1)
    s.fence(app, phone.far)
    s.note(members=[s.peek("GET", f"/bridges/{b}")["channels"] for b in (b1, b2)])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def into_the_same_bridge_again(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, phone.far)
    join(s, app, b1, phone.far)
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def continuing_out_of_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, phone.far)
    s.post(f"/channels/{phone.far}/continue", context="default", extension="answer", priority=1)
    app.wait("ChannelLeftBridge", channel=phone.far)
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def holding_bridge_with_roles(s: Stage) -> None:
    app = s.app()
    waiting, speaking = s.answered(app, "c1"), s.answered(app, "c2")
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="holding")
    s.post(f"/bridges/{b1}/addChannel", channel=waiting.far, role="participant")
    app.wait("ChannelEnteredBridge", channel=waiting.far)
    s.post(f"/bridges/{b1}/addChannel", channel=speaking.far, role="announcer")
    app.wait("ChannelEnteredBridge", channel=speaking.far)
    s.get(f"/bridges/{b1}", keep=lambda bridge: sorted(bridge["channels"]))
    for phone in (waiting, speaking):
        s.post(f"/bridges/{b1}/removeChannel", channel=phone.far)
        app.wait("ChannelLeftBridge", channel=phone.far)
        s.fence(app, phone.far)
    s.delete(f"/bridges/{b1}")


@scenario()
def joining_muted_and_without_digits(s: Stage) -> None:
    app = s.app()
    first = s.answered(app, "c1")
    s.mask("duration_ms")
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing,dtmf_events")
    s.post(f"/bridges/{b1}/addChannel", channel=first.far, mute=True, absorbDTMF=True)
    app.wait("ChannelEnteredBridge", channel=first.far)
    first.press("4", duration=80)
    app.wait("ChannelDtmfReceived", channel=first.far)
    first.hang_up()
    app.wait("StasisEnd", channel=first.far)


@scenario()
def adding_what_cannot_be_added(s: Stage) -> None:
    app = s.app()
    b1, c1 = s.ids("b1", "c1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/addChannel")
    s.post(f"/bridges/{b1}/addChannel", channel="")
    s.post(f"/bridges/{b1}/addChannel", channel="nobody")
    s.post(
        "/channels",
        endpoint="Local/answer@default",
        extension="answer",
        context="default",
        channelId=c1,
        keep=lambda channel: channel["id"],
    )
    s.until(lambda: s.peek("GET", f"/channels/{c1}").status == 200)
    s.post(f"/bridges/{b1}/addChannel", channel=c1)
    s.fence(app)


@scenario()
def removing_what_cannot_be_removed(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/removeChannel")
    s.post(f"/bridges/{b1}/removeChannel", channel="nobody")
    s.post(f"/bridges/{b1}/removeChannel", channel=phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def music_in_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, phone.far)
    # The channel that plays the music may still be listed after it has been told to stop.
    s.mask("channels")
    s.delete(f"/bridges/{b1}/moh")
    s.post(f"/bridges/{b1}/moh")
    s.post(f"/bridges/{b1}/moh", mohClass="default")
    s.get(f"/bridges/{b1}", keep=lambda bridge: bridge["channels"])
    s.delete(f"/bridges/{b1}/moh")
    s.delete(f"/bridges/{b1}/moh")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playing_to_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1, p1, p2 = s.ids("b1", "p1", "p2")
    s.mask("technology")
    s.pass_over("ChannelVarset", variable="BRIDGEPEER")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, phone.far)
    s.post(f"/bridges/{b1}/play/{p1}", media="sound:beep")
    app.wait("PlaybackFinished", playback=p1)
    s.post(f"/bridges/{b1}/play", playbackId=p2, media="sound:tt-monkeys", lang="en")
    app.wait("PlaybackStarted", playback=p2)
    s.get(f"/playbacks/{p2}")
    s.get(f"/bridges/{b1}", keep=lambda bridge: bridge["channels"])
    s.delete(f"/playbacks/{p2}")
    app.wait("PlaybackFinished", playback=p2)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playing_nothing_to_a_bridge(s: Stage) -> None:
    s.app()
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/play")
    s.post(f"/bridges/{b1}/play/p1", media="")


@scenario(not_on={"16": "16 knows no formats of announcers and recorders"})
def formats_that_are_not_there(s: Stage) -> None:
    s.app()
    b1 = s.id("b1")
    path = f"/bridges/{b1}"
    s.post(path, type="mixing")
    s.post(f"{path}/play", media="sound:beep", announcer_format="nonsense")
    s.post(f"{path}/play/p1", media="sound:beep", announcer_format="nonsense")
    s.post(f"{path}/record", name="x", format="wav", recorder_format="nonsense")


def bridge_of_the_dialplan(s: Stage, c1: str) -> str:
    """Connect two channels in the dialplan; return the id of the bridge that they are in."""
    s.post(
        f"/channels/{c1}",
        endpoint="Local/connected@default/n",
        extension="answer",
        context="default",
        keep=lambda channel: channel["id"],
    )

    def basic() -> list[str]:
        bridges = s.peek("GET", "/bridges").body
        return [b["id"] for b in bridges if b["bridge_class"] == "basic" and len(b["channels"]) > 1]

    bridge: str = s.until(basic)[0]
    return bridge


@scenario()
def a_bridge_of_the_dialplan(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    c1 = s.id("c1-dialled")
    bridge = bridge_of_the_dialplan(s, c1)
    s.mask("channels", "creationtime")
    s.get(f"/bridges/{bridge}")
    for operation in ("addChannel", "removeChannel"):
        s.post(f"/bridges/{bridge}/{operation}", channel=phone.far)
    s.post(f"/bridges/{bridge}/moh")
    s.delete(f"/bridges/{bridge}/moh")
    s.post(f"/bridges/{bridge}/play", media="sound:beep")
    s.post(f"/bridges/{bridge}/play/p1", media="sound:beep")
    s.post(f"/bridges/{bridge}/record", name="x", format="wav")
    s.post(f"/bridges/{bridge}/videoSource/{phone.far}")
    s.delete(f"/bridges/{bridge}/videoSource")
    s.delete(f"/bridges/{bridge}")
    s.delete(f"/channels/{c1}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1, r1 = s.ids("b1", "r1")
    s.mask("duration", "technology")
    s.pass_over("ChannelVarset", variable="BRIDGEPEER")
    s.post(f"/bridges/{b1}", type="mixing")
    join(s, app, b1, phone.far)
    s.post(f"/bridges/{b1}/record", name=r1, format="wav")
    app.wait("RecordingStarted", recording=r1)
    s.get(f"/recordings/live/{r1}")
    s.post(f"/recordings/live/{r1}/pause")
    s.delete(f"/recordings/live/{r1}/pause")
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingFinished", recording=r1)
    s.get(f"/recordings/stored/{r1}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_a_bridge_errors(s: Stage) -> None:
    s.app()
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    path = f"/bridges/{b1}/record"
    s.post(path, name="x", format="nonsense")
    s.post(path, name="../x", format="wav")
    s.post(path, name="x", format="wav", maxDurationSeconds=-1)
    s.post(path, name="x", format="wav", terminateOn="7")
    s.post(path, name="x", format="wav", ifExists="ask")


@scenario()
def video_source_of_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/videoSource/nobody")
    s.post(f"/bridges/{b1}/videoSource/{phone.far}")
    join(s, app, b1, phone.far)
    s.post(f"/bridges/{b1}/videoSource/{phone.far}")
    s.get(f"/bridges/{b1}")
    s.delete(f"/bridges/{b1}/videoSource")
    s.get(f"/bridges/{b1}")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario(not_on={"16": "16 has no variables of bridges"})
def variables_of_a_bridge(s: Stage) -> None:
    s.app()
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing", json={"variables": {"A": "1"}})
    path = f"/bridges/{b1}/variable"
    s.get(path, variable="A")
    s.get(path, variable="B")
    s.post(path, variable="B", value="2")
    s.get(path, variable="B")
    s.post(path, variable="C", value="3", report_events=True)
    s.get(f"/bridges/{b1}")
    s.get(path)
    s.get("/bridges/nothing/variable", variable="A")
    s.post("/bridges/nothing/variable", variable="A", value="1")
    s.post(path, variable="B")
    s.get(path, variable="B")
    plural = f"/bridges/{b1}/variables"
    s.post(plural, json={"variables": {"D": "4", "E": {"value": "5", "report_events": True}}})
    s.get(plural, variables="A,D,E")
    s.get(plural, variables="A,F")
    s.get(plural)
    s.post(plural)
    s.post(plural, json={"variables": {"A": 1}})
    s.get("/bridges/nothing/variables", variables="A")
    s.post("/bridges/nothing/variables", json={"variables": {"A": "1"}})


@scenario(not_on={"16": "16 has no variables of bridges"})
def variables_of_a_bridge_of_the_dialplan(s: Stage) -> None:
    s.app()
    bridge = bridge_of_the_dialplan(s, s.id("c1"))
    s.get(f"/bridges/{bridge}/variable", variable="A")
    s.post(f"/bridges/{bridge}/variable", variable="A", value="1")
    s.post(f"/bridges/{bridge}/variables", json={"variables": {"A": "1"}})
    s.get(f"/bridges/{bridge}/variables", variables="A")


@scenario(not_on={"16": "16 knows no formats of announcers and recorders"})
def announcing_and_recording_in_other_formats(s: Stage) -> None:
    app = s.app()
    b1, p1, r1 = s.ids("b1", "p1", "r1")
    s.mask("technology", "duration")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/applications/{app}/subscription", eventSource=f"bridge:{b1}")
    s.post(f"/bridges/{b1}/play/{p1}", media="sound:beep", announcer_format="slin16")
    app.wait("PlaybackFinished", playback=p1)
    s.post(f"/bridges/{b1}/record", name=r1, format="sln16", recorder_format="slin16")
    app.wait("RecordingStarted", recording=r1)
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingFinished", recording=r1)
