"""Facts about the server, and what can be changed on it."""

from tests.scenarios.normal import Json
from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


def shape(value: Json) -> Json:
    """Return the value with its names kept and its values replaced by their types."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in sorted(value.items())}
    return type(value).__name__


@scenario()
def facts_about_the_server(s: Stage) -> None:
    s.app()
    s.get("/asterisk/info", keep=shape)
    s.get("/asterisk/info", only="build", keep=shape)
    s.get("/asterisk/info", only="system,status", keep=sorted)
    s.get("/asterisk/info", only="nonsense")
    s.get("/asterisk/ping")


@scenario()
def global_variables(s: Stage) -> None:
    s.app()
    name = s.id("COLOUR")
    s.get("/asterisk/variable", variable=name)
    s.post("/asterisk/variable", variable=name, value="red")
    s.get("/asterisk/variable", variable=name)
    s.post("/asterisk/variable", variable=name)
    s.get("/asterisk/variable", variable=name)
    s.get("/asterisk/variable")
    s.post("/asterisk/variable")
    s.post("/asterisk/variable", variable="")


@scenario()
def global_variables_are_seen_by_those_who_see_all(s: Stage) -> None:
    app = s.app(subscribeAll=True)
    name = s.id("COLOUR")
    s.post("/asterisk/variable", variable=name, value="red")
    app.wait("ChannelVarset", variable=name)


@scenario()
def modules(s: Stage) -> None:
    s.app()
    s.mask("use_count", "description")
    s.get(
        "/asterisk/modules",
        keep=lambda list_: [m for m in list_ if m["name"] == "app_echo.so"],
    )
    s.get("/asterisk/modules/app_echo.so")
    s.get("/asterisk/modules/nosuch.so")
    s.post("/asterisk/modules/app_echo.so")
    s.post("/asterisk/modules/nosuch.so")
    s.put("/asterisk/modules/nosuch.so")
    s.delete("/asterisk/modules/nosuch.so")
    s.put("/asterisk/modules/app_echo.so")
    s.delete("/asterisk/modules/app_echo.so")
    s.get("/asterisk/modules/app_echo.so")
    s.post("/asterisk/modules/app_echo.so")
    s.get("/asterisk/modules/app_echo.so", keep=lambda module: module["name"])
    s.put("/asterisk/modules/res_musiconhold.so")
    s.delete("/asterisk/modules/res_pjsip.so")


@scenario()
def log_channels(s: Stage) -> None:
    s.app()
    name = s.id("log")
    s.post(f"/asterisk/logging/{name}")
    s.post(f"/asterisk/logging/{name}", configuration="notice,warning")
    s.post(f"/asterisk/logging/{name}", configuration="notice")
    s.get(
        "/asterisk/logging",
        keep=lambda list_: [
            {**entry, "channel": name} for entry in list_ if name in entry["channel"]
        ],
    )
    s.delete(f"/asterisk/logging/{name}")
    s.delete(f"/asterisk/logging/{name}")
    s.put(f"/asterisk/logging/{name}/rotate")
    s.post(f"/asterisk/logging/{name}", configuration="notice")
    s.put(f"/asterisk/logging/{name}/rotate")
    s.delete(f"/asterisk/logging/{name}")


@scenario()
def stored_configuration(s: Stage) -> None:
    s.app()
    path = "/asterisk/config/dynamic"
    s.get(
        f"{path}/res_pjsip/endpoint/alice",
        keep=lambda list_: [t for t in list_ if t["attribute"] == "context"],
    )
    s.get(f"{path}/nosuch/endpoint/alice")
    s.get(f"{path}/res_pjsip/nosuch/alice")
    s.get(f"{path}/res_pjsip/endpoint/nobody")
    fields = {"fields": [{"attribute": "max_contacts", "value": "2"}]}
    s.put(f"{path}/nosuch/aor/bob", json=fields)
    s.put(f"{path}/res_pjsip/nosuch/bob", json=fields)
    s.put(f"{path}/res_pjsip/aor/bob", json=fields)
    s.delete(f"{path}/nosuch/aor/bob")
    s.delete(f"{path}/res_pjsip/nosuch/bob")
    s.delete(f"{path}/res_pjsip/endpoint/nobody")
    s.delete(f"{path}/res_pjsip/endpoint/alice")


@scenario()
def stored_configuration_that_can_be_changed(s: Stage) -> None:
    s.app()
    path = f"/asterisk/config/dynamic/res_pjsip/auth/{s.id('carol')}"

    def names(list_: Json) -> Json:
        wanted = ("auth_type", "username")
        return sorted([t["attribute"], t["value"]] for t in list_ if t["attribute"] in wanted)

    def fields(**attributes: str) -> Json:
        return {"fields": [{"attribute": a, "value": v} for a, v in attributes.items()]}

    s.put(path, json=fields(auth_type="userpass", username="carol", password="x"), keep=names)
    s.get(path, keep=names)
    s.put(path, json=fields(username="caroline"), keep=names)
    s.get(path, keep=names)
    s.put(path, json=fields(auth_type="nonsense"))
    s.put(path, json=fields(nosuch="x"))
    s.delete(path)
    s.get(path)
    s.delete(path)
