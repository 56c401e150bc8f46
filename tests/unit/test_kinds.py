"""The rows of Asterisk's objects: each agrees with the description, and one row is all it takes."""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

import ari
from ari import kinds
from ari.kinds import KINDS, Kind, target_keys
from ari.swagger.client import SwaggerClient

PACKAGE = Path(ari.__file__).parent


class BundledDescriptionTest(unittest.TestCase):
    """Every row agrees with the bundled description."""

    @classmethod
    def setUpClass(cls):
        listing = (PACKAGE / "api_docs" / "resources.json").as_uri()
        cls.swagger = SwaggerClient(listing, http_client=object())
        cls.operations = {
            operation.model.name: operation.model
            for resource in cls.swagger.resources.values()
            for operation in resource.operations.values()
        }
        cls.events = cls.swagger.events.models

    def each(self, *fields):
        """Return the rows that have one of these fields; all without any."""
        found = [k for k in KINDS if not fields or any(getattr(k, field) for field in fields)]
        self.assertTrue(found)
        return found

    def properties(self, kind):
        models = self.swagger.get_resource(kind.resource).models
        return {prop.name: prop for prop in models[kind.name].properties}

    def events_with(self, kind):
        return {
            name
            for name, model in self.events.items()
            if name not in {k.name for k in KINDS}
            and any(prop.type == kind.name for prop in model.properties)
        }

    def test_its_resource_declares_the_model_with_the_fields_of_the_id(self):
        for kind in self.each():
            self.assertLessEqual(set(kind.id_fields), set(self.properties(kind)))
            for name in kind.id_fields:
                self.assertEqual(self.properties(kind)[name].type, "string")

    def test_its_path_parameters_name_one(self):
        for kind in self.each():
            resource = self.swagger.get_resource(kind.resource)
            self.assertEqual(len(kind.path_parameters), len(kind.id_fields))
            found = [
                operation
                for operation in resource.operations.values()
                if all(f"{{{name}}}" in operation.uri for name in kind.path_parameters)
            ]
            self.assertTrue(found)
            for operation in found:
                places = {p.name: p.place for p in operation.model.parameters}
                self.assertEqual({places[name] for name in kind.path_parameters}, {"path"})

    def test_parameters_that_name_one_are_those_of_some_operation(self):
        names = {name for model in self.operations.values() for name in model.names}
        for kind in self.each("named_by"):
            self.assertLessEqual(set(kind.named_by), names)
        self.assertEqual(len(kinds.ABOUT), sum(len(kind.named_by) for kind in KINDS))

    def test_what_makes_one_answers_with_it_and_has_the_parameter(self):
        for kind in self.each("made_by"):
            for name, parameter in kind.made_by.items():
                model = self.operations[name]
                self.assertEqual(model.response_class, kind.name)
                self.assertIn(parameter, model.names)
                self.assertEqual(model.method, "POST")

    def test_whatever_makes_one_of_them_is_listed(self):
        for kind in self.each("made_by"):
            makers = {
                name
                for name, model in self.operations.items()
                if model.method == "POST" and model.response_class == kind.name
            }
            self.assertEqual(set(kind.made_by), makers)

    def test_what_checks_lists_them_or_gets_one(self):
        for kind in self.each("found_by"):
            model = self.operations[kind.found_by]
            self.assertEqual((model.method, model.response_class), ("GET", kind.name))
            self.assertEqual(
                [p.name for p in model.parameters if p.required], list(kind.path_parameters)
            )
        for kind in self.each("listed_by"):
            model = self.operations[kind.listed_by]
            self.assertEqual((model.method, model.response_class), ("GET", f"List[{kind.name}]"))
            self.assertFalse([p for p in model.parameters if p.required])
            self.assertEqual(len(kind.id_fields), 1)

    def test_what_ends_it_is_an_event_with_one(self):
        for kind in self.each("ended_by", "left_by"):
            self.assertLessEqual({*kind.ended_by, *kind.left_by}, self.events_with(kind))
        for kind in self.each("ended_by"):
            self.assertTrue(kind.found_by, "nobody finds out what ended in a gap")

    def test_events_that_tell_of_an_end_are_all_known(self):
        telling = {
            name for name in self.events if name.endswith(("Destroyed", "Finished", "Failed"))
        }
        of_something_else = {"ApplicationMoveFailed", "ChannelTalkingFinished"}
        self.assertEqual(telling - of_something_else, set(kinds.ENDS))

    def test_whether_events_have_one(self):
        for kind in self.each():
            self.assertEqual(bool(self.events_with(kind)), kind.is_in_events)

    def test_event_sources_are_listed_in_the_application(self):
        application = self.swagger.applications.models["Application"]
        listed = {prop.name for prop in application.properties if prop.type == "List[string]"}
        for kind in self.each("source_scheme", "listed_in", "all_topic"):
            self.assertIn(kind.listed_in, listed)
            self.assertTrue(kind.source_scheme and kind.all_topic)

    def test_what_is_targeted_says_at_what(self):
        for kind in self.each("is_targeted"):
            self.assertIn("target_uri", self.properties(kind))
        for kind in self.each("target_scheme"):
            self.assertEqual(kinds.TARGETS[kind.target_scheme], kind.name)

    def test_the_client_and_the_model_have_what_they_say(self):
        for kind in self.each():
            self.assertEqual(hasattr(ari.Client, kind.listen_method), kind.has_events)
            domain_class = ari.model.CLASS_MAP[kind.name]
            self.assertIs(getattr(ari.model, kind.name), domain_class)
            self.assertIs(domain_class.kind, kind)
            self.assertEqual(domain_class.model_id, kind.name if kind.has_events else "")
            self.assertEqual(domain_class.source_scheme, kind.source_scheme)


