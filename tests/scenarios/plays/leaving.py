"""Leaving an application: back to the dialplan, or on to another application."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


@scenario()
def continue_at_the_next_priority(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/continue")
    app.wait("StasisEnd", channel=phone.far)
    phone.app.wait("ChannelDestroyed", channel=phone.id)


@scenario()
def continue_elsewhere_in_the_dialplan(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/continue", context="default", extension="echo", priority=1)
    app.wait("StasisEnd", channel=phone.far)

    def runs_echo() -> bool:
        answer = s.peek("GET", f"/channels/{phone.far}")
        return answer.status == 200 and answer["dialplan"]["app_name"] == "Echo"

    s.until(runs_echo)
    s.get(f"/channels/{phone.far}")
    s.post(f"/channels/{phone.far}/continue")
    phone.hang_up()
    s.until(lambda: s.peek("GET", f"/channels/{phone.far}").status == 404)


@scenario()
def continue_at_a_label(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/continue", extension="talk", label="nowhere")
    s.post(f"/channels/{phone.far}/continue", extension="talk", label="again")
    app.wait("StasisEnd", channel=phone.far)

    def talks() -> bool:
        answer = s.peek("GET", f"/channels/{phone.far}")
        return answer.status == 200 and answer["dialplan"]["app_name"] == "Playback"

    s.until(talks)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["dialplan"])
    phone.hang_up()


@scenario()
def continue_where_nothing_is(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/continue", context="nowhere", extension="nobody", priority=1)
    app.wait("StasisEnd", channel=phone.far)
    phone.app.wait("ChannelDestroyed", channel=phone.id)


@scenario()
def continue_a_call_that_we_made(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post(f"/channels/{c1}", endpoint="Local/answer@default", app=app)
    app.wait("StasisStart", channel=c1)
    s.post(f"/channels/{c1}/continue", context="default", extension="answer", priority=2)
    app.wait("ChannelDialplan", channel=c1, dialplan_app="Wait")
    s.get(f"/channels/{c1}")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def move_to_another_application(s: Stage) -> None:
    app, other = s.app(), s.app("other")
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/move", app=other, appArgs="x,y")
    other.wait("StasisStart", channel=phone.far)
    app.wait("StasisEnd", channel=phone.far)
    s.get(f"/channels/{phone.far}")
    s.delete(f"/channels/{phone.far}")
    other.wait("StasisEnd", channel=phone.far)


@scenario()
def move_a_call_that_we_made(s: Stage) -> None:
    app, other = s.app(), s.app("other")
    c1 = s.id("c1")
    s.post(f"/channels/{c1}", endpoint="Local/answer@default", app=app)
    app.wait("StasisStart", channel=c1)
    s.post(f"/channels/{c1}/move", app=other)
    other.wait("StasisStart", channel=c1)
    app.wait("StasisEnd", channel=c1)
    s.delete(f"/channels/{c1}")
    other.wait("StasisEnd", channel=c1)
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def move_to_the_same_application(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/move", app=app, appArgs="again")
    app.wait("StasisEnd", channel=phone.far)
    app.wait("StasisStart", channel=phone.far)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def move_to_an_application_that_is_not_there(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/move", app=s.id("nobody"), appArgs="x,y")
    app.wait("ApplicationMoveFailed", channel=phone.far)
    s.post(f"/channels/{phone.far}/ring")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def redirect_errors(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/redirect")
    s.post(f"/channels/{phone.far}/redirect", endpoint="")
    s.post(f"/channels/{phone.far}/redirect", endpoint="Local")
    s.post(f"/channels/{phone.far}/redirect", endpoint="Local/")
    s.post(f"/channels/{phone.far}/redirect", endpoint="PJSIP/alice")
    s.post("/channels/nobody/redirect", endpoint="Local/answer@default")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def redirect_a_channel_that_cannot_be(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/channels/{phone.far}/redirect", endpoint="Local/answer@default")
    s.fence(app, phone.far)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["state"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
