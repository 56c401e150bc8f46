"""The table of channels, by their ids."""

from __future__ import annotations

from ari.testing.core.core import Core
from ari.testing.state.channels import Channel
from ari.testing.state.links import Link


class Channels(dict[str, Channel]):
    """The channels by their ids."""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core

    def add(self, identifier: str, name: str, link: Link, *, state: str) -> Channel:
        """Make a channel, which stays in the table until it is gone."""
        channel = Channel(self._core, identifier, name, link, state=state)
        link.attach(channel)
        self[identifier] = channel
        channel.gone.connect(lambda: self._forget(channel))
        return channel

    def _forget(self, channel: Channel) -> None:
        self.pop(channel.id, None)
        self._core.applications.forget_channel(channel.id)

    def find(self, identifier: str) -> Channel | None:
        """Return the channel of an id, in whatever case it is written."""
        channel = self.get(identifier)
        if channel is None:
            wanted = identifier.lower()
            channel = next((c for c in self.values() if c.id.lower() == wanted), None)
        return channel

    def find_by_id_or_name(self, text: str) -> Channel | None:
        """Return the channel of an id or of a name."""
        wanted = text.lower()
        return self.find(text) or next((c for c in self.values() if c.name.lower() == wanted), None)
