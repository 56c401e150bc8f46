"""Collecting the digits that a caller presses; a procedure."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Sequence

from ..events.waits import Waiter
from ..exceptions import ARIHTTPError, ARIObjectGone, ARIWaitTimeout
from ..kinds import Key
from ..rest.call import prepare
from ..swagger.client import SwaggerClient
from ..transport.base import Json
from ..transport.procedures import Procedure
from .waiting import NextEvent

__all__ = ["read_digits"]


def read_digits(
    swagger: SwaggerClient,
    open_wait: Callable[[Sequence[str], Sequence[Key]], Waiter],
    channel_id: str,
    *,
    max_digits: int,
    timeout: float,
    first_digit_timeout: float | None,
    terminators: str,
    prompt: str | Iterable[str] | None,
) -> Procedure[str]:
    """Collect digits from a channel; see :meth:`ari.model.Channel.read_digits`.

    :param open_wait: begins a wait for events of some types, about some objects.
    """
    if max_digits < 1:
        raise ValueError(f"read_digits() got max_digits={max_digits}: at least one digit is needed")
    first = timeout if first_digit_timeout is None else first_digit_timeout
    # The prompt's id is made here, so that it is listened for before it begins; '' for none.
    playing = "" if prompt is None else str(uuid.uuid4())
    prompt_key = ("Playback", playing)
    keys = [("Channel", channel_id), *([prompt_key] if playing else ())]
    digits = ""
    with open_wait(["ChannelDtmfReceived", "PlaybackFinished"], keys) as waiter:
        deadline: float | None = None
        if playing:
            play = swagger.channels.play.model
            media = {"media": prompt, "playbackId": playing}
            yield prepare(play, (), media, {"channelId": channel_id})
        else:
            deadline = time.monotonic() + first
        while len(digits) < max_digits:
            try:
                event: Json = yield NextEvent(waiter, deadline)
            except ARIWaitTimeout:
                break
            except ARIObjectGone as gone:
                if gone.key != prompt_key:
                    raise
                event = {"type": "PlaybackFinished", "playback": {"id": prompt_key[1]}}
            if event["type"] == "PlaybackFinished":
                if playing and event["playback"]["id"] == playing:
                    playing, deadline = "", time.monotonic() + first
                continue
            if playing:
                yield from _stop(swagger, playing)
                playing = ""
            if event["digit"] in terminators:
                break
            digits += event["digit"]
            deadline = time.monotonic() + timeout
    return digits


def _stop(swagger: SwaggerClient, playback_id: str) -> Procedure[None]:
    """Stop a prompt; one that has just ended, or cannot be stopped, is left alone."""
    try:
        yield prepare(swagger.playbacks.stop.model, (playback_id,), {})
    except ARIHTTPError:
        return
