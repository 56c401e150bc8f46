"""What an event means: its objects, who listens, who waits, in which order; never blocks."""

from .listeners import EventSchema, ListenerTable, Subscription

__all__ = ["EventSchema", "ListenerTable", "Subscription"]
