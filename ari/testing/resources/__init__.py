"""What the PBX does for each operation: one class per resource, one method per nickname."""

from __future__ import annotations

from typing import Any

from ari.testing.pbx import PBX
from ari.testing.resources.applications import ApplicationsResource
from ari.testing.resources.asterisk import AsteriskResource
from ari.testing.resources.bridges import BridgesResource
from ari.testing.resources.channels import ChannelsResource
from ari.testing.resources.endpoints import EndpointsResource
from ari.testing.resources.events import EventsResource
from ari.testing.resources.media import PlaybacksResource, RecordingsResource, SoundsResource
from ari.testing.resources.states import DeviceStatesResource, MailboxesResource


def handlers(pbx: PBX) -> dict[str, Any]:
    """Return the resources of a PBX by the name of their declaration."""
    return {
        "applications": ApplicationsResource(pbx),
        "asterisk": AsteriskResource(pbx),
        "bridges": BridgesResource(pbx),
        "channels": ChannelsResource(pbx),
        "deviceStates": DeviceStatesResource(pbx),
        "endpoints": EndpointsResource(pbx),
        "events": EventsResource(pbx),
        "mailboxes": MailboxesResource(pbx),
        "playbacks": PlaybacksResource(pbx),
        "recordings": RecordingsResource(pbx),
        "sounds": SoundsResource(pbx),
    }
