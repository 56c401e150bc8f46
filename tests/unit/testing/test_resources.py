"""Resources that are not about calls."""

from ari.testing.state.endpoints import Endpoint

from .support import PBXCase


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


class VariableTest(PBXCase):
    def setUp(self) -> None:
        super().setUp()
        self.channel = self.incoming().channel
        self.path = f"channels/{self.channel.id}/variable"

    def value(self, name: str) -> str:
        return str(self.send("GET", self.path, variable=name)["value"])

    def test_set_empty_and_unset(self) -> None:
        self.send("POST", self.path, variable="A", value="")
        self.assertEqual(self.value("A"), "")
        self.send("POST", self.path, variable="A")
        self.refused(404, "Provided variable was not found", "GET", self.path, variable="A")

    def test_unsetting_what_is_not_set_says_nothing(self) -> None:
        self.ear.forget()
        self.send("POST", self.path, variable="A")
        self.assertEqual(self.ear.events, [])

    def test_functions(self) -> None:
        self.send("POST", self.path, variable="CALLERID(name)", value="Zed")
        self.assertEqual(self.value("CALLERID(name)"), "Zed")
        self.assertEqual(self.ear.of("ChannelCallerId")[0]["channel"]["caller"]["name"], "Zed")
        self.send("POST", self.path, variable="CONNECTEDLINE(all)", value='"Bob" <200>')
        self.assertEqual(self.value("CONNECTEDLINE(name)"), "Bob")
        self.send("POST", self.path, variable="CHANNEL(language)", value="de")
        self.assertEqual(self.send("GET", f"channels/{self.channel.id}")["language"], "de")
        self.assertEqual(self.value("EXTEN"), "in")
        self.refused(
            500, "Unable to read provided function", "GET", self.path, variable="SHELL(ls)"
        )

    def test_reported_variables_travel_with_the_channel(self) -> None:
        self.send("POST", self.path, variable="A", value="1", report_events="true")
        event = self.ear.of("ChannelVarset")[-1]
        self.assertEqual(event["channel"]["channelvars"], {"A": "1"})

    def test_several(self) -> None:
        path = f"channels/{self.channel.id}/variables"
        self.send("POST", path, body={"variables": {"A": "1", "B": {"value": "2"}}})
        self.assertEqual(
            self.send("GET", path, variables="A,B"), {"variables": {"A": "1", "B": "2"}}
        )
        self.refused(404, "Provided variable was not found", "GET", path, variables="A,C")
        self.refused(400, "At least one variable name is required", "GET", path)
        self.refused(400, "The 'variables' field is required", "POST", path)


class EndpointTest(PBXCase):
    def setUp(self) -> None:
        super().setUp()
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))

    def test_who_is_there(self) -> None:
        bob = {"technology": "PJSIP", "resource": "bob", "state": "online", "channel_ids": []}
        self.assertEqual(self.send("GET", "endpoints"), [bob])
        self.assertEqual(self.send("GET", "endpoints/PJSIP"), [bob])
        self.assertEqual(self.send("GET", "endpoints/PJSIP/bob"), bob)
        self.refused(404, "Endpoint not found", "GET", "endpoints/PJSIP/x")
        self.refused(404, "No Endpoints found - invalid tech x", "GET", "endpoints/x")

    def test_messages(self) -> None:
        said = {"from": "sip:app", "body": "hi"}
        self.send("PUT", "endpoints/PJSIP/bob/sendMessage", body=said)
        self.send("PUT", "endpoints/sendMessage", body={"to": "pjsip:bob", **said})
        endpoint = self.pbx.endpoints.get("PJSIP/bob")
        assert endpoint is not None
        self.assertEqual([message["body"] for message in endpoint.messages], ["hi", "hi"])
        self.refused(400, "To must be specified", "PUT", "endpoints/sendMessage", body=said)

    def test_a_message_from_an_endpoint(self) -> None:
        self.send("POST", "applications/app/subscription", eventSource="endpoint:PJSIP/bob")
        endpoint = self.pbx.endpoints.get("PJSIP/bob")
        assert endpoint is not None
        self.pbx.endpoints.send_text(endpoint, {"body": "hello"})
        event = self.ear.of("TextMessageReceived")[0]
        self.assertEqual(event["message"]["body"], "hello")
        self.assertEqual(event["endpoint"]["resource"], "bob")


class StateTest(PBXCase):
    def test_device_states(self) -> None:
        self.refused(409, "Uncontrolled device specified", "PUT", "deviceStates/PJSIP%2Fbob")
        self.refused(404, "Device name is missing", "PUT", "deviceStates/Stasis:")
        self.refused(500, "Unknown device", "PUT", "deviceStates/Stasis:x", deviceState="NONSENSE")
        self.assertEqual(self.send("GET", "deviceStates/Stasis:x")["state"], "UNKNOWN")
        self.assertEqual(self.send("GET", "deviceStates/x")["state"], "INVALID")
        self.send("PUT", "deviceStates/Stasis:x", deviceState="onhold")
        self.assertEqual(
            self.send("GET", "deviceStates"), [{"name": "Stasis:x", "state": "ONHOLD"}]
        )
        self.send("DELETE", "deviceStates/Stasis:x")
        self.assertEqual(self.send("GET", "deviceStates"), [])

    def test_mailboxes(self) -> None:
        self.refused(404, "Mailbox is does not exist", "GET", "mailboxes/100")
        self.send("PUT", "mailboxes/100", oldMessages=1, newMessages=2)
        box = {"name": "100", "old_messages": 1, "new_messages": 2}
        self.assertEqual(self.send("GET", "mailboxes"), [box])
        self.send("DELETE", "mailboxes/100")
        self.refused(404, "Mailbox does not exist", "DELETE", "mailboxes/100")


class SoundTest(PBXCase):
    def test_sounds(self) -> None:
        self.assertEqual(self.send("GET", "sounds/beep")["id"], "beep")
        self.assertGreater(len(self.send("GET", "sounds", lang="en")), 500)
        self.refused(404, "Sound not found", "GET", "sounds/nothing")
        self.refused(404, "No sounds found that matched the query", "GET", "sounds", lang="xx")


class UserEventTest(PBXCase):
    def test_a_user_event_carries_its_source_and_variables(self) -> None:
        channel = self.incoming().channel
        self.send(
            "POST",
            "events/user/Hello",
            application="app",
            source=f"channel:{channel.id}",
            body={"variables": {"n": 1}},
        )
        event = self.ear.of("ChannelUserevent")[0]
        self.assertEqual(event["userevent"], {"eventname": "Hello", "n": 1})
        self.assertEqual(event["channel"]["id"], channel.id)

    def test_what_is_refused(self) -> None:
        path = "events/user/Hello"
        self.refused(400, "Missing parameter application", "POST", path)
        self.refused(404, "Application not found", "POST", path, application="x")
        self.refused(
            422, "Event source was not found", "POST", path, application="app", source="channel:x"
        )
        self.refused(
            400,
            "Invalid event source URI scheme",
            "POST",
            path,
            application="app",
            source="deviceState:x",
        )
