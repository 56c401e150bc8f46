"""Collecting the digits that a caller presses; procedures."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial

from ..events.trail import DIGITS
from ..exceptions import ARIDescriptionError, ARIHTTPError, ARIObjectGone, ARIWaitTimeout
from ..kinds import Key
from ..rest.call import prepare
from ..swagger.client import SwaggerClient
from ..transport.base import Json
from ..transport.procedures import Procedure
from .session import Session
from .waiting import first_event

__all__ = ["read_digits"]


def read_digits(
    session: Session,
    channel_id: str,
    *,
    max_digits: int,
    timeout: float,
    first_digit_timeout: float | None,
    terminators: str,
    prompt: str | Iterable[str] | None,
    typed_ahead: bool,
    match: str | Callable[[str], object] | None,
    attempts: int,
    invalid: str | Iterable[str] | None,
    total_timeout: float | None,
) -> Procedure[str]:
    """Collect digits from a channel; see :meth:`ari.model.Channel.read_digits`."""
    for name, number in (("max_digits", max_digits), ("attempts", attempts)):
        if number < 1:
            raise ValueError(f"read_digits() got {name}={number}: it must be at least 1")
    if isinstance(match, str):
        match = re.compile(match).fullmatch
    first = timeout if first_digit_timeout is None else first_digit_timeout
    end = None if total_timeout is None else time.monotonic() + total_timeout
    prompts = _media(prompt)
    for attempt in range(attempts):
        if not typed_ahead or attempt:
            _forget_digits(session, channel_id, session.waits.count + 1)
        digits = yield from _read_once(
            session, channel_id, max_digits, first, timeout, terminators, prompts, end
        )
        if match is None:
            return digits
        if match(digits):
            return digits
        if end is not None and time.monotonic() >= end:
            break
        prompts = [*_media(invalid), *_media(prompt)]
    return ""


def _media(given: str | Iterable[str] | None) -> list[str]:
    if given is None:
        return []
    return [given] if isinstance(given, str) else list(given)


def _forget_digits(session: Session, channel_id: str, number: int) -> None:
    """Digits before the event of this number are not looked back for."""
    session.lookback.start_at([("Channel", channel_id)], DIGITS, number)


def _read_once(
    session: Session,
    channel_id: str,
    max_digits: int,
    first: float,
    between: float,
    terminators: str,
    prompts: list[str],
    end: float | None,
) -> Procedure[str]:
    """Collect digits once.

    :param first: seconds until the first digit, counted from the end of the prompt.
    :param between: seconds between two digits.
    :param end: the ``time.monotonic()`` second at which to stop in any case.
    """
    # The prompt's id is made here, so that it is listened for before it begins; '' for none.
    playing = str(uuid.uuid4()) if prompts else ""
    prompt_key: Key = ("Playback", playing)
    channel_key: Key = ("Channel", channel_id)
    keys = [channel_key, prompt_key] if playing else [channel_key]
    digits = ""
    with session.open_wait([*DIGITS, "PlaybackFinished"], keys) as waiter:
        deadline: float | None = None
        if playing:
            media = {"media": prompts, "playbackId": playing}
            play = session.swagger.require("channels.play").model
            yield prepare(play, (), media, {"channelId": channel_id})
        else:
            deadline = time.monotonic() + first
        while len(digits) < max_digits:
            ask = partial(session.ask_about, [prompt_key if playing else channel_key])
            until = _earlier(deadline, end)
            try:
                event: Json = yield from first_event(waiter, None, until, ask, known=True)
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
                yield from _stop(session.swagger, playing)
                playing = ""
            _forget_digits(session, channel_id, waiter.latest + 1)
            if event["digit"] in terminators:
                break
            digits += event["digit"]
            deadline = time.monotonic() + between
        else:
            return digits
        if playing:  # its time is over, so the prompt is in the way of what comes next
            yield from _stop(session.swagger, playing)
    return digits


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _stop(swagger: SwaggerClient, playback_id: str) -> Procedure[None]:
    """Stop a prompt; one that has just ended, or cannot be stopped, is left alone."""
    try:
        yield prepare(swagger.require("playbacks.stop").model, (playback_id,), {})
    except (ARIHTTPError, ARIDescriptionError):
        return
