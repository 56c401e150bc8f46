"""The ``ari`` command; each of its commands is a module beside this one.

A new command is a module with a function of click's, and a row in :data:`COMMANDS`.
"""

from __future__ import annotations

import sys

#: Where each command is, as module and function; imported when it is called or described.
COMMANDS = {
    "simulate": "ari.cli.simulate:simulate",
}

EXTRAS = {"aiohttp", "click", "rich"}
NEEDED = "The ari command needs packages that are not installed: pip install 'ari-py[cli,testing]'"


def main() -> None:
    """Run the command; the entry point."""
    try:
        from ari.cli.group import LazyGroup  # noqa: PLC0415  # an extra: its absence is told

        LazyGroup(COMMANDS)()
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        sys.exit(f"{NEEDED}\n({package} is missing)")
