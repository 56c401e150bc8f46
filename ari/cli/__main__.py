"""``python -m ari.cli`` is the ``ari`` command."""

from ari.cli import main

main()
