"""The life of a call: coming in, going out, and how it ends."""

from tests.scenarios.application import App
from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage

REASONS = (
    "normal",
    "busy",
    "congestion",
    "no_answer",
    "timeout",
    "rejected",
    "unallocated",
    "normal_unspecified",
    "number_incomplete",
    "codec_mismatch",
    "interworking",
    "failure",
    "answered_elsewhere",
)


def ring(s: Stage, app: App, near: str, far_app: App, far: str) -> None:
    """Ring at the far end, once the near end has been told that it is being dialled."""
    far_app.wait("StasisStart", channel=far)
    app.wait("Dial", peer=near, dialstatus="")
    s.post(f"/channels/{far}/ring")
    app.wait("Dial", peer=near, dialstatus="RINGING")


@scenario()
def originate_answered_and_hung_up_by_us(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels", endpoint="Local/answer@default", app=app, appArgs="a,b", channelId=c1)
    app.wait("StasisStart", channel=c1)
    s.get(f"/channels/{c1}")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)
    s.get(f"/channels/{c1}")


@scenario()
def originate_rings_is_answered_and_hung_up_by_the_far_end(s: Stage) -> None:
    app, far_app = s.app(), s.app("far")
    c1, far = s.ids("c1", "far1")
    s.post(
        f"/channels/{c1}",
        endpoint=f"Local/stasis-{far_app}@default",
        app=app,
        otherChannelId=far,
    )
    ring(s, app, c1, far_app, far)
    s.get(f"/channels/{c1}", keep=lambda channel: channel["state"])
    s.post(f"/channels/{far}/answer")
    app.wait("StasisStart", channel=c1)
    s.delete(f"/channels/{far}", reason="busy")
    app.wait("ChannelDestroyed", channel=c1)
    far_app.wait("StasisEnd", channel=far)


