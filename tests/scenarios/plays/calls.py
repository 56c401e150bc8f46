"""The life of a call: coming in, going out, and how it ends."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


@scenario()
def originate_answered_and_hung_up_by_us(s: Stage) -> None:
    app = s.app()
    c1 = s.id("c1")
    s.post("/channels", endpoint="Local/answer@default", app=app, appArgs="a,b", channelId=c1)
    app.wait("StasisStart", channel=c1)
    s.get(f"/channels/{c1}")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)
    app.wait("ChannelDestroyed", channel=c1 + ";2")
    s.get(f"/channels/{c1}")


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
