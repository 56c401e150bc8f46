"""Where in the dialplan a channel is, and which application it shows as running."""

from __future__ import annotations

from dataclasses import dataclass

from ari.testing.core.answers import JSON


@dataclass(slots=True)
class Place:
    """A context, an extension and a priority, and the application that runs there."""

    context: str = "default"
    exten: str = "s"
    priority: int = 1
    app_name: str = ""
    app_data: str = ""
    #: The application's name and data that are shown when no application runs.
    idle_application: tuple[str, str] = ("", "")
    _shown: tuple[str, str, int] | None = None

    @property
    def position(self) -> tuple[str, str, int]:
        """Return the context, the extension and the priority."""
        return self.context, self.exten, self.priority

    def go_to(self, context: str, exten: str, priority: int = 1) -> None:
        """Continue at another priority of another extension."""
        self.context, self.exten, self.priority = context, exten, priority

    def enter_application(self, name: str, data: str) -> bool:
        """Show an application as running; return whether that is to be published.

        It is when none was running, or when the position is another one than last time.
        """
        news = not self.app_name or self.position != self._shown
        self._shown = self.position
        self.app_name, self.app_data = name, data
        return news

    def leave_application(self) -> None:
        """Show what the channel shows when no application runs."""
        self.app_name, self.app_data = self.idle_application

    def json(self) -> JSON:
        """Return the DialplanCEP object of the wire."""
        return {
            "context": self.context,
            "exten": self.exten,
            "priority": self.priority,
            "app_name": self.app_name,
            "app_data": self.app_data,
        }
