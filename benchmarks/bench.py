"""A client for the benchmarks, without any server: the bundled description, and no network."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import requests

import ari
from ari.session.run import Run


class BundledDocs:
    """An http client that serves the bundled description and nothing else."""

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        name = url.rsplit("/", 1)[-1]
        response = requests.Response()
        response.status_code = 200
        response._content = files("ari").joinpath("api_docs", name).read_bytes()
        return response

    def ws_connect(self, url: str, params: Any = None) -> Any:
        raise NotImplementedError

    def close(self) -> None:
        pass


class Asterisk:
    """Lets events happen to a client, on the way that they take from the socket to the handlers."""

    def __init__(self, workers: int = 0) -> None:
        self.client = ari.Client("http://localhost:8088/", BundledDocs())
        self.run = Run(
            self.client._session,
            ["app"],
            workers=workers,
            reconnect=None,
            ping_interval=10.0,
            ping_timeout=5.0,
        )
        self.workers = self.run._workers

    def channel(self, channel_id: str) -> Any:
        return ari.model.Channel(self.client, {"id": channel_id, "name": "n", "state": "Up"})

    @staticmethod
    def event(event_type: str, channel_id: str) -> str:
        """Return an event as the text of a message, of about the usual size."""
        channel = {
            "id": channel_id,
            "name": f"PJSIP/alice-{channel_id}",
            "state": "Up",
            "caller": {"name": "Alice", "number": "5550100"},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {"context": "default", "exten": "s", "priority": 1, "app_name": "Stasis"},
            "creationtime": "2026-01-01T00:00:00.000+0000",
            "language": "en",
        }
        return json.dumps(
            {
                "type": event_type,
                "application": "app",
                "timestamp": "2026-01-01T00:00:00.000+0000",
                "asterisk_id": "00:00:00:00:00:00",
                "channel": channel,
            }
        )

    def happen(self, message: str) -> None:
        """Take a message as the reading thread does, and call its handlers."""
        self.run.on_message(message)
        taken = self.workers._lanes.take()
        if taken is not None:
            lane, task = taken
            task()
            self.workers._done(lane)
