"""Run a real Asterisk for the tests: on a port of its own, and certainly gone afterwards.

Several instances can run from one folder (see ``install_asterisk.py``): each has its own
configuration, run, log and spool directories under ``/srv`` in the folder, and its own port on
127.0.0.1.
"""

from __future__ import annotations

import abc
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path

import requests

from tests.asterisk.harness.dialplan import dialplan
from tests.asterisk.harness.leash import Leash

HERE = Path(__file__).resolve().parent
USER = "asterisk"
PASSWORD = "asterisk"
READER = "reader"
READER_PASSWORD = "just-looking"
ALLOWED_ORIGIN = "http://allowed.example"


class ServerError(Exception):
    """Asterisk could not be started or did not answer in time."""


class Server:
    """An Asterisk that the tests talk to.

    :ivar name: what the tests call it
    :ivar url: the address for ``ari.connect``
    :ivar user: a user who may do everything, with ``password``
    :ivar reader: a read-only user, with ``reader_password``; None if there is none
    :ivar controllable: whether the tests may stop, kill and freeze it
    :ivar idle_timeout: seconds after which it closes a connection that nobody uses
    :ivar scale: the fraction of a load test that it gets; 1 is all of it
    """

    controllable = False
    idle_timeout = 15.0
    scale = 1.0

    def __init__(self, name: str, url: str, user: str, password: str) -> None:
        self.name = name
        self.url = url if url.endswith("/") else url + "/"
        self.user = user
        self.password = password
        self.reader: str | None = None
        self.reader_password: str | None = None

    def __repr__(self) -> str:
        return f"<{self.name} at {self.url}>"

    @property
    def version(self) -> tuple[int, ...]:
        """Ask the server for its version: ``(22, 10, 1)``."""
        answer = requests.get(
            f"{self.url}ari/asterisk/info",
            params={"only": "system"},
            auth=(self.user, self.password),
            timeout=20,
        )
        answer.raise_for_status()
        words = answer.json()["system"]["version"].replace("~", "+").replace("-", "+").split("+")
        return tuple(int(number) for number in words[0].split(".") if number.isdigit())

    def answers(self) -> bool:
        """Tell whether ARI serves requests now."""
        try:
            answer = requests.get(
                f"{self.url}ari/asterisk/info", auth=(self.user, self.password), timeout=5
            )
        except requests.RequestException:
            return False
        return answer.status_code == requests.codes.ok


class OwnServer(Server, abc.ABC):
    """A server that belongs to the tests: they may start, kill and freeze it; a context manager.

    :ivar port: where it is on 127.0.0.1, also after it was killed and started again
    """

    controllable = True

    def __init__(self, name: str) -> None:
        self.port = free_port()
        super().__init__(name, f"http://127.0.0.1:{self.port}/", USER, PASSWORD)
        self.reader, self.reader_password = READER, READER_PASSWORD

    def __enter__(self) -> OwnServer:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    @abc.abstractmethod
    def running(self) -> bool:
        """Tell whether it lives (a frozen one does)."""

    @abc.abstractmethod
    def start(self) -> None:
        """Start it, on the port it had before, and return when ARI answers."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Stop it politely, as an administrator does."""

    @abc.abstractmethod
    def kill(self) -> None:
        """Kill it without warning; return when it is gone."""

    @abc.abstractmethod
    def freeze(self) -> None:
        """Suspend it: connections stay open and nothing answers, until :meth:`thaw`."""

    @abc.abstractmethod
    def thaw(self) -> None:
        """Resume it after :meth:`freeze`."""

    @abc.abstractmethod
    def close(self) -> None:
        """Kill it and remove what it has written. Harmless when done twice."""