class TablesTest(unittest.TestCase):
    def test_no_two_rows_claim_the_same(self):
        for field in ("name", "listen_method", "source_scheme", "listed_in", "target_scheme"):
            values = [getattr(kind, field) for kind in KINDS if getattr(kind, field)]
            self.assertEqual(len(values), len(set(values)), field)
        for field in ("ended_by", "left_by", "made_by", "named_by"):
            values = [value for kind in KINDS for value in getattr(kind, field)]
            self.assertEqual(len(values), len(set(values)), field)

    def test_the_tables_are_made_of_the_rows(self):
        for kind in KINDS:
            self.assertIs(kinds.BY_NAME[kind.name], kind)
            for event in kind.ended_by:
                self.assertEqual(kinds.ENDS[event], kind.name)
            for event in kind.left_by:
                self.assertEqual(kinds.LEAVES[event], kind.name)
            for operation, parameter in kind.made_by.items():
                self.assertEqual(kinds.MAKERS[operation], (kind.name, parameter))
            if kind.source_scheme:
                self.assertIs(kinds.SOURCES[kind.source_scheme], kind)
        self.assertEqual(len(kinds.BY_NAME), len(KINDS))

    def test_the_method_that_listens_is_named_in_words(self):
        for name, method in (
            ("Channel", "on_channel_event"),
            ("LiveRecording", "on_live_recording_event"),
            ("DeviceState", "on_device_state_event"),
        ):
            kind = Kind(name, "many", resource="many", path_parameters=("id",))
            self.assertEqual(kind.listen_method, method)

    def test_what_a_target_names(self):
        for uri, keys in (
            ("channel:c1", [("Channel", "c1")]),
            ("bridge:b:1", [("Bridge", "b:1")]),
            ("channel:", [("Channel", "")]),
            ("channel", []),
            ("endpoint:PJSIP/a", []),
            ("", []),
            (None, []),
        ):
            self.assertEqual(target_keys({"target_uri": uri}), keys)
        self.assertEqual(target_keys({}), [])


ROW = """
    Kind(
        "StreetLamp",
        "street lamps",
        resource="streetLamps",
        path_parameters=("lampId",),
        named_by=("lampId",),
        source_scheme="lamp",
        listed_in="lamp_ids",
        all_topic="__AST_LAMP_ALL_TOPIC",
        ended_by=("StreetLampBroken",),
        made_by={"streetLamps.create": "lampId"},
        found_by="streetLamps.get",
        listed_by="streetLamps.list",
    ),
)

#: The rows by the class's name.
"""

