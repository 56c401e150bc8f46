"""Dialling: one attempt to reach the far end of a channel, and the Dial events it causes."""

from __future__ import annotations

from collections.abc import Callable

from ari.testing.core.causes import SIP_STATUS
from ari.testing.core.clock import Timer
from ari.testing.state.channels import Channel

DIAL_STATUS = {17: "BUSY", 34: "CONGESTION", 3: "CHANUNAVAIL", 20: "CHANUNAVAIL"}


class Dialling:
    """One attempt to reach the far end of a channel.

    :param repeat_dialstring: whether later events repeat the dialled address.
    """

    def __init__(
        self,
        channel: Channel,
        dialstring: str,
        *,
        repeat_dialstring: bool = True,
        on_answer: Callable[[], None],
        on_failure: Callable[[int], None],
    ) -> None:
        self.channel = channel
        self._dialstring = dialstring
        self._repeat = repeat_dialstring
        self._on_answer = on_answer
        self._on_failure = on_failure
        self._timer: Timer | None = None
        self._answered_early = False
        self._announced = False

    def start(self, timeout: float | None) -> bool:
        """Call the far end; return False when that is impossible.

        :param timeout: seconds until the attempt ends, None for no end.
        """
        self.channel.dialling = self
        if not self.channel.link.dial():
            self.channel.dialling = None
            return False
        self._publish("")
        self._announced = True
        if self._answered_early:
            self.answered()
        if timeout is not None and self.channel.dialling is self:
            self._timer = self.channel.core.clock.call_later(timeout, self._expire)
        return True

    def _publish(self, status: str) -> None:
        dialstring = self._dialstring if self._repeat or not status else ""
        fields = {"dialstatus": status, "forward": "", "dialstring": dialstring}
        self.channel.core.bus.publish(
            self.channel.copies, "Dial", lambda: {**fields, "peer": self.channel.json()}
        )

    def _expire(self) -> None:
        self._end()
        self.channel.ending.cause = 19
        self.channel.link.timed_out()
        self._on_failure(19)

    def _end(self) -> None:
        self.channel.dialling = None
        if self._timer is not None:
            self._timer.cancel()

    def progress(self) -> None:
        """Report that there is something to hear at the far end."""
        self._publish("PROGRESS")

    def ringing(self) -> None:
        """Report that the far end rings."""
        self.channel.set_state("Ringing")
        self._publish("RINGING")

    def answered(self) -> None:
        """Report that the far end answered."""
        if not self._announced:  # some far ends answer while they are being called
            self._answered_early = True
            return
        self._end()
        self.channel.set_state("Up")
        self._publish("ANSWER")
        self._on_answer()

    def failed(self, cause: int, status: str) -> None:
        """Report that the far end is busy; it may stay on the line all the same."""
        self._publish(status)
        self._on_failure(cause)

    def refused(self, cause: int) -> None:
        """Report that the far end ended the attempt."""
        self._end()
        self.channel.request_hangup(cause, tech_cause=SIP_STATUS.get(cause, 480))
        self._publish(DIAL_STATUS.get(cause, "NOANSWER"))

    def cancelled(self) -> None:
        """End the attempt from this side."""
        self._end()
        self._publish("NOANSWER")
