"""Variables and functions of channels."""

from ..support import PBXCase


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


class FunctionTest(PBXCase):
    def test_functions_and_builtins(self) -> None:
        self.pbx.variables["G"] = "global"
        channel = self.incoming().channel
        channel.set_variable("CALLERID(all)", '"Zed" <9>')
        channel.set_variable("CALLERID(num)", "8")
        channel.set_variable("CONNECTEDLINE(name)", "Bob")
        channel.set_variable("CONNECTEDLINE(num)", "7")
        channel.set_variable("CONNECTEDLINE(nothing)", "x")
        channel.set_variable("CHANNEL(accountcode)", "acc")
        channel.set_variable("GLOBAL(H)", "hello")
        channel.set_variable("__INHERITED", "1")
        values = {
            "CALLERID(all)": '"Zed" <8>',
            "CALLERID(num)": "8",
            "CONNECTEDLINE(num)": "7",
            "CHANNEL(accountcode)": "acc",
            "CHANNEL(channeltype)": "PJSIP",
            "CHANNEL(nothing)": "",
            "GLOBAL(H)": "hello",
            "LEN(abc)": "3",
            "G": "global",
            "INHERITED": "1",
            "UNIQUEID": channel.id,
            "CONTEXT": "default",
            "PRIORITY": "1",
            "HANGUPCAUSE": "0",
        }
        for name, value in values.items():
            self.assertEqual(channel.get_variable(name), value, name)
        self.assertEqual(self.ear.of("ChannelVarset")[-1]["variable"], "__INHERITED")
