"""The WebSocket itself, and requests that go over it."""

import json

import websocket

from tests.scenarios.application import App
from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage


def ask(app: App, **request: object) -> None:
    """Send a request over the WebSocket and wait for its answer."""
    app.send(json.dumps(request))
    app.wait("RESTResponse")


@scenario()
def sockets_that_are_refused(s: Stage) -> None:
    url = s.url.replace("http", "ws", 1) + "/events"
    user, password = s.credentials
    for query in (
        "?app=x",
        f"?app=x&api_key={user}:wrong",
        f"?api_key={user}:{password}",
        f"?app=&api_key={user}:{password}",
    ):
        try:
            websocket.create_connection(url + query, timeout=20).close()
        except websocket.WebSocketBadStatusException as refusal:
            s.note(query=query, status=refusal.status_code)
    socket = websocket.create_connection(
        f"{url}?app={s.id('x')}&api_key={user}:{password}", timeout=20, subprotocols=["ari"]
    )
    s.note(subprotocol=socket.subprotocol)
    socket.send_close(3001, b"enough")
    opcode, data = socket.recv_data()
    s.note(opcode=opcode, code=int.from_bytes(data[:2], "big"))
    socket.shutdown()


@scenario(not_on={"16": "16 takes no requests over the WebSocket"})
def requests_over_the_socket(s: Stage) -> None:
    app = s.app()
    b1 = s.id("b1")
    ask(
        app,
        type="RESTRequest",
        transaction_id="t1",
        request_id="r1",
        method="POST",
        uri=f"bridges/{b1}?type=mixing",
    )
    ask(app, type="RESTRequest", method="GET", uri=f"bridges/{s.id('nothing')}")
    ask(
        app,
        type="RESTRequest",
        request_id="r2",
        method="POST",
        uri=f"events/user/Hello?application={app}",
        content_type="application/json",
        message_body='{"variables": {"a": "1"}}',
    )
    app.wait("ChannelUserevent", eventname="Hello")
    ask(
        app,
        type="RESTRequest",
        method="DELETE",
        uri=f"bridges/{b1}",
        query_strings=[{"name": "x", "value": "y"}],
    )


@scenario(not_on={"16": "16 takes no requests over the WebSocket"})
def requests_over_the_socket_that_are_wrong(s: Stage) -> None:
    app = s.app()
    for text in ("nonsense", "5", "{}", "[]", '{"type": 5}', '{"type": "Other"}'):
        app.send(text)
        app.wait("RESTResponse")
    ask(app, type="RESTRequest", request_id="1")
    ask(app, type="RESTRequest", request_id="2", method="GET", uri="")
    ask(app, type="RESTRequest", request_id="3", uri="channels")
    ask(app, type="RESTRequest", request_id="4", method="get", uri="channels")
    ask(app, type="RESTRequest", request_id="5", method="GET", uri="/channels")
    ask(app, type="RESTRequest", request_id="6", method="GET", uri="ari/channels")
    ask(app, type="RESTRequest", request_id="7", method="GET", uri="channels/")
    ask(app, type="RESTRequest", request_id="8", method="PUT", uri="channels")
    ask(app, type="RESTRequest", request_id=9, method="GET", uri="nosuch")
    ask(app, type="RESTRequest", request_id="10", method="POST", uri="bridges", message_body="{}")
    ask(
        app,
        type="RESTRequest",
        request_id="11",
        method="POST",
        uri="bridges",
        message_body="{",
        content_type="application/json",
    )
    ask(
        app,
        type="RESTRequest",
        request_id="12",
        method="POST",
        uri="bridges",
        message_body="x",
        content_type="text/plain",
    )
    ask(
        app,
        type="RESTRequest",
        request_id="13",
        method="GET",
        uri="asterisk/ping",
        query_strings=[{"name": 1}],
    )
    ask(app, type="RESTRequest", request_id="14", method="GET", uri="events")
    ask(app, type="RESTRequest", request_id="15", method="OPTIONS", uri="channels")
