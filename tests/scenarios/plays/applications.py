"""Applications: their event sources, and what happens when they disconnect."""

from tests.scenarios.application import App
from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


def subscription(s: Stage, method: str, app: App | str, source: str | list[str] | None) -> None:
    """Subscribe or unsubscribe."""
    s.request(method, f"/applications/{app}/subscription", eventSource=source)


@scenario()
def an_application_while_connected_and_after(s: Stage) -> None:
    app = s.app()
    ours = {app.name}
    s.get("/applications", keep=lambda list_: [a for a in list_ if a["name"] in ours])
    s.get(f"/applications/{app}")
    s.get("/applications/nobody")
    app.close()
    s.until(lambda: s.peek("GET", f"/applications/{app}").status == 404)
    s.get(f"/applications/{app}")
    subscription(s, "POST", app, "deviceState:Stasis:x")


@scenario()
def an_application_with_a_call(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.get(f"/applications/{app}")
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/addChannel", channel=phone.far)
    app.wait("ChannelEnteredBridge", channel=phone.far)
    s.get(f"/applications/{app}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def two_applications_on_one_connection(s: Stage) -> None:
    one, two = s.ids("one", "two")
    listener = s.app_named(f"{one},{two}")
    for name in (one, two):
        s.get(f"/applications/{name}")
        s.post("/events/user/Hello", application=name)
        event = listener.wait("ChannelUserevent")
        s.note(application=event["application"], event=event["eventname"])


@scenario()
def subscribing_to_a_channel(s: Stage) -> None:
    app, watcher = s.app(), s.app("watcher")
    phone = s.answered(app)
    subscription(s, "POST", watcher, f"channel:{phone.far}")
    s.post(f"/channels/{phone.far}/variable", variable="COLOUR", value="red")
    watcher.wait("ChannelVarset", variable="COLOUR")
    subscription(s, "DELETE", watcher, f"channel:{phone.far}")
    s.post(f"/channels/{phone.far}/variable", variable="COLOUR", value="blue")
    app.wait("ChannelVarset", value="blue")
    subscription(s, "POST", watcher, f"channel:{phone.far}")
    phone.hang_up()
    watcher.wait("ChannelDestroyed", channel=phone.far)
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def subscriptions_are_counted(s: Stage) -> None:
    app, watcher = s.app(), s.app("watcher")
    phone = s.answered(app)
    source = f"channel:{phone.far}"
    subscription(s, "POST", watcher, source)
    subscription(s, "POST", watcher, source)
    subscription(s, "DELETE", watcher, source)
    s.post(f"/channels/{phone.far}/variable", variable="COLOUR", value="red")
    watcher.wait("ChannelVarset", variable="COLOUR")
    subscription(s, "DELETE", watcher, source)
    subscription(s, "DELETE", watcher, source)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def unsubscribing_from_a_call_of_our_own(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    subscription(s, "DELETE", app, f"channel:{phone.far}")
    s.post(f"/channels/{phone.far}/variable", variable="COLOUR", value="red")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def subscribing_to_a_bridge(s: Stage) -> None:
    app, watcher = s.app(), s.app("watcher")
    phone = s.answered(app)
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    subscription(s, "POST", watcher, f"bridge:{b1}")
    s.post(f"/bridges/{b1}/addChannel", channel=phone.far)
    watcher.wait("ChannelEnteredBridge", channel=phone.far)
    app.wait("ChannelEnteredBridge", channel=phone.far)
    s.post(f"/bridges/{b1}/removeChannel", channel=phone.far)
    watcher.wait("ChannelLeftBridge", channel=phone.far)
    app.wait("ChannelLeftBridge", channel=phone.far)
    s.delete(f"/bridges/{b1}")
    watcher.wait("BridgeDestroyed", bridge=b1)


@scenario()
def subscription_errors(s: Stage) -> None:
    app = s.app()
    for source in (
        None,
        "",
        "nonsense",
        "nonsense:x",
        "channel:nobody",
        "bridge:nothing",
        "endpoint:Nothing/x",
        "endpoint:PJSIP/nobody",
        "endpoint:Local",
    ):
        subscription(s, "POST", app, source)
        subscription(s, "DELETE", app, source)
    subscription(s, "POST", "nobody", "channel:x")
    subscription(s, "DELETE", "nobody", "channel:x")
    subscription(s, "POST", app, ["deviceState:Stasis:x", "channel:nobody"])
    s.get(f"/applications/{app}")
    subscription(s, "DELETE", app, "deviceState:Stasis:x")


@scenario()
def subscribing_to_endpoints(s: Stage) -> None:
    app = s.app()
    subscription(s, "POST", app, "endpoint:PJSIP/alice")
    subscription(s, "POST", app, "endpoint:PJSIP")
    subscription(s, "DELETE", app, "endpoint:PJSIP")
    subscription(s, "DELETE", app, "endpoint:PJSIP/alice")


@scenario()
def subscribing_to_everything(s: Stage) -> None:
    app = s.app(subscribeAll=True)
    s.get(f"/applications/{app}")
    b1, c1 = s.ids("b1", "c1")
    s.post(f"/bridges/{b1}", type="mixing")
    app.wait("BridgeCreated", bridge=b1)
    s.delete(f"/bridges/{b1}")
    app.wait("BridgeDestroyed", bridge=b1)
    s.pass_over("Dial")
    s.post(
        "/channels",
        endpoint="Local/answer@default",
        extension="answer",
        context="default",
        channelId=c1,
        keep=lambda channel: channel["id"],
    )
    app.wait("ChannelCreated", channel=c1)
    app.wait("ChannelDialplan", channel=c1, dialplan_app="Wait")
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def subscribing_to_all_of_a_kind(s: Stage) -> None:
    app = s.app()
    subscription(s, "POST", app, ["channel:", "bridge:"])
    b1 = s.id("b1")
    s.post(f"/bridges/{b1}", type="mixing")
    app.wait("BridgeCreated", bridge=b1)
    s.delete(f"/bridges/{b1}")
    app.wait("BridgeDestroyed", bridge=b1)
    subscription(s, "DELETE", app, "bridge:")


@scenario()
def filtering_events(s: Stage) -> None:
    app = s.app()
    path = f"/applications/{app}/eventFilter"
    s.request("PUT", path, json={"allowed": [{"type": "StasisStart"}, {"type": "StasisEnd"}]})
    phone = s.answered_quietly(app)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
    s.request("PUT", path, json={"disallowed": [{"type": "StasisStart"}]})
    s.get(f"/applications/{app}")
    s.request("PUT", path, json={"allowed": []})
    s.request("PUT", path, json={})


@scenario()
def filtering_events_errors(s: Stage) -> None:
    app = s.app()
    path = f"/applications/{app}/eventFilter"
    for body in (
        {"allowed": "StasisStart"},
        {"allowed": ["StasisStart"]},
        {"allowed": [{"type": 1}]},
        {"disallowed": None},
        {"filter": {"allowed": [{"type": "StasisStart"}]}},
        {"allowed": [{"type": "Nonsense"}]},
    ):
        s.request("PUT", path, json=body)
    s.request("PUT", path)
    s.request("PUT", "/applications/nobody/eventFilter", json={})


@scenario()
def disallowed_events(s: Stage) -> None:
    app = s.app()
    s.request(
        "PUT",
        f"/applications/{app}/eventFilter",
        json={"disallowed": [{"type": "ChannelVarset"}, {"type": "Dial"}]},
    )
    c1 = s.id("c1")
    s.post(f"/channels/{c1}", endpoint="Local/answer@default", app=app)
    app.wait("StasisStart", channel=c1)
    s.delete(f"/channels/{c1}")
    app.wait("ChannelDestroyed", channel=c1)


@scenario()
def an_application_is_replaced(s: Stage) -> None:
    old = s.app()
    phone = s.answered(old)
    new = s.app()
    old.wait("ApplicationReplaced")
    s.post(f"/channels/{phone.far}/variable", variable="COLOUR", value="red")
    new.wait("ChannelVarset", variable="COLOUR")
    old.close()
    s.get(f"/applications/{new}")
    phone.hang_up()
    new.wait("StasisEnd", channel=phone.far)


@scenario()
def an_application_is_gone_for_a_while(s: Stage) -> None:
    old = s.app()
    phone = s.answered(old)
    old.close()
    s.post(f"/channels/{phone.far}/variable", variable="COLOUR", value="unseen")
    s.get(f"/applications/{old}")
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["state"])
    new = s.app()
    s.post(f"/channels/{phone.far}/variable", variable="COLOUR", value="seen")
    new.wait("ChannelVarset", value="seen")
    phone.hang_up()
    new.wait("StasisEnd", channel=phone.far)


@scenario()
def a_call_for_an_application_that_is_not_there(s: Stage) -> None:
    watcher = s.app("watcher", recorded=False, subscribeAll=True)
    phone = s.phone(s.id("nobody"))
    event = watcher.wait("ChannelVarset", variable="STASISSTATUS", value="FAILED")
    s.note(channel=event["channel"]["id"] == phone.far, status=event["value"])
    watcher.wait("ChannelDestroyed", channel=phone.far)
