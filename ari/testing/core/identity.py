"""What the simulator says that it is: a version of Asterisk, and the id of this server."""

from __future__ import annotations

VERSION = "22.10.1"
ENTITY_ID = "02:fc:00:00:00:01"
