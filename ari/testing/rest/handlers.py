"""What the PBX does for each operation: one class per resource, one method per nickname."""

from __future__ import annotations

from typing import Any

from ari.testing.pbx import PBX
from ari.testing.rest.applications_resource import ApplicationsResource
from ari.testing.rest.asterisk_resource import AsteriskResource
from ari.testing.rest.bridges_resource import BridgesResource
from ari.testing.rest.channels_resource import ChannelsResource
from ari.testing.rest.device_states_resource import DeviceStatesResource
from ari.testing.rest.endpoints_resource import EndpointsResource
from ari.testing.rest.events_resource import EventsResource
from ari.testing.rest.mailboxes_resource import MailboxesResource
from ari.testing.rest.playbacks_resource import PlaybacksResource
from ari.testing.rest.recordings_resource import RecordingsResource
from ari.testing.rest.sounds_resource import SoundsResource


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
