"""Device states, endpoints, mailboxes and sounds."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


@scenario()
def device_state_from_first_to_last(s: Stage) -> None:
    app = s.app()
    device = "Stasis:" + s.id("d1")
    s.post(f"/applications/{app}/subscription", eventSource=f"deviceState:{device}")
    s.get(f"/deviceStates/{device}")
    for state in ("NOT_INUSE", "INUSE", "INUSE", "ringing"):
        s.put(f"/deviceStates/{device}", deviceState=state)
    app.wait("DeviceStateChanged", device_state=device, state="RINGING")
    s.get(f"/deviceStates/{device}")
    s.get("/deviceStates", keep=lambda list_: [d for d in list_ if d["name"] == device])
    s.delete(f"/applications/{app}/subscription", eventSource=f"deviceState:{device}")
    s.delete(f"/deviceStates/{device}")
    s.get(f"/deviceStates/{device}")
    s.get("/deviceStates", keep=lambda list_: [d for d in list_ if d["name"] == device])


@scenario()
def device_states_of_every_kind(s: Stage) -> None:
    s.app()
    device = "Stasis:" + s.id("d1")
    for state in (
        "NOT_INUSE",
        "INUSE",
        "BUSY",
        "INVALID",
        "UNAVAILABLE",
        "RINGING",
        "RINGINUSE",
        "ONHOLD",
        "UNKNOWN",
        "NONSENSE",
        None,
    ):
        s.put(f"/deviceStates/{device}", deviceState=state)
        s.get(f"/deviceStates/{device}")


@scenario()
def device_state_errors(s: Stage) -> None:
    s.app()
    s.put("/deviceStates/PJSIP%2Falice", deviceState="INUSE")
    s.delete("/deviceStates/PJSIP%2Falice")
    s.put("/deviceStates/Stasis:", deviceState="INUSE")
    s.delete("/deviceStates/Stasis:")
    s.get("/deviceStates/PJSIP%2Falice")
    s.get("/deviceStates/PJSIP%2Fnobody")
    s.get("/deviceStates/Nothing%2Fx")
    s.get("/deviceStates/Stasis:nothing")
    s.delete("/deviceStates/Stasis:nothing")


@scenario()
def device_state_subscribed_twice(s: Stage) -> None:
    app = s.app()
    device = "Stasis:" + s.id("d1")
    path = f"/applications/{app}/subscription"
    s.post(path, eventSource=f"deviceState:{device}")
    s.post(path, eventSource=f"deviceState:{device}")
    s.put(f"/deviceStates/{device}", deviceState="BUSY")
    app.wait("DeviceStateChanged", device_state=device)
    s.delete(path, eventSource=f"deviceState:{device}")
    s.put(f"/deviceStates/{device}", deviceState="INUSE")
    s.delete(path, eventSource=f"deviceState:{device}")


@scenario()
def endpoints(s: Stage) -> None:
    s.app()
    # The line may still list the channels of the previous scenario.
    for path in ("/endpoints", "/endpoints/PJSIP", "/endpoints/pjsip"):
        s.get(path, keep=lambda list_: [e for e in list_ if e["resource"] == "alice"])
    s.get("/endpoints/PJSIP/alice")
    s.get("/endpoints/PJSIP/nobody")
    s.get("/endpoints/Nothing")
    s.get("/endpoints/Nothing/x")


@scenario()
def messages_that_cannot_be_sent(s: Stage) -> None:
    s.app()
    s.put("/endpoints/sendMessage")
    s.put("/endpoints/sendMessage", to="nonsense", **{"from": "x"})
    s.put("/endpoints/sendMessage", to="Nothing:x", body="hello", **{"from": "PJSIP/alice"})
    s.put("/endpoints/PJSIP/nobody/sendMessage", body="hello", **{"from": "PJSIP/alice"})
    s.put(
        "/endpoints/PJSIP/alice/sendMessage",
        json={"variables": {"X": 1}},
        **{"from": "PJSIP/alice"},
    )


@scenario(not_on={"16": "16 has no refer"})
def references_that_cannot_be_made(s: Stage) -> None:
    s.app()
    s.post("/endpoints/refer")
    s.post("/endpoints/refer", to="nonsense", refer_to="x", **{"from": "x"})
    s.post("/endpoints/PJSIP/nobody/refer", refer_to="x", **{"from": "x"})


@scenario()
def mailboxes(s: Stage) -> None:
    s.app()
    box = s.id("100")
    s.get(f"/mailboxes/{box}")
    s.put(f"/mailboxes/{box}", oldMessages=1, newMessages=2)
    s.get("/mailboxes")
    s.delete(f"/mailboxes/{box}")


@scenario()
def sounds(s: Stage) -> None:
    s.app()
    # Debian links the English sounds under several names of that language.
    s.get(
        "/sounds/tt-monkeys",
        keep=lambda sound: {
            **sound,
            "formats": [f for f in sound["formats"] if f["language"] == "en"],
        },
    )
    s.get("/sounds/nosuchsound")
    s.get(
        "/sounds",
        lang="en",
        format="gsm",
        keep=lambda list_: sorted(x["id"] for x in list_ if x["id"] in ("beep", "tt-monkeys")),
    )
    s.get("/sounds", lang="xx")
    s.get("/sounds", format="xx")
