"""The operations of /asterisk."""

from ari.testing.state.endpoints import Endpoint

from ..support import PBXCase


class AsteriskTest(PBXCase):
    def test_facts(self) -> None:
        self.assertEqual(
            list(self.send("GET", "asterisk/info")), ["build", "system", "config", "status"]
        )
        self.assertEqual(list(self.send("GET", "asterisk/info", only="system")), ["system"])
        self.assertEqual(self.send("GET", "asterisk/ping")["ping"], "pong")

    def test_modules(self) -> None:
        path = "asterisk/modules/app_echo.so"
        self.assertEqual(self.send("GET", path)["status"], "Running")
        self.refused(409, "Module is already loaded", "POST", path)
        self.refused(409, "Module does not support reloading", "PUT", path)
        self.send("DELETE", path)
        self.refused(404, "Module not found in running modules", "DELETE", path)
        names = [module["name"] for module in self.send("GET", "asterisk/modules")]
        self.assertNotIn("app_echo.so", names)
        self.send("POST", path)
        self.refused(409, "Module load declined", "POST", "asterisk/modules/x.so")
        self.send("PUT", "asterisk/modules/pbx_config.so")

    def test_log_channels(self) -> None:
        path = "asterisk/logging/mine"
        self.refused(400, "Configuration levels are required", "POST", path)
        self.send("POST", path, configuration="notice,warning")
        self.refused(409, "Log channel already exists", "POST", path, configuration="x")
        self.assertEqual(
            self.send("GET", "asterisk/logging")[0]["configuration"], "NOTICE WARNING "
        )
        self.send("DELETE", path)
        self.refused(404, "Log channel does not exist", "PUT", f"{path}/rotate")

    def test_global_variables(self) -> None:
        path = "asterisk/variable"
        self.assertEqual(self.send("GET", path, variable="A"), {"value": ""})
        self.send("POST", path, variable="A", value="1")
        self.assertEqual(self.send("GET", path, variable="A"), {"value": "1"})
        self.send("POST", path, variable="A")
        self.assertEqual(self.send("GET", path, variable="A"), {"value": ""})
        self.refused(400, "Variable name is required", "GET", path)

    def test_stored_configuration(self) -> None:
        path = "asterisk/config/dynamic/res_pjsip/endpoint/bob"
        self.refused(404, "Object with id 'bob' not found", "GET", path)
        self.refused(403, "Cannot create sorcery objects of type 'endpoint'", "PUT", path)
        self.pbx.system.writable.add("endpoint")
        fields = [{"attribute": "context", "value": "x"}]
        self.assertEqual(self.send("PUT", path, body={"fields": fields}), fields)
        self.assertEqual(self.send("GET", path), fields)
        self.send("DELETE", path)
        self.refused(404, "Object with id 'bob' not found", "DELETE", path)
        self.refused(404, "configClass 'x' not found", "GET", "asterisk/config/dynamic/x/y/z")
        self.refused(
            404, "objectType 'y' not found", "GET", "asterisk/config/dynamic/res_pjsip/y/z"
        )


class StoredConfigurationTest(PBXCase):
    def test_values_are_checked_where_they_are_known(self) -> None:
        self.pbx.system.writable.add("auth")
        path = "asterisk/config/dynamic/res_pjsip/auth/carol"

        def fields(**values: str) -> dict[str, object]:
            return {"fields": [{"attribute": a, "value": v} for a, v in values.items()]}

        self.send("PUT", path, body=fields(auth_type="userpass", username="carol"))
        message = "Update of object 'carol' failed field value validation"
        self.refused(400, message, "PUT", path, body=fields(auth_type="nonsense"))
        self.refused(400, message, "PUT", path, body=fields(nosuch="x"))

    def test_a_module_that_cannot_go(self) -> None:
        message = "Module could not be unloaded"
        self.refused(409, message, "DELETE", "asterisk/modules/res_pjsip.so")

    def test_what_may_not_be_written_or_removed(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))
        path = "asterisk/config/dynamic/res_pjsip/endpoint/bob"
        self.refused(403, "Cannot update sorcery objects of type 'endpoint'", "PUT", path)
        self.refused(403, "Could not delete object with id 'bob'", "DELETE", path)
