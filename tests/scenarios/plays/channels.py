"""Operations on channels, and when they fail."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage

NEEDS_CONTROL = (
    ("POST", "continue"),
    ("POST", "answer"),
    ("POST", "ring"),
    ("DELETE", "ring"),
    ("POST", "hold"),
    ("DELETE", "hold"),
    ("POST", "moh"),
    ("DELETE", "moh"),
    ("POST", "silence"),
    ("DELETE", "silence"),
)
WITH_QUERY = (
    ("POST", "mute", {"direction": "both"}),
    ("DELETE", "mute", {"direction": "both"}),
    ("POST", "dtmf", {"dtmf": "1"}),
    ("POST", "play", {"media": "sound:beep"}),
    ("POST", "redirect", {"endpoint": "Local/answer@default"}),
)


@scenario()
def operations_on_a_channel_that_is_not_there(s: Stage) -> None:
    s.app()
    s.get("/channels/nobody")
    for method, operation in NEEDS_CONTROL:
        s.request(method, f"/channels/nobody/{operation}")
    for method, operation, query in WITH_QUERY:
        s.request(method, f"/channels/nobody/{operation}", **query)
    s.post("/channels/nobody/move", app="x")
    s.post("/channels/nobody/record", name="x", format="wav")
    s.get("/channels/nobody/variable", variable="X")
    s.post("/channels/nobody/variable", variable="X", value="1")
    s.post("/channels/nobody/play/p1", media="sound:beep")
    s.post("/channels/nobody/snoop", spy="both", app="x")
    s.post("/channels/nobody/snoop/s1", spy="both", app="x")
    s.get("/channels/nobody/rtp_statistics")


@scenario()
def operations_on_a_channel_of_the_dialplan(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(
        "/channels",
        endpoint="Local/answer@default",
        extension="answer",
        context="default",
        channelId=c1,
        keep=lambda channel: channel["id"],
    )

    def waits() -> bool:
        answer = s.peek("GET", f"/channels/{c1}")
        return answer.status == 200 and answer["dialplan"]["app_name"] == "Wait"

    s.until(waits)
    for method, operation in NEEDS_CONTROL:
        s.request(method, f"/channels/{c1}/{operation}")
    for method, operation, query in WITH_QUERY:
        s.request(method, f"/channels/{c1}/{operation}", **query)
    s.post(f"/channels/{c1}/move", app=app)
    s.post(f"/channels/{c1}/play/p1", media="sound:beep")
    s.post(f"/channels/{c1}/record", name="x", format="wav")
    s.post(f"/channels/{c1}/variable", variable="X", value="1")
    s.get(f"/channels/{c1}/variable", variable="EXTEN")
    s.delete(f"/channels/{c1}")


@scenario()
def operations_on_a_channel_that_is_being_dialled(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(
        "/channels/create",
        endpoint="Local/answer@default",
        app=app,
        channelId=c1,
        keep=lambda channel: channel["state"],
    )
    app.wait("StasisStart", channel=c1)
    for method, operation in NEEDS_CONTROL:
        s.request(method, f"/channels/{c1}/{operation}")
    for method, operation, query in WITH_QUERY:
        s.request(method, f"/channels/{c1}/{operation}", **query)
    s.post(f"/channels/{c1}/play/p1", media="sound:beep")
    s.get(f"/channels/{c1}/variable", variable="X")
    s.post(f"/channels/{c1}/variable", variable="X", value="1")
    app.wait("ChannelVarset", channel=c1, variable="X")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def operations_without_events(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    for operation in ("ring", "hold", "moh", "silence"):
        for method in ("POST", "POST", "DELETE", "DELETE"):
            s.request(method, f"/channels/{phone.far}/{operation}")
    s.post(f"/channels/{phone.far}/moh", mohClass="nonsense")
    s.delete(f"/channels/{phone.far}/moh")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def operations_before_the_answer(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    for operation in ("ring", "moh", "silence"):
        s.post(f"/channels/{phone.far}/{operation}")
        s.delete(f"/channels/{phone.far}/{operation}")
    s.fence(app, phone.far)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["state"])
    s.post(f"/channels/{phone.far}/answer")
    app.wait("ChannelStateChange", channel=phone.far)
    s.post(f"/channels/{phone.far}/answer")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario(not_on={"16": "16 has no progress operation"})
def progress(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    s.post("/channels/nobody/progress")
    s.post(f"/channels/{phone.far}/progress")
    phone.app.wait("Dial", peer=phone.id, dialstatus="PROGRESS")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def ringing_is_told_to_the_caller(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    s.post(f"/channels/{phone.far}/ring")
    phone.app.wait("Dial", peer=phone.id, dialstatus="RINGING")
    s.delete(f"/channels/{phone.far}/ring")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def mute_and_unmute(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    for direction in ("both", "in", "out", "up", None):
        s.post(f"/channels/{phone.far}/mute", direction=direction)
        s.delete(f"/channels/{phone.far}/mute", direction=direction)
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def dtmf_from_the_caller(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.mask("duration_ms")
    phone.press("1*#D", duration=80, between=60)
    for digit in "1*#D":
        app.wait("ChannelDtmfReceived", channel=phone.far, digit=digit)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def dtmf_to_the_caller(s: Stage) -> None:
    app, far_app = s.app(), s.app("far")
    c1, far = s.ids("c1", "far1")
    s.mask("duration_ms")
    s.post(
        f"/channels/{c1}", endpoint=f"Local/stasis-{far_app}@default", app=app, otherChannelId=far
    )
    far_app.wait("StasisStart", channel=far)
    s.post(f"/channels/{far}/answer")
    app.wait("StasisStart", channel=c1)
    s.post(f"/channels/{c1}/dtmf", dtmf="5x6", duration=80, between=60, before=10, after=10)
    far_app.wait("ChannelDtmfReceived", channel=far, digit="5")
    far_app.wait("ChannelDtmfReceived", channel=far, digit="6")
    s.post(f"/channels/{c1}/dtmf")
    s.post(f"/channels/{c1}/dtmf", dtmf="")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)
    far_app.wait("StasisEnd", channel=far)


@scenario()
def holding_goes_no_further_than_a_local_channel(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.peek("POST", f"/channels/{phone.id}/hold")
    s.peek("DELETE", f"/channels/{phone.id}/hold")
    s.fence(phone.app, phone.id)
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def the_caller_talks(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.mask("duration")
    # Talking may be heard in several stretches, depending on where the threshold falls.
    s.post(f"/channels/{phone.far}/variable", variable="TALK_DETECT(set)", value="3000,100")
    s.peek("POST", f"/channels/{phone.id}/play", media="sound:tt-monkeys")
    app.wait("ChannelTalkingStarted", channel=phone.far)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["state"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def variables_of_a_channel(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/variable"
    # Asterisk 16 answers before the variable is set; hence the fences.
    s.get(path, variable="COLOUR")
    s.post(path, variable="COLOUR", value="red")
    s.fence(app, phone.far)
    s.get(path, variable="COLOUR")
    s.post(path, variable="COLOUR", value="")
    s.fence(app, phone.far)
    s.get(path, variable="COLOUR")
    s.post(path, variable="COLOUR", value="blue")
    s.fence(app, phone.far)
    s.post(path, variable="COLOUR")
    s.fence(app, phone.far)
    s.get(path, variable="COLOUR")
    s.post(path, variable="NEVER")
    s.post(path, variable="__INHERITED", value="green, and more")
    s.fence(app, phone.far)
    s.get(path, variable="INHERITED")
    s.get(path, variable="EXTEN")
    s.get(path, variable="CHANNEL(language)")
    s.post(path, variable="NOSUCH(x)", value="1")
    s.fence(app, phone.far)
    s.get(path, variable="NOSUCH(x)")
    s.get(path)
    s.post(path)
    s.post(path, variable="")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario(not_on={"16": "16 has no operations for several variables"})
def several_variables_of_a_channel(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/variables"
    s.post(path, json={"variables": {"A": "1"}})
    app.wait("ChannelVarset", variable="A")
    s.post(path, json={"variables": {"B": {"value": "2", "report_events": True}}})
    app.wait("ChannelVarset", variable="B")
    s.get(path, variables="A,B,C")
    s.get(path, variables="A")
    s.get(path)
    s.post(path)
    s.post(path, json={"A": "1"})
    s.post(path, json={"variables": "A"})
    s.post(path, json={"variables": {"A": 1}})
    s.get("/channels/nobody/variables", variables="A")
    s.post("/channels/nobody/variables", json={"variables": {"A": "1"}})
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario(not_on={"16": "16 does not report variables"})
def variables_that_are_reported(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/variable"
    s.post(path, variable="COLOUR", value="red", report_events=True)
    s.get(f"/channels/{phone.far}")
    s.post(path, variable="OTHER", value="x")
    s.post(path, variable="COLOUR", value="blue", report_events=True)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel.get("channelvars"))
    s.post(path, variable="COLOUR")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def caller_id_changes(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/variable"
    s.post(path, variable="CALLERID(name)", value="Alice")
    app.wait("ChannelCallerId", channel=phone.far)
    s.post(path, variable="CALLERID(num)", value="100")
    app.wait("ChannelCallerId", channel=phone.far)
    s.get(path, variable="CALLERID(all)")
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["caller"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def connected_line_changes(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/variable"
    s.post(path, variable="CONNECTEDLINE(all)", value='"Bob" <200>')
    s.fence(app, phone.far)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["connected"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def language_of_a_channel(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/variable", variable="CHANNEL(language)", value="de")
    s.fence(app, phone.far)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["language"])
    s.post(f"/channels/{phone.far}/play/{s.id('p1')}", media="sound:beep")
    app.wait("PlaybackFinished", playback=s.id("p1"))
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def rtp_statistics_of_what_has_none(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.get(f"/channels/{phone.far}/rtp_statistics")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario(not_on={"16": "16 has no transfer_progress"})
def transfer_progress(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/transfer_progress"
    s.post(path)
    s.post(path, states="channel_lost")
    s.post(path, states="channel_progress")
    s.post("/channels/nobody/transfer_progress", states="channel_progress")
    s.fence(app, phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def commands_wait_for_the_media_before_them(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:tt-monkeys")
    app.wait("PlaybackStarted", playback=p1)
    with s.meanwhile("POST", f"/channels/{phone.far}/answer") as answer:
        s.post(f"/channels/{phone.far}/ring")
        s.get(f"/channels/{phone.far}", keep=lambda channel: channel["state"])
        s.note(answered_while_it_plays=answer.done())
        s.delete(f"/playbacks/{p1}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario(not_on={"16": "16 answers before the variable is set"})
def variables_wait_for_the_media_before_them(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media="sound:tt-monkeys")
    app.wait("PlaybackStarted", playback=p1)
    with s.meanwhile(
        "POST", f"/channels/{phone.far}/variable", variable="AFTER", value="1"
    ) as answer:
        s.get(f"/channels/{phone.far}/variable", variable="AFTER")
        s.note(answered_while_it_plays=answer.done())
        s.delete(f"/playbacks/{p1}")
    app.wait("ChannelVarset", variable="AFTER")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario(not_on={"16": "16 does not have these operations"})
def newer_operations_on_channels_that_do_not_allow_them(s: Stage) -> None:
    app = s.app()
    c1, c2 = s.ids("c1", "c2")
    s.post(
        f"/channels/{c1}",
        endpoint="Local/answer@default",
        extension="answer",
        context="default",
        keep=lambda channel: channel["id"],
    )
    s.until(lambda: s.peek("GET", f"/channels/{c1}")["dialplan"]["app_name"] == "Wait")
    s.post(
        "/channels/create",
        endpoint="Local/answer@default",
        app=app,
        channelId=c2,
        keep=lambda channel: channel["state"],
    )
    app.wait("StasisStart", channel=c2)
    for channel in (c1, c2):
        s.post(f"/channels/{channel}/progress")
        s.post(f"/channels/{channel}/transfer_progress", states="channel_progress")
        s.post(f"/channels/{channel}/variables", json={"variables": {"A": "1"}})
        s.get(f"/channels/{channel}/variables", variables="A")
    s.delete(f"/channels/{c2}")
    app.wait("ChannelDestroyed", channel=c2)