PROGRAM = """
    import json
    import pathlib
    import sys
    import threading

    import ari
    from ari.model import CLASS_MAP, BaseObject
    from ari.session.presence import find_gone
    from ari.transport.procedures import drive, take_step

    folder = pathlib.Path(ari.__file__).parent
    assert folder.parent == pathlib.Path(sys.argv[1]), folder

    def load(name):
        return json.loads((folder / "api_docs" / f"{name}.json").read_text(encoding="utf-8"))

    def operation(nickname, method, response, *parameters):
        return {
            "nickname": nickname,
            "httpMethod": method,
            "responseClass": response,
            "parameters": list(parameters),
        }

    def parameter(name, place):
        return {
            "name": name, "paramType": place, "dataType": "string", "required": place == "path"
        }

    MODEL = {
        "id": "StreetLamp",
        "properties": {
            "id": {"type": "string", "required": True},
            "color": {"type": "string", "required": True},
        },
    }

    def happening(name):
        lamp = {"type": "StreetLamp", "required": True}
        return {"id": name, "properties": {"lamp": lamp}}

    listing = load("resources")
    for api in listing["apis"]:
        api["api_declaration"] = load(api["path"].split("/")[-1].split(".")[0])
        if "events" in api["path"]:
            models = api["api_declaration"]["models"]
            models["StreetLamp"] = MODEL
            for name in ("StreetLampLit", "StreetLampBroken"):
                models["Event"]["subTypes"].append(name)
                models[name] = happening(name)
    listing["apis"].append(
        {
            "path": "/api-docs/streetLamps.{format}",
            "api_declaration": {
                "apis": [
                    {
                        "path": "/streetLamps",
                        "operations": [
                            operation("list", "GET", "List[StreetLamp]"),
                            operation("create", "POST", "StreetLamp", parameter("lampId", "query")),
                        ],
                    },
                    {
                        "path": "/streetLamps/{lampId}",
                        "operations": [
                            operation("get", "GET", "StreetLamp", parameter("lampId", "path")),
                            operation("turnOff", "DELETE", "void", parameter("lampId", "path")),
                        ],
                    },
                ],
                "models": {"StreetLamp": MODEL},
            },
        }
    )

    class Answer:
        status_code = 200

        def __init__(self, body):
            self.body = body

        def json(self):
            return self.body

    class Http:
        sent = []

        def request(self, method, url, params):
            self.sent.append((method, url.removeprefix("http://a.test/ari"), params))
            if method == "DELETE":
                answer = Answer(None)
                answer.status_code = 204
                return answer
            lamp = {"id": "l1", "color": "amber"}
            return Answer([lamp] if url.endswith("streetLamps") and method == "GET" else lamp)

        def close(self):
            pass

    client = ari.Client("http://a.test/", Http(), listing)
    StreetLamp = CLASS_MAP["StreetLamp"]

    # Answers are objects of a class.
    assert issubclass(StreetLamp, BaseObject) and StreetLamp.__name__ == "StreetLamp"
    [lamp] = client.streetLamps.list()
    assert isinstance(lamp, StreetLamp) and repr(lamp) == "StreetLamp(l1)"
    assert lamp.color == "amber" and lamp.event_source == "lamp:l1"
    assert "turnOff" in dir(lamp) and "create" not in dir(lamp)
    assert lamp == client.streetLamps.get("l1") == client.streetLamps.create(lampId="l1")
    assert client.streetLamps.get(lamp) == lamp.get()
    assert lamp.turnOff() is None
    assert Http.sent[-1] == ("DELETE", "/streetLamps/l1", {}), Http.sent

    # The client has a method that listens, objects listen, and the end unregisters.
    def emit(name, lamp_id="l1"):
        client.on_stasis_event({"type": name, "lamp": {"id": lamp_id, "color": "red"}})

    def fail(ex):
        raise ex

    client.exception_handler = fail
    every, mine = [], []
    client.on_street_lamp_event("StreetLampLit", lambda lamp, event: every.append(lamp))
    assert "street lamps" in client.on_street_lamp_event.__doc__
    lit = lamp.on_event("StreetLampLit", lambda lamp, event: mine.append(lamp))
    emit("StreetLampLit")
    emit("StreetLampLit", "l2")
    assert [l.id for l in every] == ["l1", "l2"] and [l.color for l in mine] == ["red"]
    emit("StreetLampBroken", "l2")
    assert not lit.closed
    emit("StreetLampBroken")
    assert lit.closed
    assert lamp.wait_for("StreetLampBroken", timeout=0)["lamp"]["id"] == "l1"
    try:
        lamp.wait_for("StreetLampLit", timeout=5)
    except ari.ARIObjectGone as gone:
        assert gone.key == ("StreetLamp", "l1")
    else:
        raise AssertionError("it waited for what is gone")

    # What is gone after a gap is found out.
    gone = find_gone(client.swagger, [("StreetLamp", "l1"), ("StreetLamp", "l9")])
    assert drive(gone, lambda step: take_step(step, client.swagger.transport)) == (
        [("StreetLamp", "l9")],
        [],
    )

    # What other classes need has not changed.
    assert client.on_channel_event and isinstance(
        CLASS_MAP["Channel"](client, {"id": "c"}), ari.model.Channel
    )
    client.close()
    print("done")
"""


class OneRowTest(unittest.TestCase):
    def test_a_new_class_of_object_is_one_row(self):
        with tempfile.TemporaryDirectory() as folder:
            copied = Path(folder).resolve() / "ari"
            ignored = shutil.ignore_patterns("__pycache__", "testing")
            shutil.copytree(PACKAGE, copied, ignore=ignored)
            source = (copied / "kinds.py").read_text(encoding="utf-8")
            end = "\n)\n\n#: The rows by the class's name.\n"
            self.assertEqual(source.count(end), 1)
            (copied / "kinds.py").write_text(source.replace(end, ROW), encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-W", "error", "-c", textwrap.dedent(PROGRAM), copied.parent],
                env={**os.environ, "PYTHONPATH": str(copied.parent)},
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual((done.stdout, done.returncode), ("done\n", 0), done.stderr)
