"""What the client draws from its own calls.

A call brings events about, and these may come before the call's answer does. So that a listener or
a wait that follows the call misses none of them, the calls are watched: waits look back to them,
and what a handler makes is not reported to other handlers before it has had its chance to listen.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..events.listeners import ListenerTable
from ..events.waits import WaitingRoom
from ..model import BaseObject
from ..swagger.client import Operation
from .gap import SubscriptionLedger

if TYPE_CHECKING:
    from .workers import Dispatcher

__all__ = ["CallWatch"]

#: The operations that make an object whose id the caller may choose, its class, and the parameter.
_MAKERS = {
    "bridges.create": ("Bridge", "bridgeId"),
    "bridges.createWithId": ("Bridge", "bridgeId"),
    "bridges.play": ("Playback", "playbackId"),
    "bridges.playWithId": ("Playback", "playbackId"),
    "bridges.record": ("LiveRecording", "name"),
    "channels.create": ("Channel", "channelId"),
    "channels.externalMedia": ("Channel", "channelId"),
    "channels.originate": ("Channel", "channelId"),
    "channels.originateWithId": ("Channel", "channelId"),
    "channels.play": ("Playback", "playbackId"),
    "channels.playWithId": ("Playback", "playbackId"),
    "channels.record": ("LiveRecording", "name"),
    "channels.snoopChannel": ("Channel", "snoopId"),
    "channels.snoopChannelWithId": ("Channel", "snoopId"),
}

#: The parameters that name objects which a call is about, and the objects' class.
_ABOUT = {
    "bridgeId": "Bridge",
    "channel": "Channel",
    "channelId": "Channel",
    "playbackId": "Playback",
    "recordingName": "LiveRecording",
}


#: Seconds in which the last events of a bridge come after the answer to its destruction.
_LAST_EVENTS = 1.0


class CallWatch:
    """Is told of every call of a client's operations.

    :param waiting: whose waits look back to the calls.
    :param ledger: notes the subscriptions.
    :param table: lets go the listeners of what a call ended.
    """

    def __init__(
        self, waiting: WaitingRoom, ledger: SubscriptionLedger, table: ListenerTable
    ) -> None:
        self._waiting = waiting
        self._ledger = ledger
        self._table = table
        self._here = threading.local()
        waiting.before_wait = self._before_wait

    def handling(self, dispatcher: Dispatcher) -> None:
        """Learn that the current thread is about to call handlers."""
        self._here.dispatcher = dispatcher

    def before(self, operation: Operation, values: dict[str, Any]) -> int:
        """Learn that an operation is about to be called; return what :meth:`after` wants.

        When a worker is about to make an object, the object gets an id here, and its events are
        held back until the handler ends or waits.
        """
        began = self._waiting.now
        for name, class_name in _ABOUT.items():
            given = values.get(name, [])
            ids = given if isinstance(given, list) else str(given).split(",")
            self._waiting.look_back([(class_name, str(item)) for item in ids], began)
        if operation.label in _MAKERS:
            class_name, parameter = _MAKERS[operation.label]
            dispatcher = self._dispatcher
            if dispatcher is not None and dispatcher.workers:
                if any(p["name"] == parameter for p in operation.json["parameters"]):
                    values.setdefault(parameter, str(uuid.uuid4()))
                dispatcher.hold((class_name, values.get(parameter)))
            if parameter in values:
                self._waiting.renew((class_name, str(values[parameter])))
        return began

    def after(
        self, operation: Operation, values: Mapping[str, Any], result: Any, began: int
    ) -> None:
        """Learn that an operation was called, and succeeded."""
        if operation.label in _MAKERS and isinstance(result, BaseObject):
            self._waiting.look_back([result.event_key], began)
        self._ledger.note(operation.label, values)
        if operation.label == "bridges.destroy":
            # Asterisk tells only those who are subscribed, which the last channel's leaving ends.
            key = ("Bridge", str(values["bridgeId"]))
            self._waiting.retire(key, "was destroyed", grace=_LAST_EVENTS)
            self._table.keep_for_a_while(key)

    @property
    def _dispatcher(self) -> Dispatcher | None:
        dispatcher: Dispatcher | None = getattr(self._here, "dispatcher", None)
        return dispatcher

    def _before_wait(self) -> None:
        """Let a handler that is about to wait hold nothing back."""
        if self._dispatcher is not None:
            self._dispatcher.release()
