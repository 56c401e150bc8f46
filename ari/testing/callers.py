"""People with telephones, as a test sees them."""

from __future__ import annotations

from collections.abc import Callable

from ari.testing.server.engine import Engine
from ari.testing.state.endpoints import Endpoint
from ari.testing.state.phones import Phone


class Caller:
    """Somebody on the telephone: in a call that they made, or that they were called into.

    Everything here may be used from any thread.
    """

    def __init__(self, engine: Engine, phone: Phone) -> None:
        self._engine = engine
        self._phone = phone

    def __repr__(self) -> str:
        return f"<Caller {self._phone.channel.name} {self.state}>"

    @property
    def channel_id(self) -> str:
        """Return the id of the caller's channel."""
        return self._phone.channel.id

    @property
    def name(self) -> str:
        """Return the name of the caller's channel."""
        return self._phone.channel.name

    @property
    def state(self) -> str:
        """Return the state of the channel, ``Down`` when the call is over."""
        with self._engine.lock:
            return "Down" if self._phone.ended else self._phone.channel.state

    @property
    def bridge(self) -> str | None:
        """Return the id of the bridge that the caller is in."""
        with self._engine.lock:
            bridge = self._phone.channel.bridge
            return None if bridge is None else bridge.id

    @property
    def application(self) -> str | None:
        """Return the Stasis application that the caller is in."""
        with self._engine.lock:
            control = self._phone.channel.control
            return None if control is None else control.application.name

    @property
    def heard(self) -> list[str]:
        """Return the URIs of what was played to the caller, also through a bridge, in order."""
        with self._engine.lock:
            return list(self._phone.heard)

    @property
    def digits(self) -> str:
        """Return the digits that were sent to the caller."""
        with self._engine.lock:
            return self._phone.digits

    @property
    def texts(self) -> list[str]:
        """Return the text messages that were sent to the caller during the call."""
        with self._engine.lock:
            return list(self._phone.texts)

    @property
    def music(self) -> str | None:
        """Return the class of the music on hold, None when none plays."""
        return self._phone.music

    @property
    def on_hold(self) -> bool:
        """Tell whether the application put the caller on hold."""
        return self._phone.on_hold

    @property
    def ringing(self) -> bool:
        """Tell whether the caller hears, or the called telephone makes, a ringing tone."""
        return self._phone.rings

    @property
    def ended(self) -> bool:
        """Tell whether the call is over."""
        return self._phone.ended

    @property
    def cause(self) -> int | None:
        """Return the Q.850 cause of the end, None while the call lasts."""
        return self._phone.cause

    def press(self, digits: str, *, duration: float = 0.1) -> None:
        """Press keys; each counts as held for *duration* seconds, but no time passes."""
        with self._engine.operate():
            self._phone.press(digits, duration)

    def speak(self, seconds: float) -> None:
        """Talk for some seconds of virtual time, beginning now."""
        with self._engine.operate():
            self._phone.speak(seconds)

    def answer(self) -> None:
        """Answer a ringing telephone."""
        with self._engine.operate():
            self._phone.answer()

    def hold(self) -> None:
        """Put the other side on hold."""
        with self._engine.operate():
            self._phone.hold(True)

    def unhold(self) -> None:
        """Take the other side back from hold."""
        with self._engine.operate():
            self._phone.hold(False)

    def hangup(self, cause: int = 16) -> None:
        """Hang up, with a Q.850 cause."""
        with self._engine.operate():
            self._phone.hangup(cause)

    def send_text(self, text: str, *, to: str = "ari") -> None:
        """Send a text message to the applications that are subscribed to the endpoint."""
        with self._engine.operate() as pbx:
            endpoint = self._phone.endpoint
            message = {
                "from": f"<sip:{endpoint.resource}@127.0.0.1>",
                "to": f"sip:{to}@127.0.0.1",
                "body": text,
                "variables": {},
            }
            pbx.endpoints.send_text(endpoint, message)

    # Waiting

    def wait_until(
        self, condition: Callable[[Caller], bool], timeout: float = 5.0, *, what: str = ""
    ) -> None:
        """Wait until *condition* holds for this caller.

        :param timeout: real seconds.
        :raises TimeoutError: when it does not hold in time.
        """
        self._engine.wait_until(lambda: condition(self), timeout, what or f"{condition}")

    def wait_until_heard(self, media: str, timeout: float = 5.0) -> None:
        """Wait until *media* was played to the caller, or is playing."""
        self.wait_until(
            lambda caller: media in caller.heard, timeout, what=f"{media!r} at {self.name}"
        )

    def wait_until_ended(self, timeout: float = 5.0) -> None:
        """Wait until the call is over."""
        self.wait_until(lambda caller: caller.ended, timeout, what=f"the end of {self.name}")

    def wait_for_state(self, state: str, timeout: float = 5.0) -> None:
        """Wait until the channel is in *state*."""
        self.wait_until(
            lambda caller: caller.state == state, timeout, what=f"state {state} of {self.name}"
        )

    def wait_for_bridge(self, timeout: float = 5.0) -> str:
        """Wait until the caller is in a bridge; return its id."""
        self.wait_until(
            lambda caller: caller.bridge is not None, timeout, what=f"a bridge for {self.name}"
        )
        return self.bridge or ""


class Telephone:
    """A telephone that can be called.

    Its behaviour can be changed at any time with :meth:`behave`.
    """

    def __init__(self, engine: Engine, endpoint: Endpoint) -> None:
        self._engine = engine
        self._endpoint = endpoint

    def __repr__(self) -> str:
        return f"<Telephone {self._endpoint.key}>"

    @property
    def calls(self) -> list[Caller]:
        """Return every call of this telephone, the first one first."""
        with self._engine.lock:
            return [Caller(self._engine, phone) for phone in self._endpoint.history]

    def wait_for_call(self, timeout: float = 5.0, *, count: int = 1) -> Caller:
        """Wait until the telephone was called *count* times; return the last of these calls."""
        self._engine.wait_until(
            lambda: len(self._endpoint.history) >= count,
            timeout,
            f"call {count} at {self._endpoint.key}",
        )
        return self.calls[count - 1]

    def behave(
        self,
        *,
        answers_after: float | None = 0.0,
        busy: bool = False,
        rejects: bool = False,
        online: bool = True,
    ) -> None:
        """Change the behaviour from the next call on; see :meth:`Simulator.endpoint`."""
        with self._engine.operate() as pbx:
            endpoint = self._endpoint
            endpoint.answers_after, endpoint.busy = answers_after, busy
            endpoint.rejects, endpoint.online = rejects, online
            pbx.endpoints.changed(endpoint)

    @property
    def messages(self) -> list[dict[str, object]]:
        """Return the text messages that were sent to this telephone."""
        with self._engine.lock:
            return list(self._endpoint.messages)
