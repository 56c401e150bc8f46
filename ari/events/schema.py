"""What the declarations say of events: which objects each type is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..kinds import BY_NAME, KINDS, TARGETS, Key, target_keys
from ..swagger.declarations import Model, Property
from ..swagger.request import near_miss
from ..transport.base import Json

__all__ = ["EventSchema", "parse"]

_RANKS = {kind.name: rank for rank, kind in enumerate(KINDS)}


def parse(message: object) -> Json:
    """Return the event in a message.

    :raises ValueError: the message is not an event.
    """
    if not isinstance(message, str):
        raise ValueError("not a text in UTF-8")
    try:
        event = json.loads(message)
    except RecursionError as ex:
        raise ValueError("nested too deeply") from ex
    if not isinstance(event, dict):
        raise ValueError("not a JSON object")
    if not isinstance(event.get("type"), str):
        raise ValueError("without a type")
    return event


class EventSchema:
    """The declared events, and the objects that each refers to.

    :param models: the models of the ``events`` resource, by name.
    """

    def __init__(self, models: Mapping[str, Model]) -> None:
        self.models = models
        self._objects = {
            name: [_ObjectField(prop) for prop in model.properties if prop.type in BY_NAME]
            for name, model in models.items()
        }

    def fields_of(self, event_type: str, class_name: str) -> list[str]:
        """Return the fields of an event that hold objects of a class, the main one first.

        The main one is the field that is required if exactly one is, else the first declared.

        :raises ValueError: there is no such event, or it has no such object.
        """
        self.check_type(event_type)
        found = self._fields(event_type, class_name)
        if not found:
            raise ValueError(
                f"event {event_type!r} has no fields of type {class_name!r}; events that have: "
                f"{', '.join(self._types_with(class_name)) or 'none'}"
            )
        fields = [prop.name for prop in found]
        needed = [prop.name for prop in found if prop.required]
        return [needed[0], *(f for f in fields if f != needed[0])] if len(needed) == 1 else fields

    def check_type(self, event_type: str) -> None:
        """Raise ValueError unless there is such an event."""
        if event_type not in self.models:
            raise ValueError(
                f"there is no event {event_type!r}{near_miss(event_type, self.models)}; "
                f"events are: {', '.join(sorted(self._event_names()))}"
            )

    def holds(self, event_type: str, class_name: str) -> bool:
        """Tell whether an event has a field of a class."""
        return bool(self._fields(event_type, class_name))

    def check_refers(self, event_type: str, class_name: str) -> None:
        """Raise ValueError unless such an event can be about an object of this class."""
        self.check_type(event_type)
        targeted = class_name in TARGETS.values() and any(
            field.kind.is_targeted for field in self._objects[event_type]
        )
        if not targeted:
            self.fields_of(event_type, class_name)

    def _event_names(self) -> Iterable[str]:
        """Return the names of the models that are events, if the base of all says which are."""
        base = self.models.get("Event")
        return base.subtypes if base is not None and base.subtypes else self.models

    def _fields(self, event_type: str, class_name: str) -> list[Property]:
        model = self.models.get(event_type)
        return [p for p in model.properties if p.type == class_name] if model is not None else []

    def _types_with(self, class_name: str) -> list[str]:
        return sorted(name for name in self._event_names() if self._fields(name, class_name))

    def references(self, event: Json) -> list[Key]:
        """Return the objects that an event is about, the one whose call it belongs to first.

        :raises ValueError: a field that should hold an object holds something else.
        """
        found: list[tuple[int, bool, int, Key]] = []
        for field in self._objects.get(event["type"], ()):
            value = event.get(field.name)
            if value:
                key = (field.kind.name, field.id_of(value))
                found.append((field.rank, field.optional, len(found), key))
                if field.kind.is_targeted:
                    for target in target_keys(value):
                        found.append((_RANKS[target[0]], field.optional, len(found), target))
        found.sort()
        keys: dict[Key, None] = {}
        for entry in found:
            keys[entry[3]] = None
        return list(keys)


class _ObjectField:
    """A field of an event that holds an object."""

    def __init__(self, prop: Property) -> None:
        self.name = prop.name
        self.kind = BY_NAME[prop.type]
        self.rank = _RANKS[prop.type]
        self.optional = not prop.required

    def id_of(self, value: object) -> str:
        """Return the id of the object in this field."""
        if isinstance(value, dict):
            try:
                return "/".join(map(value.__getitem__, self.kind.id_fields))
            except (KeyError, TypeError):  # a part is missing, or is not a str
                pass
        raise ValueError(f"its {self.name!r} is not a {self.kind.name}")
