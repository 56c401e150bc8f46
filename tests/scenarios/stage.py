"""Play a scenario on any server that speaks ARI, and write down all that it said.

A :class:`Stage` knows nothing of the library: it speaks plain HTTP and reads WebSockets, so that it
can judge the library's simulator and a real Asterisk alike. What is written down is normalised: the
names that differ from one run to the next become the same ones each time, and events are kept
in order within one channel (or bridge, or device), since no order holds between channels.

::

    scenario(stage) ──> requests ──> steps of the transcript
                    ──> App.wait <── events ──> lists of the transcript, by app and subject
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import requests

from tests.scenarios.application import DEADLINE, App
from tests.scenarios.normal import Event, Json, Normaliser, matches, subject

FENCE = "fence"
SHOWN_HEADERS = ("Location", "Allow", "WWW-Authenticate", "Access-Control-Allow-Origin")


class Answer:
    """What the server answered.

    :ivar status: the HTTP status
    :ivar body: the JSON of the body, its text if it is not JSON, None if there is no body
    """

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.content = response.content
        self.body: Json = None
        if response.content:
            is_json = "json" in response.headers.get("Content-Type", "")
            self.body = response.json() if is_json else response.text

    def __getitem__(self, key: str) -> Json:
        return self.body[key]


class Phone:
    """A person who calls an application.

    :ivar id: the channel at the caller's end
    :ivar far: the channel that the application gets
    """

    def __init__(self, stage: Stage, app: App, phone_id: str, far: str) -> None:
        self.stage = stage
        self.app = app
        self.id = phone_id
        self.far = far

    def answered(self) -> None:
        """Wait until the application has answered."""
        self.app.wait("StasisStart", channel=self.id)

    def press(self, digits: str, **query: Any) -> None:
        """Press keys."""
        answer = self.stage.peek("POST", f"/channels/{self.id}/dtmf", dtmf=digits, **query)
        assert answer.status == 204, answer.body

    def hang_up(self, **query: Any) -> None:
        """Hang up."""
        self.stage.peek("DELETE", f"/channels/{self.id}", **query)


class Stage:
    """One run of one scenario on one server.

    :param server: an object with ``url``, ``user`` and ``password``
    :ivar watches_all: whether an application has subscribed to everything
    """

    def __init__(self, server: Any) -> None:
        self.server = server
        self.url = server.url.rstrip("/") + "/ari"
        self.credentials = (server.user, server.password)
        self.steps: list[Json] = []
        self.apps: list[App] = []
        self.watches_all = False
        self._suffix = "_" + "".join(random.choices("bcdfghjkmnpqrstvwxz", k=6))
        self._ids: list[str] = []
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._masked: set[str] = set()
        self._passed_over: list[tuple[str, dict[str, Any]]] = []

    @property
    def _session(self) -> requests.Session:
        """Return the session of this thread: a connection serves one request at a time."""
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._sessions.append(self._local.session)
        session: requests.Session = self._local.session
        return session

    # ---- names

    def id(self, name: str) -> str:
        """Return an id that nobody else has, and that is written down as ``name``."""
        return name + self._suffix

    def ids(self, *names: str) -> list[str]:
        """Return several such ids."""
        return [self.id(name) for name in names]

    def mask(self, *keys: str) -> None:
        """Write down only that these members were present: their values differ between runs."""
        self._masked.update(keys)

    def pass_over(self, type_: str, **fields: Any) -> None:
        """Leave out events whose presence, or whose place among the others, is a race."""
        self._passed_over.append((type_, fields))

    # ---- applications and people

    def app(
        self, name: str = "app", *, recorded: bool = True, far_ends: bool = False, **query: Any
    ) -> App:
        """Connect an application.

        :param far_ends: whether the far halves of Local channels are written down too; they run
            the dialplan on their own, so that much of what they do is a race with us
        """
        self.watches_all = self.watches_all or "subscribeAll" in query
        app = App(
            self.url,
            self.credentials,
            self.id(name),
            recorded=recorded,
            far_ends=far_ends,
            **self.plain(query),
        )
        self.apps.append(app)
        return app

    def app_named(self, names: str) -> App:
        """Connect applications of exactly these names; their events are not written down."""
        app = App(self.url, self.credentials, names, recorded=False, far_ends=False)
        self.apps.append(app)
        return app

    def phone(self, app: App | str, name: str = "c1", args: str = "") -> Phone:
        """Call an application; what happens on the caller's side is not recorded.

        :param name: what the application's channel is called
        """
        listener = next((a for a in self.apps if a.name == self.id("phone")), None)
        if listener is None:
            listener = self.app("phone", recorded=False)
        phone = Phone(self, listener, self.id(f"phone-{name}"), self.id(name))
        answer = self.peek(
            "POST",
            f"/channels/{phone.id}",
            endpoint=f"Local/stasis-{app}@default/n",
            otherChannelId=phone.far,
            app=listener,
            json={"variables": {"STASIS_ARGS": args}} if args else None,
        )
        assert answer.status == 200, answer.body
        return phone

    def incoming(self, app: App, name: str = "c1", args: str = "") -> Phone:
        """Call an application and wait until the call has arrived."""
        phone = self.phone(app, name, args)
        app.wait("StasisStart", channel=phone.far)
        return phone

    def answered(self, app: App, name: str = "c1", args: str = "") -> Phone:
        """Call an application, and answer."""
        phone = self.incoming(app, name, args)
        self.post(f"/channels/{phone.far}/answer")
        app.wait("ChannelStateChange", channel=phone.far, state="Up")
        phone.answered()
        return phone

    def answered_quietly(self, app: App, name: str = "c1") -> Phone:
        """Call an application that receives no event of the answer, and answer."""
        phone = self.incoming(app, name)
        self.post(f"/channels/{phone.far}/answer")
        phone.answered()
        return phone

    # ---- requests

    def plain(self, query: dict[str, Any]) -> dict[str, Any]:
        """Spell query values as they are sent."""
        return {key: spell(value) for key, value in query.items() if value is not None}

    def peek(self, method: str, path: str, *, json: Json = None, **query: Any) -> Answer:
        """Send a request that is not part of the transcript."""
        response = self._session.request(
            method,
            self.url + path,
            params=self.plain(query),
            json=json,
            auth=self.credentials,
            timeout=60,
        )
        return Answer(response)

    def _written(
        self,
        method: str,
        path: str,
        *,
        json: Json = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
        auth: Any = (),
        keep: Callable[[Json], Json] = lambda body: body,
        **query: Any,
    ) -> Callable[[], Answer]:
        """Write down a request; return what sends it and writes down the answer."""
        step: dict[str, Json] = {"request": f"{method} {path}"}
        if query:
            step["query"] = self.plain(query)
        if json is not None or data is not None:
            step["body"] = json if json is not None else str(data)[:80]
        self.steps.append(step)

        def send() -> Answer:
            response = self._session.request(
                method,
                self.url + path,
                params=self.plain(query),
                json=json,
                data=data,
                headers=headers,
                auth=self.credentials if auth == () else auth,
                timeout=60,
            )
            answer = Answer(response)
            step["status"] = answer.status
            if answer.status == 201:
                # The channel's thread may have begun or failed by the time the answer is written.
                answer.body["state"] = "<any>"
            if answer.body is not None:
                step["answer"] = keep(answer.body) if answer.status < 400 else answer.body
            shown = {h: answer.headers[h] for h in SHOWN_HEADERS if h in answer.headers}
            if shown:
                step["headers"] = shown
            return answer

        return send

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request and write down what the server answers.

        :param json: the body
        :param data: a body that is not JSON, with its type in ``headers``
        :param auth: user and password; None for none
        :param keep: a function that picks the part of the answer to write down
        """
        return self._written(method, path, **options)()

    def get(self, path: str, **query: Any) -> Answer:
        """GET, and write it down."""
        return self.request("GET", path, **query)

    def post(self, path: str, **query: Any) -> Answer:
        """POST, and write it down."""
        return self.request("POST", path, **query)

    def put(self, path: str, **query: Any) -> Answer:
        """PUT, and write it down."""
        return self.request("PUT", path, **query)

    def delete(self, path: str, **query: Any) -> Answer:
        """DELETE, and write it down."""
        return self.request("DELETE", path, **query)

    @contextlib.contextmanager
    def meanwhile(self, method: str, path: str, **options: Any) -> Iterator[Future[Answer]]:
        """Send a request on a connection of its own while the body of the ``with`` goes on."""
        send = self._written(method, path, **options)
        with ThreadPoolExecutor(1) as pool:
            yield (future := pool.submit(send))
            future.result(DEADLINE)

    def note(self, **facts: Json) -> None:
        """Write down something else that must be the same on every server."""
        self.steps.append({"note": facts})

    def until(self, condition: Callable[[], Any], what: str = "") -> Any:
        """Check the condition repeatedly until it holds."""
        pause = threading.Event()
        deadline = time.monotonic() + DEADLINE
        while not (result := condition()):
            assert time.monotonic() < deadline, f"never came true: {what or condition}"
            pause.wait(0.02)
        return result

    # ---- fences

    def fence(self, app: App, channel: str | None = None) -> None:
        """Return when the events that were on their way to the application have arrived.

        :param channel: a channel whose events have arrived then for certain
        """
        mark = f"{FENCE}{len(self.steps)}x{random.randrange(10**9)}"
        if channel is not None:
            answer = self.peek("POST", f"/channels/{channel}/variable", variable=mark, value="1")
            assert answer.status == 204, answer.body
            app.wait("ChannelVarset", variable=mark)
        else:
            answer = self.peek("POST", f"/events/user/{mark}", application=app)
            assert answer.status == 204, answer.body
            app.wait("ChannelUserevent", eventname=mark)

    # ---- the end

    def transcript(self) -> Json:
        """Return all that was written down, normalised."""
        for app in self.apps:
            if app.recorded and not app.closed and not app.seen("ApplicationReplaced"):
                with contextlib.suppress(AssertionError):
                    self.fence(app)
        normal = Normaliser(self._suffix, self._masked)
        steps = [normal(step) for step in self.steps]
        events: dict[str, dict[str, list[Json]]] = {}
        for number, app in enumerate(self.apps):
            if not app.recorded:
                continue
            name = normal(app.name)
            if name in events:
                name = f"{name} #{number + 1}"
            lists = events.setdefault(name, {})
            came = app.heard()
            entered = {e["channel"]["id"] for e in came if e["type"] == "StasisStart"}
            for event in came:
                if self._is_recorded(event, app, entered):
                    lists.setdefault(normal(subject(event)), []).append(normal.event(event))
            events[name] = dict(sorted(lists.items()))
        return {"steps": steps, "events": events}

    def _is_recorded(self, event: Event, app: App, entered: set[str]) -> bool:
        channel = event.get("channel") or event.get("peer") or {"id": "", "name": ""}
        is_far_end = channel["name"].endswith(";2") and channel["id"] not in entered
        if is_far_end and not app.far_ends:
            return False
        for key in ("eventname", "variable"):
            if str(event.get(key, "")).startswith(FENCE):
                return False
        return not any(
            event["type"] == type_ and matches(event, fields) for type_, fields in self._passed_over
        )

    def close(self) -> None:
        """Remove all channels, bridges, recordings and devices from the server."""

        def channels() -> list[Json]:
            return list(self.peek("GET", "/channels").body)

        for channel in channels():
            self.peek("DELETE", f"/channels/{quote(channel['id'])}")
        for bridge in self.peek("GET", "/bridges").body:
            self.peek("DELETE", f"/bridges/{quote(bridge['id'])}")
        self.until(lambda: not channels(), "the end of all channels")
        for app in self.apps:
            app.close()
        stored = self.peek("GET", "/recordings/stored")
        # Before the first recording the directory is missing, and Asterisk answers 500.
        for recording in stored.body if stored.status == 200 else []:
            self.peek("DELETE", f"/recordings/stored/{quote(recording['name'])}")
        for device in self.peek("GET", "/deviceStates").body:
            self.peek("DELETE", f"/deviceStates/{quote(device['name'])}")
        for session in self._sessions:
            session.close()


def quote(name: str) -> str:
    """Encode a path segment."""
    return urllib.parse.quote(name, safe="")


def spell(value: Any) -> Any:
    """Spell a value as ARI wants it in a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)
    return value if isinstance(value, int) else str(value)
