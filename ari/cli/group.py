"""The group of commands, each of which is imported when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """The ``ari`` command.

    :param places: the module and the function of each command, by its name.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        super().__init__("ari", help="Tools for the Asterisk REST Interface.")
        self._places = places
        click.version_option(package_name="ari-py")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; return None when its name is unknown."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, _, function = place.partition(":")
        command = getattr(import_module(module), function)
        assert isinstance(command, click.Command)
        return command
