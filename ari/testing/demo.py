"""Demo callers: they come, listen, press digits, talk and go, so that a program has visitors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from ari.testing.callers import Caller
from ari.testing.simulator import Simulator

PEOPLE = ("Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi")


class Visitor:
    """One demo caller, and what is known of them so far."""

    def __init__(self, name: str, app: str, caller: Caller) -> None:
        self.name = name
        self.app = app
        self.caller = caller
        self._told_state = ""
        self._told_media = 0
        self._told_bridge: str | None = None
        self._told_music: str | None = None
        self._told_end = False

    def news(self) -> Iterator[str]:
        """Report what has happened to them since the last time."""
        caller = self.caller
        state, bridge, music = caller.state, caller.bridge, caller.music
        if state == "Up" and self._told_state != "Up":
            yield f"{self.name} is answered"
        self._told_state = state
        heard = caller.heard
        for media in heard[self._told_media :]:
            yield f"{self.name} hears {media}"
        self._told_media = len(heard)
        if bridge != self._told_bridge and not caller.ended:
            yield f"{self.name} is in bridge {bridge}" if bridge else f"{self.name} left the bridge"
        self._told_bridge = bridge
        if music is not None and music != self._told_music:
            yield f"{self.name} hears music ({music})"
        self._told_music = music
        if caller.ended and not self._told_end:
            self._told_end = True
            yield f"{self.name} is gone (cause {caller.cause})"


class Demo:
    """Sends visitors to applications.

    :param apps: the applications to call; when empty, all that are connected.
    :param args: the arguments of the application, the same for all visitors.
    :param interval: virtual seconds between two visitors.
    :param seed: with the same seed, visitors do the same things in every run.
    """

    def __init__(
        self,
        simulator: Simulator,
        *,
        apps: tuple[str, ...] = (),
        args: Sequence[str] = (),
        interval: float = 4.0,
        seed: int | None = None,
    ) -> None:
        self._simulator = simulator
        self._apps = apps
        self._args = args
        self._interval = interval
        self._random = random.Random(seed)
        self._visitors: list[Visitor] = []
        self._told: list[str] = []
        self._number = 0

    def start(self) -> None:
        """Send the first visitor soon, and then one after the other."""
        self._simulator.after(self._interval / 4, self._come)

    def _come(self) -> None:
        self._simulator.after(self._interval, self._come)
        connected = self._simulator.applications
        apps = [app for app in connected if not self._apps or app in self._apps]
        if not apps:
            return
        name = PEOPLE[self._number % len(PEOPLE)]
        self._number += 1
        app = self._random.choice(apps)
        number = f"555{self._number:04d}"
        self._told.append(f"{name} ({number}) calls {app}")
        caller = self._simulator.call(
            f"PJSIP/{name.lower()}", app=app, args=self._args, name=name, number=number
        )
        self._visitors.append(Visitor(name, app, caller))
        self._plan(name, caller)

    def _plan(self, name: str, caller: Caller) -> None:
        """Decide what a visitor does, and when."""
        chance, after = self._random, self._simulator.after
        now = chance.uniform(3, 6)
        for digit in chance.choice(("1", "2", "12#", "123", "")):
            after(now, lambda digit=digit: self._press(name, caller, digit))  # type: ignore[misc]
            now += chance.uniform(0.5, 2)
        after(now, lambda: self._speak(name, caller, 2.0))
        after(now + chance.uniform(4, 10), lambda: self._hang_up(name, caller))

    def _press(self, name: str, caller: Caller, digit: str) -> None:
        if not caller.ended:
            self._told.append(f"{name} presses {digit}")
            caller.press(digit)

    def _speak(self, name: str, caller: Caller, seconds: float) -> None:
        if not caller.ended:
            self._told.append(f"{name} talks for {seconds:g} seconds")
            caller.speak(seconds)

    def _hang_up(self, name: str, caller: Caller) -> None:
        if not caller.ended:
            self._told.append(f"{name} hangs up")
            caller.hangup()

    def news(self) -> list[str]:
        """Return what has happened since the last time, in order as far as that is known."""
        lines = []
        told, self._told = self._told, []
        lines += told
        for visitor in self._visitors:
            lines += visitor.news()
        self._visitors = [visitor for visitor in self._visitors if not visitor.caller.ended]
        return lines