class AsteriskServer(OwnServer):
    """An instance that runs in a folder made by ``make asterisk``.

    :param root: the folder
    :param name: what the tests call it
    """

    def __init__(self, root: Path, name: str) -> None:
        super().__init__(name)
        self.sip_port = free_port(socket.SOCK_DGRAM)
        self.root = root
        self.home = f"/srv/{name}-{uuid.uuid4().hex[:8]}"
        self.process: subprocess.Popen[bytes] | None = None
        self._leash: Leash | None = None
        self._frozen = False

    @property
    def running(self) -> bool:
        """Tell whether the process lives (a frozen one does)."""
        return self.process is not None and self.process.poll() is None

    @property
    def inside(self) -> Path:
        """Return the instance's directory as seen from outside the folder."""
        return self.root / self.home.lstrip("/")

    def start(self, timeout: float = 60) -> None:
        """Start it, on the port it had before, and return when ARI answers.

        :param timeout: seconds until ServerError
        """
        if self.running:
            return
        if os.geteuid() != 0:
            raise ServerError("a real Asterisk runs in a folder by chroot: run this as root")
        self._configure()
        with (self.inside / "log/console.log").open("ab") as console:
            self.process = subprocess.Popen(
                [*self._chroot(), "-f", "-n"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        self._leash = Leash(self.process.pid, self.inside)
        try:
            self._wait_until_booted(timeout)
        except BaseException:
            self.kill()
            raise

    def stop(self, timeout: float = 20) -> None:
        """Stop it politely, as an administrator does; kill it if it does not end in time."""
        if not self.running:
            return
        assert self.process is not None
        self.thaw()
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout)
        self.kill()

    def kill(self) -> None:
        """Kill it with SIGKILL; return when it is gone."""
        if self._leash is not None:
            self._leash.drop()
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
        self._frozen = False

    def freeze(self) -> None:
        """Suspend it: connections stay open and nothing answers, until :meth:`thaw`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        self._frozen = True

    def thaw(self) -> None:
        """Resume it after :meth:`freeze`."""
        if self._frozen and self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        self._frozen = False

    def close(self) -> None:
        """Kill it and remove what it has written. Harmless when done twice."""
        self.kill()
        shutil.rmtree(self.inside, ignore_errors=True)

    def cli(self, command: str, timeout: float = 20) -> str:
        """Run a command of Asterisk's console and return what it prints."""
        done = subprocess.run(
            [*self._chroot(), "-rx", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
        return done.stdout

    def log(self, lines: int = 40) -> str:
        """Return the end of its log."""
        text = ""
        for name in ("console.log", "messages.log"):
            with contextlib.suppress(OSError):
                text += (self.inside / "log" / name).read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _chroot(self) -> list[str]:
        return [
            "chroot",
            str(self.root),
            "/usr/sbin/asterisk",
            "-C",
            f"{self.home}/etc/asterisk.conf",
        ]

    def _configure(self) -> None:
        for name in ("etc", "lib/keys", "spool/recording", "run", "log", "cache"):
            (self.inside / name).mkdir(parents=True, exist_ok=True)
        modules = next(self.root.glob("usr/lib/**/asterisk/modules"))
        words = {
            "@HOME@": self.home,
            "@MODULES@": f"/{modules.relative_to(self.root)}",
            "@PORT@": str(self.port),
            "@SIP@": str(self.sip_port),
        }
        for source in (HERE / "etc").glob("*.conf"):
            text = dialplan() if source.name == "extensions.conf" else source.read_text()
            for word, value in words.items():
                text = text.replace(word, value)
            (self.inside / "etc" / source.name).write_text(text)
        shutil.copy(self.root / "etc/asterisk/indications.conf", self.inside / "etc")

    def _wait_until_booted(self, timeout: float) -> None:
        assert self.process is not None
        deadline = time.monotonic() + timeout
        while not self.answers():
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self.process.wait(0.05)
                raise ServerError(f"{self.name} ended with code {code}:\n{self.log()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} does not answer after {timeout} s:\n{self.log()}")
        self.cli("core waitfullybooted", timeout)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port of 127.0.0.1 that nobody uses now.

    It is none of those that the system gives to outgoing connections: while the server is down, a
    client that keeps trying would eventually be given the server's port and connect to itself.
    """
    for port in random.sample(range(10000, 32000), 200):
        with socket.socket(type=kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ServerError("no free port between 10000 and 32000")
