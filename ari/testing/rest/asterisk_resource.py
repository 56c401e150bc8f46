"""The operations of ``/asterisk``."""

from __future__ import annotations

from ari.testing.core.answers import JSON, NO_CONTENT, Answer, Outcome, Refusal
from ari.testing.core.identity import ENTITY_ID
from ari.testing.rest.arguments import Arguments
from ari.testing.rest.resource import Resource
from ari.testing.state.endpoints import Endpoint
from ari.testing.state.system import FIELDS, PERMANENT, Module

BLOCKS = {"build", "system", "config", "status"}
MISSING_MODULE = "Module not found in running modules"


class AsteriskResource(Resource):
    """``/asterisk``."""

    def getInfo(self, arguments: Arguments) -> Outcome:
        info = self.pbx.system.info()
        only = set(arguments.words("only")) or BLOCKS
        return Answer.ok({key: info[key] for key in info if key in only})

    def ping(self, arguments: Arguments) -> Outcome:
        now = self.pbx.clock.timestamp()
        return Answer.ok({"asterisk_id": ENTITY_ID, "ping": "pong", "timestamp": now})

    # Modules

    def listModules(self, arguments: Arguments) -> Outcome:
        modules = self.pbx.system.modules.values()
        return Answer.ok([module.json() for module in modules if module.loaded])

    def getModule(self, arguments: Arguments) -> Outcome:
        name = arguments.text("moduleName")
        missing = "Module could not be found in running modules"
        return Answer.ok(self.pbx.system.running_module(name, missing).json())

    def loadModule(self, arguments: Arguments) -> Outcome:
        name = arguments.text("moduleName")
        module = self.pbx.system.modules.get(name)
        if module is None:
            raise Refusal(409, "Module load declined")
        if module.loaded:
            raise Refusal(409, "Module is already loaded")
        module.loaded = True
        return NO_CONTENT

    def _running(self, arguments: Arguments) -> Module:
        return self.pbx.system.running_module(arguments.text("moduleName"), MISSING_MODULE)

    def unloadModule(self, arguments: Arguments) -> Outcome:
        module = self._running(arguments)
        if module.name in PERMANENT:
            raise Refusal(409, "Module could not be unloaded")
        module.loaded = False
        return NO_CONTENT

    def reloadModule(self, arguments: Arguments) -> Outcome:
        if not self._running(arguments).reloads:
            raise Refusal(409, "Module does not support reloading")
        self.pbx.system.reloaded = self.pbx.clock.timestamp()
        return NO_CONTENT

    # Logging

    def listLogChannels(self, arguments: Arguments) -> Outcome:
        channels = [
            {"channel": name, "type": "File", "status": "Enabled", "configuration": levels}
            for name, levels in self.pbx.system.log_channels.items()
        ]
        return Answer.ok(channels)

    def addLog(self, arguments: Arguments) -> Outcome:
        name, levels = arguments.text("logChannelName"), arguments.text("configuration")
        if not levels:
            raise Refusal(400, "Configuration levels are required")
        if name in self.pbx.system.log_channels:
            raise Refusal(409, "Log channel already exists")
        words = levels.replace(" ", "").upper().split(",")
        self.pbx.system.log_channels[name] = "".join(f"{word} " for word in words)
        return NO_CONTENT

    def _require_log(self, arguments: Arguments) -> str:
        name = arguments.text("logChannelName")
        if name not in self.pbx.system.log_channels:
            raise Refusal(404, "Log channel does not exist")
        return name

    def deleteLog(self, arguments: Arguments) -> Outcome:
        del self.pbx.system.log_channels[self._require_log(arguments)]
        return NO_CONTENT

    def rotateLog(self, arguments: Arguments) -> Outcome:
        # Asterisk reads its configuration again to do so, which knows no dynamic log channels.
        self._require_log(arguments)
        self.pbx.system.log_channels.clear()
        return NO_CONTENT

    # Global variables

    def getGlobalVar(self, arguments: Arguments) -> Outcome:
        name = arguments.text("variable")
        if not name:
            raise Refusal(400, "Variable name is required")
        return Answer.ok({"value": self.pbx.variables.get(name, "")})

    def setGlobalVar(self, arguments: Arguments) -> Outcome:
        name, value = arguments.text("variable"), arguments.optional("value")
        if not name:
            raise Refusal(400, "Variable name is required")
        self.pbx.variables.assign(name, value)
        return NO_CONTENT

    # Dynamic configuration

    @staticmethod
    def _tuples(attributes: dict[str, str]) -> list[JSON]:
        return [{"attribute": name, "value": value} for name, value in attributes.items()]

    def _objects(self, arguments: Arguments) -> dict[str, dict[str, str]]:
        return self.pbx.system.objects(arguments.text("configClass"), arguments.text("objectType"))

    def getObject(self, arguments: Arguments) -> Outcome:
        objects, identifier = self._objects(arguments), arguments.text("id")
        if identifier not in objects:
            raise Refusal(404, f"Object with id '{identifier}' not found")
        return Answer.ok(self._tuples(objects[identifier]))

    def updateObject(self, arguments: Arguments) -> Outcome:
        objects, identifier = self._objects(arguments), arguments.text("id")
        object_type = arguments.text("objectType")
        if object_type not in self.pbx.system.writable:
            verb = "update" if identifier in objects else "create"
            if object_type == "endpoint" and self.pbx.endpoints.get(f"PJSIP/{identifier}") is None:
                # Asterisk makes the endpoint before it finds that it must not, and keeps it.
                self.pbx.endpoints.add(Endpoint("PJSIP", identifier, online=False))
            raise Refusal(403, f"Cannot {verb} sorcery objects of type '{object_type}'")
        fields = arguments.body.get("fields", [])
        changes: dict[str, str] = {}
        for field in fields if isinstance(fields, list) else []:
            if isinstance(field, dict) and isinstance(field.get("attribute"), str):
                changes[field["attribute"]] = str(field.get("value", ""))
        verb = "Update" if identifier in objects else "Creation"
        for name, value in changes.items():
            allowed = FIELDS.get(object_type, {}).get(name, None if object_type in FIELDS else [])
            if allowed is None or (allowed and value not in allowed):
                message = f"{verb} of object '{identifier}' failed field value validation"
                raise Refusal(400, message)
        objects.setdefault(identifier, {}).update(changes)
        return Answer.ok(self._tuples(objects[identifier]))

    def deleteObject(self, arguments: Arguments) -> Outcome:
        objects, identifier = self._objects(arguments), arguments.text("id")
        if identifier not in objects:
            raise Refusal(404, f"Object with id '{identifier}' not found")
        if arguments.text("objectType") not in self.pbx.system.writable:
            raise Refusal(403, f"Could not delete object with id '{identifier}'")
        del objects[identifier]
        return NO_CONTENT
