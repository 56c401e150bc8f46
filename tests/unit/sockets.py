"""The far end of event streams: WebSockets without a network, for the tests to speak on."""

import json
import os
import queue
import socket
import ssl
import struct
import threading
from collections import deque

import websocket

from .support import MockedAsterisk

DEADLINE = 20.0

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Peer:
    """The server's end of one WebSocket.

    :ivar apps: the applications that it was opened for.
    """

    def __init__(self, sock, apps=()):
        self.sock = sock
        self.apps = list(apps)
        self.sock.settimeout(DEADLINE)

    def send(self, *messages):
        """Send messages: an event as a dict, a text, or the bytes of a text frame."""
        frames = b""
        for message in messages:
            text = json.dumps(message) if isinstance(message, dict) else message
            frames += frame(TEXT, text.encode() if isinstance(text, str) else text)
        self.sock.sendall(frames)

    def send_frame(self, opcode, payload=b"", *, final=True):
        self.sock.sendall(frame(opcode, payload, final=final))

    def receive(self):
        """Return the opcode and payload of the next frame; (None, b'') at the end."""
        head = self._exactly(2)
        if not head:
            return None, b""
        length = head[1] & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._exactly(8))
        mask = self._exactly(4) if head[1] & 0x80 else bytes(4)
        payload = self._exactly(length)
        return head[0] & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))

    def _exactly(self, size):
        found = b""
        while len(found) < size:
            try:
                more = self.sock.recv(size - len(found))
            except ConnectionError:
                more = b""
            if not more:
                return b""
            found += more
        return found

    def leave(self, code=1001):
        """Close as a server does that shuts down politely."""
        self.send_frame(CLOSE, struct.pack("!H", code))
        self.drop()

    def drop(self):
        """Close without a word."""
        self.sock.close()


def frame(opcode, payload, *, final=True):
    """Return a frame as servers send it, unmasked."""
    length = len(payload)
    head = bytes([(0x80 if final else 0) | opcode])
    if length < 126:
        head += bytes([length])
    elif length < 1 << 16:
        head += bytes([126]) + struct.pack("!H", length)
    else:
        head += bytes([127]) + struct.pack("!Q", length)
    return head + payload


class Exchange:
    """Opens WebSockets, as ``HttpClient.ws_connect`` does, and keeps their far ends.

    :ivar attempts: how many WebSockets were asked for.
    """

    def __init__(self):
        self.attempts = 0
        self.refusals = deque()
        self._peers = queue.Queue()
        self._all = []

    def refuse(self, *errors):
        """Answer the next attempts with these exceptions."""
        self.refusals.extend(errors)

    def connect(self, apps=(), params=None):
        """Open a WebSocket; ``params`` is the query of a real one."""
        self.attempts += 1
        if self.refusals:
            raise self.refusals.popleft()
        near, far = tcp_pair()
        if params:
            apps = params["app"].split(",")
        peer = Peer(far, apps)
        self._all += [near, far]
        self._peers.put(peer)
        return as_websocket(near)

    def next(self):
        """Return the far end of the next connection, waiting for it."""
        return self._peers.get(timeout=DEADLINE)

    def close(self):
        for sock in self._all:
            sock.close()


def tcp_pair():
    """Return two sockets that are connected to each other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname(), timeout=DEADLINE)
        far, _ = listener.accept()
    for sock in (near, far):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return near, far


def as_websocket(sock):
    """Make of a connected socket a WebSocket whose handshake is over."""
    ws = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=True)
    ws.sock = sock
    ws.connected = True
    return ws


def tls_pair(authority):
    """Return two connected sockets that speak TLS.

    :param authority: a ``trustme.CA``.
    """
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server_context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    near, far = tcp_pair()
    accepted = []
    thread = threading.Thread(
        target=lambda: accepted.append(server_context.wrap_socket(far, server_side=True))
    )
    thread.start()
    near = client_context.wrap_socket(near, server_hostname="localhost")
    thread.join(DEADLINE)
    return near, accepted[0]


def open_sockets():
    """Return how many sockets this process has open."""
    count = 0
    for number in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
        except OSError:  # closed since it was listed
            continue
    return count


def library_threads():
    """Return the threads that the library started and that live."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("ari-")]


class StreamedAsterisk(MockedAsterisk):
    """Tests with a client of a mocked Asterisk whose events come on WebSockets of ours."""

    def setUp(self):
        super().setUp()
        self.exchange = Exchange()
        self.addCleanup(self.exchange.close)
        self.client.swagger.http_client.ws_connect = self.exchange.connect
        self.errors = []
        self.client.exception_handler = self.errors.append

    def start(self, apps="app", **options):
        """Call ``run()`` in a thread; return the run and the far end of its connection."""
        run = Run(self.client, apps, options)
        self.addCleanup(run.end)
        return run, self.exchange.next()


class Run:
    """A ``run()`` in a thread.

    :ivar failure: what it raised.
    """

    def __init__(self, client, apps, options):
        self.failure = None
        self._client = client
        self._thread = threading.Thread(target=self._run, args=(apps, options))
        self._thread.start()

    def _run(self, apps, options):
        try:
            self._client.run(apps, **options)
        except BaseException as ex:  # noqa: BLE001 - the test judges it
            self.failure = ex

    def end(self):
        """Close the client, and wait for the end."""
        self._client.close()
        return self.wait()

    def wait(self):
        """Wait for the end; return what it raised."""
        self._thread.join(DEADLINE)
        if self._thread.is_alive():
            raise AssertionError("run() does not end")
        return self.failure


class Inbox:
    """Collects what it is called with, for another thread to wait for."""

    def __init__(self):
        self._calls = queue.Queue()

    def __call__(self, *args, **kwargs):
        self._calls.put(args[0] if len(args) == 1 and not kwargs else args)

    def next(self):
        return self._calls.get(timeout=DEADLINE)

    @property
    def empty(self):
        return self._calls.empty()
