"""A PBX without a server, for tests: requests go in and events come out, through no socket."""

from __future__ import annotations

import json
import unittest
from typing import Any
from urllib.parse import quote, urlencode

from ari.testing.core.answers import Answer, Pending
from ari.testing.pbx import PBX
from ari.testing.rest.description import load_description
from ari.testing.rest.handlers import handlers
from ari.testing.rest.routing import Request, Router
from ari.testing.state.channels import Channel
from ari.testing.state.endpoints import Endpoint
from ari.testing.state.links import PhoneLink
from ari.testing.state.phones import Phone

ROUTER = Router(load_description())


class Ear:
    """A connection that remembers what it was sent."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def send(self, event: dict[str, Any]) -> None:
        self.events.append(json.loads(json.dumps(event)))

    def types(self, *, but: tuple[str, ...] = ("ChannelVarset", "ChannelDialplan")) -> list[str]:
        return [event["type"] for event in self.events if event["type"] not in but]

    def of(self, event_type: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == event_type]

    def forget(self) -> None:
        self.events.clear()


class PBXCase(unittest.TestCase):
    """A test with a PBX, an application ``app`` that is connected, and a few extensions."""

    def setUp(self) -> None:
        self.pbx = PBX()
        self.handlers = handlers(self.pbx)
        self.ear = Ear()
        self.pbx.applications.connect("app", self.ear)
        dialplan = self.pbx.dialplan
        dialplan.extension("answer", "Answer", "Wait(3600)")
        dialplan.extension("ring", "Ringing", "Wait(3600)")
        dialplan.extension("busy", "Busy(20)")

    def ask(self, method: str, path: str, *, body: Any = None, **query: Any) -> Answer | Pending:
        """Send a request and let everything that is due happen."""
        outcome = ROUTER.dispatch(
            Request(
                method,
                path,
                urlencode(query),
                content_type="" if body is None else "application/json",
                body=b"" if body is None else json.dumps(body).encode(),
            ),
            self.handlers,
        )
        self.pbx.clock.settle()
        return outcome

    def send(self, method: str, path: str, *, body: Any = None, **query: Any) -> Any:
        """Send a request that must succeed; return the body of the answer."""
        outcome = self.ask(method, path, body=body, **query)
        answer = outcome.answer if isinstance(outcome, Pending) else outcome
        assert answer is not None, f"{method} {path} is not answered yet"
        self.assertLess(answer.status, 400, answer.body)
        return answer.body

    def refused(
        self, status: int, message: str, method: str, path: str, *, body: Any = None, **query: Any
    ) -> None:
        """Send a request that must be refused in these words."""
        outcome = self.ask(method, path, body=body, **query)
        answer = outcome.answer if isinstance(outcome, Pending) else outcome
        assert answer is not None
        said = answer.body.get("message", answer.body.get("error"))
        self.assertEqual((answer.status, said), (status, message))

    def pass_time(self, seconds: float) -> None:
        self.pbx.clock.run_until(self.pbx.clock.now + seconds)

    def originate(self, endpoint: str = "Local/answer@default", **query: Any) -> str:
        """Originate into the application; return the channel's id."""
        return str(self.send("POST", "channels", endpoint=endpoint, app="app", **query)["id"])

    def incoming(self, name: str = "alice", *, answer: bool = True) -> Phone:
        """Call the application from a telephone; return that."""
        endpoint = self.pbx.endpoints.get(f"PJSIP/{name}")
        if endpoint is None:
            endpoint = Endpoint("PJSIP", name)
            self.pbx.add_endpoint(endpoint)
        self.pbx.dialplan.extension("in", "Stasis(app)", "Set(AFTER=1)", "Wait(5)")
        identifier = self.pbx.core.numbering.next_id()
        phone = self.pbx.exchange.add_phone(endpoint, identifier, state="Ring")
        phone.channel.place.exten = "in"
        self.pbx.runner.enter(phone.channel)
        self.pbx.clock.settle()
        if answer:
            self.send("POST", f"channels/{phone.channel.id}/answer")
        return phone


def phone_of(channel: Channel) -> Phone:
    assert isinstance(channel.link, PhoneLink)
    return channel.link.phone


def enc(text: str) -> str:
    return quote(text, safe="")
