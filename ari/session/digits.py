"""Collecting the digits that a caller presses."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..exceptions import ARIHTTPError, ARIObjectGone, ARIWaitTimeout

if TYPE_CHECKING:
    from ..model import Channel

__all__ = ["read_digits"]


def read_digits(
    channel: Channel,
    max_digits: int,
    timeout: float,
    first_digit_timeout: float | None,
    terminators: str,
    prompt: str | Iterable[str] | None,
) -> str:
    """Collect digits from a channel; see :meth:`ari.model.Channel.read_digits`."""
    if max_digits < 1:
        raise ValueError(f"read_digits() got max_digits={max_digits}: at least one digit is needed")
    playback: Any = None
    # The prompt's id is made here, so that it is listened for before it begins.
    playback_id = str(uuid.uuid4())
    channel_key, playback_key = channel.event_key, ("Playback", playback_id)
    keys = [channel_key] if prompt is None else [channel_key, playback_key]
    types = ["ChannelDtmfReceived", "PlaybackFinished"]
    digits = ""
    with channel.client.waiting.open(types, keys) as waiter:
        deadline: float | None = None
        first = timeout if first_digit_timeout is None else first_digit_timeout
        if prompt is not None:
            playback = channel.play(media=prompt, playbackId=playback_id)
        else:
            deadline = time.monotonic() + first
        while len(digits) < max_digits:
            try:
                event = waiter.get(deadline)
            except ARIWaitTimeout:
                break
            except ARIObjectGone as gone:
                if gone.key != playback_key:
                    raise
                event = {"type": "PlaybackFinished", "playback": {"id": playback_id}}
            if event["type"] == "PlaybackFinished":
                if playback is not None and event["playback"]["id"] == playback_id:
                    playback, deadline = None, time.monotonic() + first
                continue
            if playback is not None:
                _silence(playback)
                playback = None
            if event["digit"] in terminators:
                break
            digits += event["digit"]
            deadline = time.monotonic() + timeout
    return digits


def _silence(playback: Any) -> None:
    """Stop a prompt; one that has just ended, or cannot be stopped, need not be."""
    try:
        playback.stop()
    except ARIHTTPError:
        return
