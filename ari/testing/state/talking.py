"""TALK_DETECT: publish when the far end of a channel begins and stops talking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ari.testing.core.clock import Timer

if TYPE_CHECKING:
    from ari.testing.state.channels import Channel

#: Seconds of silence after which somebody has stopped talking.
PATIENCE = 2.5


class TalkDetector:
    """Listens to one channel until it is closed.

    :param options: what TALK_DETECT was set to: milliseconds of silence, and a threshold that
        means nothing here.
    """

    def __init__(self, channel: Channel, options: str) -> None:
        self._channel = channel
        words = options.split(",")
        self._patience = int(words[0]) / 1000 if words[0].isdigit() else PATIENCE
        self._since: float | None = None
        self._silent_since = 0.0
        self._timer: Timer | None = None
        channel.core.audio_changed.connect(self._listen)

    def close(self) -> None:
        """Stop listening."""
        self._channel.core.audio_changed.disconnect(self._listen)

    def _listen(self) -> None:
        clock = self._channel.core.clock
        if self._channel.sound() == "talk":
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._since is None:
                self._since = clock.now
                self._channel.emit("ChannelTalkingStarted")
        elif self._since is not None and self._timer is None:
            self._silent_since = clock.now
            self._timer = clock.call_later(self._patience, self._stopped)

    def _stopped(self) -> None:
        since, self._since, self._timer = self._since, None, None
        if not self._channel.hung_up and since is not None:
            duration = int((self._silent_since - since) * 1000)
            self._channel.emit("ChannelTalkingFinished", duration=duration)
