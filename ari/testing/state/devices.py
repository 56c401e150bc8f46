"""The states of devices: endpoints, Local addresses, and those that applications set."""

from __future__ import annotations

from ari.testing.core.core import Core
from ari.testing.state.channel_table import Channels
from ari.testing.state.endpoints import Endpoints
from ari.testing.state.roles import Extensions


class Devices:
    """What state each device is in."""

    def __init__(
        self, core: Core, channels: Channels, endpoints: Endpoints, extensions: Extensions
    ) -> None:
        self._bus = core.bus
        self._channels = channels
        self._endpoints = endpoints
        self._extensions = extensions
        #: The states that applications set, by the names of the devices.
        self.custom: dict[str, str] = {}

    def set(self, name: str, state: str) -> None:
        """Set the state of a device of an application; publish it when it changed."""
        if self.custom.get(name) != state:
            self.custom[name] = state
            self._bus.publish_device_state(name, state)

    def state(self, name: str) -> str:
        """Return the state of any device."""
        if name in self.custom:
            return self.custom[name]
        endpoint = self._endpoints.get(name)
        if endpoint is not None:
            return endpoint.current_device_state()
        if name.startswith("Local/"):
            return self._local_state(name)
        return "UNKNOWN" if name.startswith("Stasis:") else "INVALID"

    def publish_local(self, name: str) -> None:
        """Publish the state of a Local address."""
        self._bus.publish_device_state(name, self._local_state(name))

    def _local_state(self, device: str) -> str:
        exten, _, context = device.removeprefix("Local/").partition("@")
        if not self._extensions.has(context, exten):
            return "INVALID"
        in_use = any(
            channel.name.startswith(device + "-") and not channel.hung_up
            for channel in self._channels.values()
        )
        return "INUSE" if in_use else "NOT_INUSE"
