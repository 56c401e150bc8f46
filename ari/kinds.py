"""What Asterisk's objects are: one row a class, and the only place that says so.

Everything that treats classes of objects differently reads these rows: which events are about an
object and end it, which operations make it, how applications subscribe to it, and which methods
of a client and classes of :mod:`ari.model` there are. A new class of object is one more row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

__all__ = [
    "ABOUT",
    "BY_NAME",
    "ENDS",
    "KINDS",
    "LEAVES",
    "MAKERS",
    "SOURCES",
    "TARGETS",
    "Key",
    "Kind",
    "ended_key",
    "target_keys",
]

#: An object as events and listeners know it: its class's name and its id.
Key = tuple[str, str]


@dataclass(frozen=True)
class Kind:
    """One class of Asterisk's objects.

    :ivar name: the class's name in the declarations.
    :ivar plural: what documentation calls several of them.
    :ivar resource: the repository that its operations stand in.
    :ivar path_parameters: the path parameters that name one, in the order of ``id_fields``.
    :ivar id_fields: the fields of its JSON that make up its id, which a slash joins.
    :ivar has_events: whether a client has an ``on_…_event`` method for it.
    :ivar is_in_events: whether any Asterisk so far declares an event with one.
    :ivar named_by: the parameters of any operation that name one which the request is about.
    :ivar source_scheme: the scheme of an event source: ``bridge`` in ``bridge:ID``; '' if it is
        no event source.
    :ivar listed_in: the field of an Application that lists the event sources of this class.
    :ivar all_topic: what stands in that field for all objects of the class.
    :ivar target_scheme: the scheme in the ``target_uri`` of what plays on it or records it.
    :ivar is_targeted: whether its ``target_uri`` names the channel or bridge that it is on.
    :ivar ended_by: the events that end it.
    :ivar left_by: the events after which it may come back, or may end without an event.
    :ivar made_by: the operations that make one, with the parameter that may choose its id.
    :ivar found_by: the operation that tells whether one still exists; '' for what does not come
        and go.
    :ivar listed_by: the operation that tells which ones there are; '' if none does.
    """

    name: str
    plural: str
    resource: str
    path_parameters: tuple[str, ...]
    id_fields: tuple[str, ...] = ("id",)
    has_events: bool = True
    is_in_events: bool = True
    named_by: tuple[str, ...] = ()
    source_scheme: str = ""
    listed_in: str = ""
    all_topic: str = ""
    target_scheme: str = ""
    is_targeted: bool = False
    ended_by: tuple[str, ...] = ()
    left_by: tuple[str, ...] = ()
    made_by: Mapping[str, str] = field(default_factory=dict)
    found_by: str = ""
    listed_by: str = ""

    @cached_property
    def listen_method(self) -> str:
        """The client's method that registers listeners for it: ``on_live_recording_event``."""
        return f"on_{re.sub('(?<!^)(?=[A-Z])', '_', self.name).lower()}_event"


