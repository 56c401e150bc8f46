"""The objects of an event that may hold several of one class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["EventObjects"]


class EventObjects(dict[str, Any]):
    """The objects of an event that may have several, by field; stands for its main one as well.

    Index, ``get('channel')``, ``in`` and iteration are the dict's. Other attributes and the
    operations are the main object's, ``get()`` without arguments among them.

    :param objects: the objects by field; the main one first.
    """

    def __init__(self, objects: Mapping[str, Any]) -> None:
        super().__init__(objects)
        self._main: Any = next(iter(objects.values()), None)

    def __getattr__(self, name: str) -> Any:
        main = self.__dict__.get("_main")
        if main is None:
            raise AttributeError(f"the event holds no object, so there is no {name!r}")
        return getattr(main, name)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """With arguments, the dict's ``get``; without, the main object's operation."""
        if args or self._main is None:
            return super().get(*args, **kwargs)
        return self._main.get(**kwargs)

    @property
    def event_source(self) -> str:
        """The main object as an event source."""
        return str(self.__getattr__("event_source"))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(dir(self._main) if self._main is not None else ())]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, dict):
            return super().__eq__(other)
        return self._main is not None and bool(self._main == other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._main)
