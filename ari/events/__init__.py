"""What an event means: its objects, who listens, who waits, in which order; never blocks."""

from .listeners import Subscription

__all__ = ["Subscription"]
