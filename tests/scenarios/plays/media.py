"""Channels that exist only for their media: snoop channels and external media."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


@scenario()
def snoop_on_a_channel(s: Stage) -> None:
    app, spy = s.app(), s.app("spy")
    phone = s.answered(app)
    s1 = s.id("s1")
    s.mask("dialplan")
    s.post(f"/channels/{phone.far}/snoop/{s1}", spy="both", whisper="none", app=spy, appArgs="a,b")
    spy.wait("StasisStart", channel=s1)
    s.get(f"/channels/{s1}")
    s.delete(f"/channels/{s1}")
    spy.wait("StasisEnd", channel=s1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def snoop_ends_with_its_channel(s: Stage) -> None:
    app, spy = s.app(), s.app("spy")
    phone = s.answered(app)
    s1 = s.id("s1")
    s.mask("dialplan")
    s.post(f"/channels/{phone.far}/snoop", spy="in", whisper="out", app=spy, snoopId=s1)
    spy.wait("StasisStart", channel=s1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
    spy.wait("StasisEnd", channel=s1)


@scenario()
def snoop_errors(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/snoop"
    s1 = s.id("s1")
    # The answer says where the channel is in the dialplan, or nothing yet.
    s.mask("dialplan")
    s.post(path, app=app)
    s.post(path, app=app, spy="none", whisper="none")
    s.post(path, app=app, spy="up")
    s.post(path, app=app, spy="both", whisper="up")
    s.post(path, spy="both")
    s.post(f"{path}/{s1}", app=app)
    s.post(f"{path}/{s1}", app=app, spy="both")
    app.wait("StasisStart", channel=s1)
    s.post(f"{path}/{s1}", app=app, spy="both")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
    app.wait("StasisEnd", channel=s1)


@scenario()
def external_media(s: Stage) -> None:
    app = s.app()
    m1 = s.id("m1")
    s.mask("channelvars")
    s.post(
        "/channels/externalMedia",
        channelId=m1,
        app=app,
        external_host="127.0.0.1:40000",
        format="ulaw",
    )
    app.wait("StasisStart", channel=m1)
    s.get(f"/channels/{m1}")
    s.get(
        f"/channels/{m1}/variable",
        variable="UNICASTRTP_LOCAL_ADDRESS",
        keep=lambda body: sorted(body),
    )
    s.get(
        f"/channels/{m1}/variable",
        variable="UNICASTRTP_LOCAL_PORT",
        keep=lambda body: body["value"].isdigit(),
    )
    s.get(f"/channels/{m1}/rtp_statistics")
    s.delete(f"/channels/{m1}")
    app.wait("ChannelDestroyed", channel=m1)


@scenario()
def external_media_errors(s: Stage) -> None:
    app = s.app()
    path = "/channels/externalMedia"
    host = "127.0.0.1:40000"
    s.post(path)
    s.post(path, app=app)
    s.post(path, app=app, external_host="127.0.0.1", format="ulaw")
    s.post(path, app=app, external_host=host)
    s.post(path, app=app, external_host=host, format="ulaw", transport="tcp")
    s.post(path, app=app, external_host=host, format="ulaw", encapsulation="paper")
    s.post(path, app=app, external_host=host, format="nonsense")


@scenario(not_on={"16": "16 takes any direction"})
def external_media_in_a_wrong_direction(s: Stage) -> None:
    app = s.app()
    s.post(
        "/channels/externalMedia",
        app=app,
        external_host="127.0.0.1:40000",
        format="ulaw",
        direction="up",
    )