@scenario()
def originate_busy(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels", endpoint="Local/busy@default", app=app, channelId=c1)
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def originate_congested(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels", endpoint="Local/congested@default", app=app, channelId=c1)
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def originate_not_answered_in_time(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    c1, far = s.ids("c1", "far1")
    s.post(
        "/channels",
        endpoint=f"Local/stasis-{far_app}@default",
        app=app,
        channelId=c1,
        otherChannelId=far,
        timeout=2,
    )
    ring(s, app, c1, far_app, far)
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def originate_with_progress_only(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels", endpoint="Local/progress@default", app=app, channelId=c1, timeout=-1)
    app.wait("Dial", peer=c1, dialstatus="PROGRESS")
    s.get(f"/channels/{c1}", keep=lambda channel: channel["state"])
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def originate_cancelled_while_ringing(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    c1, far = s.ids("c1", "far1")
    s.post(
        "/channels",
        endpoint=f"Local/stasis-{far_app}@default",
        app=app,
        channelId=c1,
        otherChannelId=far,
    )
    ring(s, app, c1, far_app, far)
    s.post(f"/channels/{c1}/answer")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def originate_to_an_extension_that_is_not_there(s: Stage) -> None:
    app = s.app()
    for number, endpoint in enumerate(("Local/nobody@default", "Local/answer@nowhere")):
        channel = s.id(f"c{number}")
        s.post("/channels", endpoint=endpoint, app=app, channelId=channel)
        app.wait("ChannelDestroyed", channel=channel)


@scenario()
def originate_for_an_application_that_is_not_there(s: Stage) -> None:
    s.app()
    c1 = s.id("c1")
    s.post("/channels", endpoint="Local/answer@default", app=s.id("nobody"), channelId=c1)
    s.until(lambda: s.peek("GET", f"/channels/{c1}").status == 404, "the end of the channel")


@scenario()
def originate_with_what_cannot_be_called(s: Stage) -> None:
    app = s.app()
    for endpoint in ("Nothing/x", "PJSIP/alice", "PJSIP/nobody"):
        s.post("/channels", endpoint=endpoint, app=app)


@scenario()
def originate_errors(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    s.post("/channels")
    s.post("/channels", endpoint="")
    s.post("/channels", endpoint="Local", app=app)
    s.post("/channels", endpoint="Local/answer@default")
    s.post("/channels", endpoint="Local/answer@default", app=app, formats="nonsense")
    s.post("/channels", endpoint="Local/answer@default", app=app, originator="nobody")
    s.post(
        "/channels",
        endpoint="Local/answer@default",
        app=app,
        originator=phone.far,
        formats="ulaw",
    )
    s.post("/channels", endpoint="Local/answer@default", app=app, channelId="x" * 150)
    s.post("/channels", endpoint="Local/answer@default", app=app, channelId=phone.far)
    s.post(f"/channels/{phone.far}", endpoint="Local/answer@default", app=app)
    s.post(f"/channels/{s.id('c2')}", endpoint="Local", app=app)
    s.post(
        "/channels",
        endpoint="Local/answer@default",
        extension="talk",
        context="default",
        label="nowhere",
    )
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def originate_with_variables_and_caller_id(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(
        f"/channels/{c1}",
        endpoint="Local/answer@default",
        app=app,
        callerId="Alice <100>",
        json={"variables": {"COLOUR": "red", "CALLERID(name)": "Carol"}},
    )
    app.wait("StasisStart", channel=c1)
    s.get(f"/channels/{c1}")
    s.get(f"/channels/{c1}/variable", variable="COLOUR")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def originate_with_variables_that_are_no_strings(s: Stage) -> None:
    app = s.app()
    for value in (5, True, None, ["a"], {"novalue": "1"}):
        s.post(
            "/channels",
            endpoint="Local/answer@default",
            app=app,
            json={"variables": {"X": value}},
            keep=lambda body: body.get("message"),
        )


@scenario()
def originate_for_the_dialplan(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(
        "/channels",
        endpoint="Local/answer@default",
        extension="echo",
        context="default",
        priority=1,
        channelId=c1,
    )

    def runs_echo() -> bool:
        answer = s.peek("GET", f"/channels/{c1}")
        return answer.status == 200 and answer["dialplan"]["app_name"] == "Echo"

    s.until(runs_echo)
    s.get(f"/channels/{c1}")
    s.post(f"/channels/{c1}/answer")
    s.delete(f"/channels/{c1}")
    s.until(lambda: s.peek("GET", f"/channels/{c1}").status == 404)
    s.fence(app)


@scenario()
def originate_for_the_dialplan_at_a_label(s: Stage) -> None:
    s.app()
    c1 = s.id("c1")
    s.post(
        "/channels",
        endpoint="Local/answer@default",
        extension="talk",
        context="default",
        label="again",
        channelId=c1,
        keep=lambda channel: channel["id"],
    )

    def talks() -> bool:
        answer = s.peek("GET", f"/channels/{c1}")
        return answer.status == 200 and answer["dialplan"]["app_name"] == "Playback"

    s.until(talks)
    s.get(f"/channels/{c1}")
    s.delete(f"/channels/{c1}")


@scenario()
def originate_on_behalf_of_a_caller(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    phone = s.incoming(app)
    c2, far = s.ids("c2", "far2")
    s.post(
        "/channels",
        endpoint=f"Local/stasis-{far_app}@default",
        app=app,
        channelId=c2,
        otherChannelId=far,
        originator=phone.far,
    )
    ring(s, app, c2, far_app, far)
    s.delete(f"/channels/{c2}")
    app.wait("ChannelDestroyed", channel=c2)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def incoming_answered_and_hung_up_by_the_caller(s: Stage) -> None:
    app = s.app()
    phone = s.phone(app)
    app.wait("StasisStart", channel=phone.far)
    s.get(f"/channels/{phone.far}")
    s.post(f"/channels/{phone.far}/answer")
    app.wait("ChannelStateChange", channel=phone.far)
    phone.answered()
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def incoming_abandoned_before_the_answer(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
    s.until(lambda: s.peek("GET", f"/channels/{phone.far}").status == 404)
    s.post(f"/channels/{phone.far}/answer")


@scenario()
def incoming_rejected_by_us(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    s.delete(f"/channels/{phone.far}", reason="busy")
    app.wait("StasisEnd", channel=phone.far)
    end = phone.app.wait("ChannelDestroyed", channel=phone.id)
    s.note(caller_is_told=[end["cause"], end["cause_txt"]])


@scenario()
def incoming_answered_and_hung_up_by_us(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.delete(f"/channels/{phone.far}")
    app.wait("StasisEnd", channel=phone.far)
    phone.app.wait("ChannelDestroyed", channel=phone.id)


@scenario()
def incoming_with_arguments(s: Stage) -> None:
    app = s.app()
    for number, args in enumerate(('a,"b,c",', "one", "x,,y", " spaced , out ")):
        phone = s.incoming(app, f"c{number}", args)
        phone.hang_up()
        app.wait("StasisEnd", channel=phone.far)


@scenario()
def two_callers_at_once(s: Stage) -> None:
    app = s.app()
    first = s.answered(app, "c1")
    second = s.answered(app, "c2")
    ours = {first.far, second.far}
    s.get("/channels", keep=lambda list_: sorted(c["id"] for c in list_ if c["id"] in ours))
    first.hang_up()
    app.wait("StasisEnd", channel=first.far)
    s.until(lambda: s.peek("GET", f"/channels/{first.far}").status == 404)
    s.get("/channels", keep=lambda list_: sorted(c["id"] for c in list_ if c["id"] in ours))
    second.hang_up()
    app.wait("StasisEnd", channel=second.far)


@scenario()
def hangup_reasons(s: Stage) -> None:
    app = s.app()
    for reason in REASONS:
        c1 = s.id(reason)
        s.post(
            f"/channels/{c1}",
            endpoint="Local/answer@default",
            app=app,
            keep=lambda channel: channel["id"],
        )
        app.wait("StasisStart", channel=c1)
        s.delete(f"/channels/{c1}", reason=reason)
        end = app.wait("ChannelDestroyed", channel=c1)
        s.note(reason=reason, cause=end["cause"], cause_txt=end["cause_txt"])


@scenario(not_on={"16": "16 has no reason_code"})
def hangup_reason_codes(s: Stage) -> None:
    app = s.app()
    for code in (1, 16, 17, 21, 102):
        c1 = s.id(f"c{code}")
        s.post(
            f"/channels/{c1}",
            endpoint="Local/answer@default",
            app=app,
            keep=lambda channel: channel["id"],
        )
        app.wait("StasisStart", channel=c1)
        s.delete(f"/channels/{c1}", reason_code=code)
        end = app.wait("ChannelDestroyed", channel=c1)
        s.note(code=code, cause=end["cause"], cause_txt=end["cause_txt"])


@scenario()
def hangup_errors(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    s.delete(f"/channels/{phone.far}", reason="whim")
    s.delete(f"/channels/{phone.far}", reason="busy", reason_code=16)
    s.delete("/channels/nobody")
    s.delete("/channels/nobody", reason="busy")
    s.delete(f"/channels/{phone.far}")
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def hangup_by_channel_name(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(f"/channels/{c1}", endpoint="Local/answer@default", app=app)
    start = app.wait("StasisStart", channel=c1)
    s.request("DELETE", f"/channels/{start['channel']['name'].replace('/', '%2F')}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def channel_ids_whatever_their_case(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    s.get(f"/channels/{phone.far.upper()}", keep=lambda channel: channel["id"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def both_halves_of_a_local_channel(s: Stage) -> None:
    app = s.app(far_ends=True)
    c1 = s.id("c1")
    # The far half rings on its own, before or after the dialling is reported.
    s.pass_over("Dial", dialstatus="")
    s.post("/channels", endpoint="Local/ring@default", app=app, channelId=c1)
    app.wait("Dial", peer=c1, dialstatus="RINGING")
    app.wait("ChannelDialplan", channel=c1 + ";2", dialplan_app="Wait")
    s.get(f"/channels/{c1};2")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)
    app.wait("ChannelDestroyed", channel=c1 + ";2")


@scenario()
def create_then_dial(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    c1, far = s.ids("c1", "far1")
    s.post(
        "/channels/create",
        endpoint=f"Local/stasis-{far_app}@default",
        app=app,
        appArgs="made",
        channelId=c1,
        otherChannelId=far,
    )
    app.wait("StasisStart", channel=c1)
    s.get(f"/channels/{c1}")
    s.post(f"/channels/{c1}/dial")
    ring(s, app, c1, far_app, far)
    s.post(f"/channels/{far}/answer")
    app.wait("Dial", peer=c1, dialstatus="ANSWER")
    s.post(f"/channels/{c1}/dial")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def create_and_give_up(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels/create", endpoint="Local/answer@default", app=app, channelId=c1)
    app.wait("StasisStart", channel=c1)
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def create_with_variables(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(
        "/channels/create",
        endpoint="Local/answer@default",
        app=app,
        channelId=c1,
        json={"variables": {"COLOUR": "blue"}},
    )
    app.wait("StasisStart", channel=c1)
    s.get(f"/channels/{c1}/variable", variable="COLOUR")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def create_errors(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels/create")
    s.post("/channels/create", endpoint="Local", app=app)
    s.post("/channels/create", endpoint="Local/answer@default", app=app, formats="nonsense")
    s.post("/channels/create", endpoint="Nothing/x", app=app)
    s.post("/channels/create", endpoint="PJSIP/nobody", app=app)
    s.post("/channels/create", endpoint="Local/answer@default", app=app, channelId=c1)
    app.wait("StasisStart", channel=c1)
    s.post("/channels/create", endpoint="Local/answer@default", app=app, channelId=c1)
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def dial_not_answered_in_time(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    c1, far = s.ids("c1", "far1")
    s.post(
        "/channels/create",
        endpoint=f"Local/stasis-{far_app}@default",
        app=app,
        channelId=c1,
        otherChannelId=far,
    )
    app.wait("StasisStart", channel=c1)
    s.post(f"/channels/{c1}/dial", timeout=2)
    ring(s, app, c1, far_app, far)
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def dial_busy(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels/create", endpoint="Local/busy@default", app=app, channelId=c1)
    app.wait("StasisStart", channel=c1)
    s.post(f"/channels/{c1}/dial")
    app.wait("Dial", peer=c1, dialstatus="BUSY")
    s.fence(app, c1)
    s.get(f"/channels/{c1}", keep=lambda channel: channel["state"])
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def dial_on_behalf_of_a_caller(s: Stage) -> None:
    app, far_app = s.app(), s.app("far", recorded=False)
    phone = s.incoming(app)
    c2, far = s.ids("c2", "far2")
    s.post(
        "/channels/create",
        endpoint=f"Local/stasis-{far_app}@default",
        app=app,
        channelId=c2,
        otherChannelId=far,
    )
    app.wait("StasisStart", channel=c2)
    s.post(f"/channels/{c2}/dial", caller=phone.far)
    ring(s, app, c2, far_app, far)
    s.delete(f"/channels/{c2}")
    app.wait("ChannelDestroyed", channel=c2)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def dial_errors(s: Stage) -> None:
    app = s.app()
    s.post("/channels/nobody/dial")
    phone = s.incoming(app)
    s.post(f"/channels/{phone.far}/dial")
    s.post(f"/channels/{phone.far}/answer")
    app.wait("ChannelStateChange", channel=phone.far, state="Up")
    s.post(f"/channels/{phone.far}/dial")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
