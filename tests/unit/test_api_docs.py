"""The bundled description of ARI is complete in itself: whatever it names, it also declares."""

import json
import re
import unittest
from importlib.resources import files

RESOURCES = [
    "asterisk",
    "endpoints",
    "channels",
    "bridges",
    "recordings",
    "sounds",
    "playbacks",
    "deviceStates",
    "mailboxes",
    "events",
    "applications",
]
PRIMITIVES = {"string", "int", "long", "double", "boolean", "Date", "object", "containers"}
METHODS = {"GET", "POST", "PUT", "DELETE"}


def load(name):
    text = files("ari").joinpath("api_docs", f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)


class ApiDocsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.listing = load("resources")
        cls.resources = {name: load(name) for name in RESOURCES}
        cls.models = {}
        for declaration in cls.resources.values():
            cls.models.update(declaration["models"])
        cls.operations = [
            (f"{name}.{operation['nickname']}", api["path"], operation)
            for name, declaration in cls.resources.items()
            for api in declaration["apis"]
            for operation in api["operations"]
        ]

    def assert_type_known(self, where, type_name, also=frozenset()):
        element = re.fullmatch(r"List\[(\w+)\]", type_name)
        inner = element.group(1) if element else type_name
        self.assertIn(inner, PRIMITIVES | self.models.keys() | also, where)

    def test_the_listing_names_the_eleven_resources_in_order(self):
        paths = [api["path"] for api in self.listing["apis"]]
        self.assertEqual(paths, [f"/api-docs/{name}.{{format}}" for name in RESOURCES])

    def test_a_resource_file_names_itself_and_the_base_path(self):
        for name, declaration in self.resources.items():
            with self.subTest(name):
                self.assertEqual(declaration["resourcePath"], f"/api-docs/{name}.{{format}}")
                self.assertEqual(declaration["basePath"], "http://localhost:8088/ari")
                self.assertEqual(declaration["apiVersion"], "2.0.0")
                version = "1.2" if name == "events" else "1.1"
                self.assertEqual(declaration["swaggerVersion"], version)

    def test_there_are_109_operations_and_85_models(self):
        self.assertEqual(len(self.operations), 109)
        self.assertEqual(len(self.models), 85)

    def test_nicknames_are_unique_within_their_resource(self):
        names = [name for name, _, _ in self.operations]
        self.assertEqual(len(names), len(set(names)))

    def test_method_and_path_are_unique(self):
        routes = [(operation["httpMethod"], path) for _, path, operation in self.operations]
        self.assertEqual(len(routes), len(set(routes)))
        self.assertLessEqual({method for method, _ in routes}, METHODS)

    def test_path_parameters_are_those_of_the_path(self):
        for name, path, operation in self.operations:
            with self.subTest(name):
                declared = [
                    parameter["name"]
                    for parameter in operation.get("parameters", [])
                    if parameter["paramType"] == "path"
                ]
                self.assertEqual(sorted(declared), sorted(re.findall(r"{(\w+)}", path)))

    def test_a_path_begins_with_its_resource(self):
        for name, path, _ in self.operations:
            with self.subTest(name):
                self.assertEqual(path.split("/")[1], name.split(".")[0])

    def test_parameter_names_are_unique_and_their_types_known(self):
        for name, _, operation in self.operations:
            parameters = operation.get("parameters", [])
            names = [parameter["name"] for parameter in parameters]
            self.assertEqual(len(names), len(set(names)), name)
            for parameter in parameters:
                with self.subTest(name, parameter=parameter["name"]):
                    self.assertIn(parameter["paramType"], {"path", "query", "body"})
                    self.assertIn(parameter["dataType"], PRIMITIVES)

    def test_defaults_have_the_type_of_their_parameter_and_are_allowed(self):
        types = {"string": str, "boolean": bool, "int": int, "long": int}
        for name, _, operation in self.operations:
            for parameter in operation.get("parameters", []):
                if "defaultValue" not in parameter:
                    continue
                with self.subTest(name, parameter=parameter["name"]):
                    default = parameter["defaultValue"]
                    self.assertIs(type(default), types[parameter["dataType"]])
                    allowed = parameter.get("allowableValues", {})
                    if allowed.get("valueType") == "LIST":
                        self.assertIn(default, allowed["values"])
                    elif allowed:
                        self.assertGreaterEqual(default, allowed["min"])

    def test_every_operation_says_what_it_returns(self):
        for name, _, operation in self.operations:
            with self.subTest(name):
                self.assert_type_known(name, operation["responseClass"], {"void", "binary"})

    def test_error_codes_are_http_errors_and_unique(self):
        for name, _, operation in self.operations:
            with self.subTest(name):
                codes = [int(error["code"]) for error in operation.get("errorResponses", [])]
                self.assertEqual(len(codes), len(set(codes)))
                self.assertTrue(all(400 <= code < 600 for code in codes))

    def test_every_property_type_is_known(self):
        for name, model in self.models.items():
            self.assertEqual(model["id"], name)
            for key, prop in model["properties"].items():
                with self.subTest(name, property=key):
                    self.assert_type_known(f"{name}.{key}", prop["type"])

    def test_every_event_has_a_model_and_every_event_model_is_an_event(self):
        events = self.resources["events"]["models"]
        message, event = events["Message"], events["Event"]
        self.assertEqual(message["discriminator"], "type")
        self.assertIn(message["discriminator"], message["properties"])
        self.assertIn("Event", message["subTypes"])
        self.assertEqual(len(event["subTypes"]), len(set(event["subTypes"])))
        for name in message["subTypes"] + event["subTypes"]:
            self.assertIn(name, events)
        used_by_others = {
            re.sub(r"List\[(\w+)\]", r"\1", prop["type"])
            for model in events.values()
            for prop in model["properties"].values()
        }
        not_events = {"Message", "RESTRequest", "RESTHeader"} | used_by_others
        self.assertEqual(
            set(events) - not_events, set(message["subTypes"]) | set(event["subTypes"])
        )

    def test_everything_is_explained(self):
        def explained(where, member, key):
            text = member.get(key)
            with self.subTest(where):
                self.assertIsInstance(text, str)
                self.assertRegex(text, r"^\S.*\S$")
                self.assertNotIn("\n", text)

        for api in self.listing["apis"]:
            explained(api["path"], api, "description")
        for declaration in self.resources.values():
            explained(declaration["resourcePath"], declaration, "description")
            for api in declaration["apis"]:
                explained(api["path"], api, "description")
        for name, _, operation in self.operations:
            explained(name, operation, "summary")
            for parameter in operation.get("parameters", []):
                explained(f"{name} {parameter['name']}", parameter, "description")
            for error in operation.get("errorResponses", []):
                explained(f"{name} {error['code']}", error, "reason")
        for name, model in self.models.items():
            explained(name, model, "description")
            for key, prop in model["properties"].items():
                explained(f"{name}.{key}", prop, "description")

    def test_no_authorship_is_claimed_for_others(self):
        for declaration in [self.listing, *self.resources.values()]:
            self.assertFalse([key for key in declaration if key.startswith("_")])


if __name__ == "__main__":
    unittest.main()
