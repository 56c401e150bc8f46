"""HTTP itself: who may send requests, and how they may be written."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@scenario()
def who_may_ask(s: Stage) -> None:
    user, password = s.credentials
    s.get("/asterisk/ping", auth=None)
    s.get("/asterisk/ping", auth=(user, "wrong"))
    s.get("/asterisk/ping", auth=("nobody", password))
    s.get("/asterisk/ping", auth=None, api_key=f"{user}:{password}")
    s.get("/asterisk/ping", auth=None, api_key=f"{user}:wrong")
    s.get("/asterisk/ping", auth=(user, "wrong"), api_key=f"{user}:{password}")
    s.request("OPTIONS", "/asterisk/ping", auth=None)


@scenario()
def who_may_only_look(s: Stage) -> None:
    reader = (s.server.reader, s.server.reader_password)
    s.get("/channels", auth=reader)
    s.get("/api-docs/resources.json", auth=reader, keep=lambda body: len(body["apis"]))
    s.post("/bridges", auth=reader)
    s.put("/deviceStates/Stasis:x", deviceState="BUSY", auth=reader)
    s.delete("/channels/nobody", auth=reader)


@scenario()
def where_nothing_is(s: Stage) -> None:
    s.get("/nosuch")
    s.get("/channels/nobody/nosuch")
    s.get("/channels/")
    s.get("/channels/nobody/")
    s.put("/channels")
    s.delete("/channels")
    s.get("/channels/nobody/answer")
    s.request("PATCH", "/channels")
    s.get("/Channels")
    s.get("/events/user/x")


@scenario()
def what_may_be_asked(s: Stage) -> None:
    for path in ("/channels", "/channels/nobody", "/bridges/b1/moh", "/applications", "/events"):
        s.request("OPTIONS", path)


@scenario()
def descriptions(s: Stage) -> None:
    s.get("/api-docs/resources.json", keep=lambda body: [api["path"] for api in body["apis"]])
    s.get("/api-docs/channels.json", keep=lambda body: body["resourcePath"])
    s.get("/api-docs/nosuch.json")
    s.post("/api-docs/resources.json")
    base = s.peek("GET", "/api-docs/channels.json")["basePath"]
    s.note(base_path_is_ours=base == s.url)


@scenario()
def other_origins(s: Stage) -> None:
    s.get("/asterisk/ping", headers={"Origin": "http://allowed.example"})
    s.get("/asterisk/ping", headers={"Origin": "http://other.example"})


@scenario()
def names_that_have_to_be_encoded(s: Stage) -> None:
    s.app()
    for name in ("a b", "a/b", "a+b", "a%b", "a;b?c#d", "ü", "a:b@c"):
        encoded = "".join(f"%{byte:02X}" for byte in name.encode()) + s.id("")
        s.post(f"/bridges/{encoded}")
        s.get(f"/bridges/{encoded}")
        s.delete(f"/bridges/{encoded}")
    s.post(f"/bridges/a+b{s.id('')}")


@scenario()
def bodies_instead_of_queries(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/variable"
    s.post(path, variable="A", value="query", json={"value": "body"})
    app.wait("ChannelVarset", variable="A", value="body")
    s.post(path, json={"variable": "B", "value": "body"})
    app.wait("ChannelVarset", variable="B")
    s.post(path, data="variable=C&value=form+field", headers=FORM)
    app.wait("ChannelVarset", variable="C")
    s.post(path, variable="D", value="query", data="{", headers=JSON)
    s.post(path, variable="D", value="query", data="x" * 41000, headers=JSON)
    s.post(path, variable="D", value="query", data="{", headers={"Content-Type": "text/plain"})
    app.wait("ChannelVarset", variable="D")
    s.post(path, variable="D", value="query", json={"value": 5})
    app.wait("ChannelVarset", variable="D")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def queries_that_are_odd(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}"
    s.post(f"{path}/variable?variable=A&value=1&value=2")
    app.wait("ChannelVarset", variable="A", value="2")
    s.post(f"{path}/variable?variable=B&value=1&nosuch=x")
    app.wait("ChannelVarset", variable="B")
    s.post(f"{path}/variable?variable=C&value=a+b%2Bc%20d")
    app.wait("ChannelVarset", variable="C")
    s.post(f"{path}/dtmf?dtmf=1&duration=abc")
    s.get("/asterisk/info?only=system&only=status", keep=sorted)
    s.get("/asterisk/info?only=system,,status", keep=sorted)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def events_without_an_upgrade(s: Stage) -> None:
    s.note(status=s.peek("GET", "/events", app="x").status)
