"""One client in several processes: nobody gets another's answers, and the parent's events go on.

The programs are run by what really forks them; ``make processes`` installs the servers.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ari.testing import Simulator

PROGRAMS = Path(__file__).parent / "programs"
BIN = Path(sys.executable).parent
DEADLINE = 40.0

#: A request asks 4 questions of the 320 that are asked of each web server.
REQUESTS = 80


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


def environment(sim: Simulator, **more: str) -> dict[str, str]:
    paths = os.pathsep.join([str(PROGRAMS), str(PROGRAMS.parents[2])])
    return {
        **os.environ,
        "ARI_URL": sim.url,
        "ARI_USER": sim.user,
        "ARI_PASSWORD": sim.password,
        "PYTHONPATH": paths,
        **more,
    }


def run_program(sim: Simulator, name: str, *arguments: str) -> str:
    """Run a program to its end, and return what it printed."""
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / name), *arguments],
        env=environment(sim),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_answers(printed: str, processes: int = 8) -> None:
    """Check that every process reported, and that none got a wrong answer."""
    reports = sorted(printed.split("\n")[:-1])
    assert len({report.split()[0] for report in reports}) == processes, printed
    assert [report for report in reports if report.split()[1] != "0"] == []


@pytest.mark.parametrize("program", ["with_os_fork.py", "with_pool_executor.py"])
def test_forked_children_get_their_own_answers(sim: Simulator, program: str) -> None:
    check_answers(run_program(sim, program))


def test_children_of_a_fork_in_c_get_their_own_answers(sim: Simulator) -> None:
    check_answers(run_program(sim, "without_notice.py"))


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_processes_of_multiprocessing_get_their_own_answers(sim: Simulator, method: str) -> None:
    check_answers(run_program(sim, "with_multiprocessing.py", method))


def test_the_parents_events_go_on_whatever_children_do(sim: Simulator) -> None:
    with Program([sys.executable, str(PROGRAMS / "with_events.py")], environment(sim)) as program:
        assert program.line() == "left"
        assert re.match(r"ARIObjectGone: .*process \d+ reads the events", program.line())
        assert program.line() == "call the child"
        first = sim.call("PJSIP/alice", app="childs")
        assert program.line() == f"child answered {first.channel_id}"
        assert program.line() == "run ended"
        assert program.line() == "call the parent"
        second = sim.call("PJSIP/bob", app="parents")
        assert program.line() == f"parent got {second.channel_id}"
        assert program.line() == "call the forking one"
        third = sim.call("PJSIP/carol", app="forking")
        assert re.match(r"child's run ended: run\(\) goes on in the parent", program.line())
        third.hangup()
        assert program.line() == "parent's run ended"
        assert program.process.wait(DEADLINE) == 0


class Program:
    """A program that runs beside the test."""

    def __init__(self, command: list[str], env: dict[str, str], **options: Any) -> None:
        self.process = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            _, errors = self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, errors = self.process.communicate()
        sys.stderr.write(errors)

    def line(self) -> str:
        """Return the next line that it prints; '' at its end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


GUNICORN = ["gunicorn", "wsgi", "--workers", "4", "--bind", "127.0.0.1:{port}"]
UWSGI = ["uwsgi", "--master", "--processes", "4", "--module", "wsgi", "--need-app"]
UWSGI += ["--die-on-term", "--http-socket", "127.0.0.1:{port}"]

WEB_SERVERS = {
    "gunicorn": GUNICORN,
    "gunicorn, preloaded": [*GUNICORN, "--preload"],
    "gunicorn, preloaded, threads": [*GUNICORN, "--preload", "--threads", "4"],
    "gunicorn, preloaded, gevent": [*GUNICORN, "--preload", "--worker-class", "gevent"],
    "uwsgi": UWSGI,
    "uwsgi, threads": [*UWSGI, "--enable-threads", "--threads", "4"],
    "uwsgi, lazy": [*UWSGI, "--lazy-apps"],
}


@pytest.mark.parametrize("command", WEB_SERVERS.values(), ids=WEB_SERVERS)
def test_workers_of_a_web_server_get_their_own_answers(sim: Simulator, command: list[str]) -> None:
    if not (BIN / command[0]).exists():
        pytest.skip(f"{command[0]} is not installed; make processes installs it")
    port = free_port()
    command = [str(BIN / command[0]), *(word.format(port=port) for word in command[1:])]
    with Program(command, environment(sim)):
        wait_until_served(port)
        with ThreadPoolExecutor(8) as pool:
            wrong = list(pool.map(lambda n: ask(port, n), range(REQUESTS)))
    assert sum(wrong) == 0


def ask(port: int, number: int) -> int:
    """Have one worker ask; return how many answers were wrong."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{number}", timeout=DEADLINE) as answer:
        return int(answer.read())


def wait_until_served(port: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            ask(port, 0)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.mark.filterwarnings("ignore")  # which are Celery's affair
def test_workers_of_celery_get_their_own_answers(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("celery", reason="make processes installs it")
    for folder in ("queue", "control", "results"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("CELERY_FOLDER", str(tmp_path))
    monkeypatch.syspath_prepend(str(PROGRAMS))
    import tasks

    command = [str(BIN / "celery"), "-A", "tasks", "worker", "--pool", "prefork"]
    command += ["--concurrency", "4", "--without-mingle", "--without-gossip"]
    with Program(command, environment(sim, CELERY_WORKER="1"), cwd=tmp_path):
        results = [tasks.questions.delay(number) for number in range(8)]
        answers = [result.get(timeout=DEADLINE, interval=0.05) for result in results]
    assert sum(wrong for _, wrong in answers) == 0
    assert len({worker for worker, _ in answers}) > 1