#: In the order in which an event that is about several objects belongs to a call: to its channel
#: if it has one, else to its bridge, and so on.
KINDS = (
    Kind(
        "Channel",
        "channels",
        resource="channels",
        path_parameters=("channelId",),
        named_by=("channelId", "channel"),
        source_scheme="channel",
        listed_in="channel_ids",
        all_topic="__AST_CHANNEL_ALL_TOPIC",
        target_scheme="channel",
        ended_by=("ChannelDestroyed",),
        left_by=("StasisEnd",),
        made_by={
            "channels.create": "channelId",
            "channels.externalMedia": "channelId",
            "channels.originate": "channelId",
            "channels.originateWithId": "channelId",
            "channels.snoopChannel": "snoopId",
            "channels.snoopChannelWithId": "snoopId",
        },
        found_by="channels.get",
        listed_by="channels.list",
    ),
    Kind(
        "Bridge",
        "bridges",
        resource="bridges",
        path_parameters=("bridgeId",),
        named_by=("bridgeId",),
        source_scheme="bridge",
        listed_in="bridge_ids",
        all_topic="__AST_BRIDGE_ALL_TOPIC",
        target_scheme="bridge",
        ended_by=("BridgeDestroyed",),
        made_by={"bridges.create": "bridgeId", "bridges.createWithId": "bridgeId"},
        found_by="bridges.get",
        listed_by="bridges.list",
    ),
    Kind(
        "LiveRecording",
        "live recordings",
        resource="recordings",
        path_parameters=("recordingName",),
        id_fields=("name",),
        named_by=("recordingName",),
        is_targeted=True,
        ended_by=("RecordingFinished", "RecordingFailed"),
        made_by={"channels.record": "name", "bridges.record": "name"},
        found_by="recordings.getLive",
    ),
    Kind(
        "Playback",
        "playbacks",
        resource="playbacks",
        path_parameters=("playbackId",),
        named_by=("playbackId",),
        is_targeted=True,
        ended_by=("PlaybackFinished",),
        made_by={
            "channels.play": "playbackId",
            "channels.playWithId": "playbackId",
            "bridges.play": "playbackId",
            "bridges.playWithId": "playbackId",
        },
        found_by="playbacks.get",
    ),
    Kind(
        "Endpoint",
        "endpoints",
        resource="endpoints",
        path_parameters=("tech", "resource"),
        id_fields=("technology", "resource"),
        source_scheme="endpoint",
        listed_in="endpoint_ids",
        all_topic="__AST_ENDPOINT_ALL_TOPIC",
    ),
    Kind(
        "DeviceState",
        "device states",
        resource="deviceStates",
        path_parameters=("deviceName",),
        id_fields=("name",),
        source_scheme="deviceState",
        listed_in="device_names",
        all_topic="__AST_DEVICE_STATE_ALL_TOPIC",
    ),
    Kind(
        "StoredRecording",
        "stored recordings",
        resource="recordings",
        path_parameters=("recordingName",),
        id_fields=("name",),
        is_in_events=False,
    ),
    Kind("Sound", "sounds", resource="sounds", path_parameters=("soundId",), is_in_events=False),
    Kind(
        "Mailbox",
        "mailboxes",
        resource="mailboxes",
        path_parameters=("mailboxName",),
        id_fields=("name",),
        has_events=False,
        is_in_events=False,
    ),
    Kind(
        "Application",
        "applications",
        resource="applications",
        path_parameters=("applicationName",),
        id_fields=("name",),
        has_events=False,
        is_in_events=False,
    ),
)

#: The rows by the class's name.
BY_NAME = {kind.name: kind for kind in KINDS}

#: The class of the object that an event ends.
ENDS = {event: kind.name for kind in KINDS for event in kind.ended_by}

#: The class of the object that an event reports as having left.
LEAVES = {event: kind.name for kind in KINDS for event in kind.left_by}

#: The class of the object that an operation makes, and the parameter that may choose its id.
MAKERS = {
    operation: (kind.name, parameter)
    for kind in KINDS
    for operation, parameter in kind.made_by.items()
}

#: The class of the object that a parameter names.
ABOUT = {parameter: kind.name for kind in KINDS for parameter in kind.named_by}

#: The rows of the classes that are event sources, by scheme.
SOURCES = {kind.source_scheme: kind for kind in KINDS if kind.source_scheme}

#: The class that the scheme of a ``target_uri`` names.
TARGETS = {kind.target_scheme: kind.name for kind in KINDS if kind.target_scheme}


def ended_key(event_type: str, keys: Sequence[Key]) -> Key | None:
    """Return the object that an event ends; None if it ends none.

    :param keys: the objects that the event is about, its main object first.
    """
    class_name = ENDS.get(event_type)
    if class_name is not None:
        for key in keys:
            if key[0] == class_name:
                return key
    return None


def target_keys(targeted: Mapping[str, object]) -> list[Key]:
    """Return the channel or bridge that a playback or recording is on.

    :param targeted: the JSON of the playback or recording.
    """
    scheme, colon, object_id = str(targeted.get("target_uri", "")).partition(":")
    return [(TARGETS[scheme], object_id)] if colon and scheme in TARGETS else []
