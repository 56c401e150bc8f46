"""``ari simulate``: a PBX in memory with demo callers, and a program that is run on it.

::

    ari simulate                               # any program may connect to http://127.0.0.1:8088
    ari simulate -- python my-application.py   # ARI_URL, ARI_USER and ARI_PASSWORD say where
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TextIO

import click
from rich.console import Console
from rich.markup import escape

from ari.testing import Simulator
from ari.testing.demo import Demo


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8088, show_default=True, help="Port; 0 for any that is free.")
@click.option("--user", default="asterisk", show_default=True, help="Who may connect.")
@click.option("--password", default="asterisk", show_default=True, help="Their password.")
@click.option(
    "--app", "apps", multiple=True, help="Application to call; may be repeated.  [default: all]"
)
@click.option("--args", default="", help="Arguments that the callers bring, separated by commas.")
@click.option(
    "--speed", default=1.0, show_default=True, help="Seconds of the simulator per real second."
)
@click.option("--interval", default=4.0, show_default=True, help="Seconds between two callers.")
@click.option("--callers/--no-callers", default=True, help="Whether demo callers come.")
@click.option("--seed", type=int, help="Let the callers do the same every time.")
@click.option("--duration", type=float, help="Real seconds until it ends.  [default: until Ctrl-C]")
@click.option(
    "--dialplan",
    type=click.File(),
    help="An extensions.conf whose extensions can be dialled.",
)
@click.argument("program", nargs=-1)
def simulate(
    host: str,
    port: int,
    user: str,
    password: str,
    apps: tuple[str, ...],
    args: str,
    speed: float,
    interval: float,
    callers: bool,
    seed: int | None,
    duration: float | None,
    dialplan: TextIO | None,
    program: tuple[str, ...],
) -> None:
    """Start a PBX in memory, with callers, for ARI programs to be tried on.

    PROGRAM, if given, is run until it ends; it finds the simulator by ARI_URL, ARI_USER and
    ARI_PASSWORD. Put -- before it.
    """
    if speed <= 0 or math.isnan(speed):
        raise click.BadParameter("must be more than 0", param_hint="--speed")
    console = Console(highlight=False)
    text = "" if dialplan is None else dialplan.read()
    try:
        simulator = Simulator(
            host=host, port=port, users={user: password}, speed=speed, dialplan=text
        )
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--dialplan") from error
    try:
        simulator.start()
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error}") from error
    with simulator:
        console.print(f"[bold]Simulator[/bold] at {simulator.url}, user {user}")
        given = args.split(",") if args else []
        demo = Demo(simulator, apps=apps, args=given, interval=interval, seed=seed)
        if callers:
            demo.start()
        child = _start(program, simulator) if program else None
        try:
            _narrate(simulator, demo, console.print, duration, child)
        except KeyboardInterrupt:
            console.print("Bye.")
        finally:
            status = _end(child)
    sys.exit(status)


def _start(program: tuple[str, ...], simulator: Simulator) -> subprocess.Popen[bytes]:
    """Run the user's program, and tell it where the simulator is."""
    where = {
        "ARI_URL": f"{simulator.url}/",
        "ARI_USER": simulator.user,
        "ARI_PASSWORD": simulator.password,
        "PYTHONUNBUFFERED": "1",
    }
    try:
        return subprocess.Popen(program, env={**os.environ, **where})
    except OSError as error:
        sys.exit(f"cannot run {program[0]}: {error.strerror}")


def _narrate(
    simulator: Simulator,
    demo: Demo,
    say: Callable[[str], None],
    duration: float | None,
    child: subprocess.Popen[bytes] | None,
) -> None:
    """Print what happens until the time is over or the program ends."""
    began = time.monotonic()
    connected: list[str] = []
    while child is None or child.poll() is None:
        elapsed = time.monotonic() - began
        if duration is not None and elapsed >= duration:
            return
        lines = []
        now = simulator.applications
        lines += [f"application {name} is connected" for name in now if name not in connected]
        lines += [f"application {name} is gone" for name in connected if name not in now]
        connected = now
        for line in [*lines, *demo.news()]:
            say(f"[dim]{elapsed:6.1f}[/dim]  {escape(line)}")
        simulator.wait_for_news(0.2)


def _end(child: subprocess.Popen[bytes] | None) -> int:
    """End the program as Ctrl-C does; return its status, 0 if we ended it."""
    if child is None:
        return 0
    status = child.poll()
    if status is not None:
        return status
    child.send_signal(signal.SIGINT)
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    return 0
