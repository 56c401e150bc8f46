"""The PBX as a machine: its build, modules, log channels and dynamic configuration."""

from __future__ import annotations

from dataclasses import dataclass

from ari.testing.core.answers import JSON, Refusal
from ari.testing.core.clock import Clock
from ari.testing.core.identity import ENTITY_ID, VERSION

MODULES = {
    "app_dial.so": "Calling out from the dialplan",
    "app_echo.so": "Echo to the caller",
    "app_stasis.so": "Handing channels to applications",
    "bridge_holding.so": "Bridges to wait in",
    "bridge_simple.so": "Bridges of two",
    "bridge_softmix.so": "Bridges of many",
    "chan_pjsip.so": "SIP telephones",
    "pbx_config.so": "The dialplan's file",
    "res_ari.so": "The REST interface",
    "res_ari_applications.so": "Part of the REST interface",
    "res_ari_asterisk.so": "Part of the REST interface",
    "res_ari_bridges.so": "Part of the REST interface",
    "res_ari_channels.so": "Part of the REST interface",
    "res_ari_endpoints.so": "Part of the REST interface",
    "res_ari_events.so": "Part of the REST interface",
    "res_ari_playbacks.so": "Part of the REST interface",
    "res_ari_recordings.so": "Part of the REST interface",
    "res_ari_sounds.so": "Part of the REST interface",
    "res_musiconhold.so": "Music on hold",
    "res_pjsip.so": "The SIP stack",
    "res_stasis.so": "Applications",
}


#: Modules that others need, or that cannot go while the PBX runs.
PERMANENT = {"res_ari.so", "res_pjsip.so", "res_stasis.so"}
RELOADABLE = {"chan_pjsip.so", "pbx_config.so", "res_musiconhold.so", "res_pjsip.so"}

#: The attributes of objects that may be written, where they are known, and the values that each
#: can have; an empty list stands for any.
FIELDS: dict[str, dict[str, list[str]]] = {
    "auth": {
        "auth_type": ["md5", "userpass", "google_oauth", "digest"],
        "md5_cred": [],
        "nonce_lifetime": [],
        "oauth_clientid": [],
        "oauth_secret": [],
        "password": [],
        "realm": [],
        "refresh_token": [],
        "username": [],
    },
}


@dataclass(slots=True)
class Module:
    """A module of the PBX, loaded or not."""

    name: str
    description: str
    loaded: bool = True

    @property
    def reloads(self) -> bool:
        """Tell whether the module can be reloaded."""
        return self.name in RELOADABLE

    def json(self) -> JSON:
        """Return the Module object of the wire."""
        return {
            "name": self.name,
            "description": self.description,
            "use_count": 0,
            "status": "Running" if self.loaded else "Not Running",
            "support_level": "core",
        }


class System:
    """Everything under ``/asterisk`` but the global variables."""

    def __init__(self, clock: Clock) -> None:
        self.started = clock.timestamp()
        self.reloaded = self.started
        self.modules = {name: Module(name, text) for name, text in MODULES.items()}
        self.log_channels: dict[str, str] = {}
        # Object types that may be written; by default Asterisk allows none.
        self.writable: set[str] = set()
        # configClass -> objectType -> id -> attribute -> value
        self.config: dict[str, dict[str, dict[str, dict[str, str]]]] = {
            "res_pjsip": {"endpoint": {}, "aor": {}, "auth": {}},
        }

    def info(self) -> JSON:
        """Return the AsteriskInfo object of the wire."""
        return {
            "build": {
                "os": "Linux",
                "kernel": "unknown",
                "machine": "unknown",
                "options": "OPTIONAL_API",
                "date": "2026-01-01 00:00:00 UTC",
                "user": "simulator",
            },
            "system": {"version": VERSION, "entity_id": ENTITY_ID},
            "config": {
                "name": "",
                "default_language": "en",
                "setid": {"user": "", "group": ""},
            },
            "status": {"startup_time": self.started, "last_reload_time": self.reloaded},
        }

    def running_module(self, name: str, missing: str) -> Module:
        """Return a loaded module, or refuse with 404."""
        module = self.modules.get(name)
        if module is None or not module.loaded:
            raise Refusal(404, missing)
        return module

    def objects(self, config_class: str, object_type: str) -> dict[str, dict[str, str]]:
        """Return the dynamic objects of a type, or refuse with 404."""
        if config_class not in self.config:
            raise Refusal(404, f"configClass '{config_class}' not found")
        if object_type not in self.config[config_class]:
            raise Refusal(404, f"objectType '{object_type}' not found")
        return self.config[config_class][object_type]
