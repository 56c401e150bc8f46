"""User events, and calls that are offered to all applications."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


@scenario()
def user_event_with_variables(s: Stage) -> None:
    app = s.app()
    s.post(
        "/events/user/Greeting",
        application=app,
        json={"variables": {"word": "hello", "count": 5, "nested": {"a": [1, None, True]}}},
    )
    app.wait("ChannelUserevent", eventname="Greeting")
    s.post("/events/user/Bare", application=app)
    app.wait("ChannelUserevent", eventname="Bare")


@scenario()
def user_event_about_something(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post("/events/user/OfChannel", application=app, source=f"channel:{phone.far}")
    app.wait("ChannelUserevent", eventname="OfChannel")
    s.post("/events/user/OfBridge", application=app, source=f"bridge:{b1}")
    app.wait("ChannelUserevent", eventname="OfBridge")
    s.post("/events/user/OfEndpoint", application=app, source="endpoint:PJSIP/alice")
    app.wait("ChannelUserevent", eventname="OfEndpoint")
    s.post(
        "/events/user/OfBoth",
        application=app,
        source=[f"channel:{phone.far}", f"bridge:{b1}"],
        json={"variables": {"word": "hello"}},
    )
    app.wait("ChannelUserevent", eventname="OfBoth")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def user_event_errors(s: Stage) -> None:
    app = s.app()
    s.post("/events/user/X")
    s.post("/events/user/X", application="nobody")
    s.post("/events/user/X", application=app, source="nonsense")
    s.post("/events/user/X", application=app, source="deviceState:Stasis:x")
    s.post("/events/user/X", application=app, source="channel:nobody")
    s.post("/events/user/X", application=app, source="bridge:nothing")
    s.post("/events/user/X", application=app, source="endpoint:PJSIP/nobody")


@scenario()
def user_event_of_the_dialplan(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post(f"/applications/{app}/subscription", eventSource=f"channel:{phone.far}")
    s.post(f"/channels/{phone.far}/continue", context="default", extension="userevent", priority=2)
    app.wait("ChannelUserevent", eventname="Greeting")
    app.wait("ChannelDialplan", channel=phone.far, dialplan_app="Wait")
    phone.hang_up()
    app.wait("ChannelDestroyed", channel=phone.far)


@scenario(not_on={"16": "16 has no StasisBroadcast"})
def a_call_is_offered_and_claimed(s: Stage) -> None:
    first, second = s.app("first"), s.app("second")
    c1, far = s.ids("c1", "far1")
    s.peek(
        "POST",
        f"/channels/{c1}",
        endpoint="Local/offered@default/n",
        otherChannelId=far,
        extension="answer",
        context="default",
    )
    first.wait("CallBroadcast", channel=far)
    second.wait("CallBroadcast", channel=far)
    s.post("/events/claim", channelId=far, application=second)
    second.wait("StasisStart", channel=far)
    first.wait("CallClaimed", channel=far)
    second.wait("CallClaimed", channel=far)
    s.post("/events/claim", channelId=far, application=first)
    s.delete(f"/channels/{far}")
    second.wait("StasisEnd", channel=far)


@scenario(not_on={"16": "16 has no StasisBroadcast"})
def claim_errors(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.post("/events/claim")
    s.post("/events/claim", channelId=phone.far)
    s.post("/events/claim", channelId=phone.far, application=app)
    s.post("/events/claim", channelId="nobody", application=app)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
