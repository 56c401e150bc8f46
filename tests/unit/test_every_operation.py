"""Calls every operation of the bundled description and checks what is sent, to the byte."""

import json
import re
import unittest
from urllib.parse import parse_qsl, urlsplit

import responses

import ari
from ari.swagger.request import python_name

from .support import (
    BASE,
    BASIC,
    PASSWORD,
    USER,
    MockedAsterisk,
    StubSocket,
    api_docs,
    resource_names,
)

NASTY = "a/b c+d%é"
ENCODED = "a%2Fb%20c%2Bd%25%C3%A9"

#: Made-up arguments by type, with what is sent of them.
VALUES = {
    "string": ("x y+é&=/", "x y+é&=/"),
    "int": (0, "0"),
    "long": (-5, "-5"),
    "double": (1.5, "1.5"),
    "boolean": (False, "false"),
}
MANY = (["one", 2, True], "one,2,true")
BODY = {"CALLERID(name)": "é", "A": "1"}

#: Operations whose body is not under its parameter's name; see AsteriskWorkarounds.
FLAT = {"bridges.create", "applications.filter"}

#: Parameters that are sent even if nobody gave them.
ALWAYS = {"channels.mute": {"direction": "both"}, "channels.unmute": {"direction": "both"}}

ANSWERS = {
    "Application": {"name": "x"},
    "Bridge": {"id": "x"},
    "Channel": {"id": "x"},
    "DeviceState": {"name": "x"},
    "Endpoint": {"technology": "x", "resource": "y"},
    "LiveRecording": {"name": "x"},
    "Mailbox": {"name": "x"},
    "Playback": {"id": "x"},
    "Sound": {"id": "x"},
    "StoredRecording": {"name": "x"},
}


def every_operation():
    """Yield (resource name, path, operation) for all that the description declares."""
    for name in resource_names():
        for api in api_docs(name)["apis"]:
            for operation in api["operations"]:
                yield name, api["path"], operation


class Case:
    """An operation with arguments made up for it, and what must be sent."""

    def __init__(self, resource, path, operation, *, optional=True):
        self.label = f"{resource}.{operation['nickname']}"
        self.resource, self.nickname = resource, operation["nickname"]
        self.method = operation["httpMethod"]
        self.response = operation["responseClass"]
        self.path = re.sub(r"\{\w+\}", ENCODED, path)
        self.positional, self.keywords, self.query, self.body = [], {}, {}, None
        self.query.update(ALWAYS.get(self.label, {}))
        for parameter in operation.get("parameters", ()):
            self._add(parameter, optional)

    def _add(self, parameter, optional):
        name, kind = parameter["name"], parameter["paramType"]
        if kind == "path":
            self.positional.append((name, NASTY))
        elif not optional and not parameter.get("required"):
            return
        elif kind == "body":
            self.keywords[name] = BODY
            self.body = BODY if self.label in FLAT else {name: BODY}
        else:
            given, sent = MANY if parameter.get("allowMultiple") else VALUES[parameter["dataType"]]
            if self.label == "channels.sendDTMF" and given == -5:
                given, sent = 5, "5"
            if name == "media":
                given, sent = ["sound:one", "tone:busy"], "sound:one,tone:busy"
            self.keywords[name] = given
            self.query[name] = sent

    def answer(self):
        element = re.fullmatch(r"List\[(\w+)\]", self.response)
        body = ANSWERS.get(element.group(1) if element else self.response, {"any": "thing"})
        return [body] if element else body


class EveryOperationTest(MockedAsterisk):
    def setUp(self):
        super().setUp()
        self.mock.add_callback("GET", re.compile(".*"), callback=self._reply)
        for method in ("POST", "PUT", "DELETE"):
            self.mock.add_callback(method, re.compile(".*"), callback=self._reply)

    def _reply(self, request):
        if self.case.response == "void":
            return 204, {}, ""
        return 200, {}, json.dumps(self.case.answer())

    def check(self, case, call):
        self.case = case
        before = len(self.mock.calls)
        with self.subTest(case.label):
            result = call()
            self.assertEqual(len(self.mock.calls), before + 1)
            url = urlsplit(self.sent.url)
            self.assertEqual(self.sent.method, case.method)
            self.assertEqual(f"{url.scheme}://{url.netloc}", BASE)
            self.assertEqual(url.path, "/ari" + case.path)
            self.assertEqual(
                sorted(
                    parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query))
                ),
                sorted(case.query.items()),
            )
            if case.body is None:
                self.assertIsNone(self.sent.body)
                self.assertNotIn("Content-Type", self.sent.headers)
            else:
                self.assertEqual(json.loads(self.sent.body), case.body)
                self.assertEqual(self.sent.headers["Content-Type"], "application/json")
            self.assertEqual(self.sent.headers["Authorization"], BASIC)
            self.check_result(case, result)

    def check_result(self, case, result):
        element = re.fullmatch(r"List\[(\w+)\]", case.response)
        name = element.group(1) if element else case.response
        if case.response == "void":
            self.assertIsNone(result)
        elif name == "binary":
            self.assertEqual(json.loads(result), case.answer())
        elif name in ari.model.CLASS_MAP:
            made = result[0] if element else result
            self.assertIsInstance(made, ari.model.CLASS_MAP[name])
        else:
            self.assertEqual(result, case.answer())

    def cases(self, **options):
        for resource, path, operation in every_operation():
            if operation.get("upgrade") != "websocket":
                yield Case(resource, path, operation, **options)

    def call(self, case, *args, **kwargs):
        return getattr(getattr(self.client, case.resource), case.nickname)(*args, **kwargs)

    def test_there_are_operations(self):
        self.assertGreater(len(list(self.cases())), 100)

    def test_with_keywords(self):
        for case in self.cases():
            self.check(case, lambda c=case: self.call(c, **dict(c.positional), **c.keywords))

    def test_with_positional_ids(self):
        for case in self.cases():
            ids = [value for _, value in case.positional]
            self.check(case, lambda c=case, ids=ids: self.call(c, *ids, **c.keywords))

    def test_with_names_that_python_can_write(self):
        for case in self.cases():
            keywords = {python_name(name): value for name, value in case.keywords.items()}
            ids = [value for _, value in case.positional]
            self.check(case, lambda c=case, ids=ids, kw=keywords: self.call(c, *ids, **kw))

    def test_with_required_arguments_alone(self):
        for case in self.cases(optional=False):
            ids = [value for _, value in case.positional]
            self.check(case, lambda c=case, ids=ids: self.call(c, *ids, **c.keywords))

    def test_with_none_for_what_is_optional(self):
        full = {case.label: case for case in self.cases()}
        for case in self.cases(optional=False):
            left_out = dict.fromkeys(set(full[case.label].keywords) - set(case.keywords))
            ids = [value for _, value in case.positional]
            self.check(
                case, lambda c=case, ids=ids, n=left_out: self.call(c, *ids, **c.keywords, **n)
            )

    def test_on_objects(self):
        """Operations whose path holds an object's id, on an object with a nasty one."""
        json_of = {
            "channels": {"id": NASTY},
            "bridges": {"id": NASTY},
            "playbacks": {"id": NASTY},
            "recordings": {"name": NASTY},
            "endpoints": {"technology": NASTY, "resource": NASTY},
            "deviceStates": {"name": NASTY},
            "mailboxes": {"name": NASTY},
            "sounds": {"id": NASTY},
            "applications": {"name": NASTY},
        }
        called = 0
        for cls in ari.model.CLASS_MAP.values():
            for case in self.cases():
                if self.client.swagger.get_resource(case.resource) is not self.resource_of(cls):
                    continue
                obj = cls(self.client, json_of[case.resource])
                own = obj.id_generator.get_params(obj.json)
                if not set(own) <= {name for name, _ in case.positional}:
                    continue
                rest = [value for name, value in case.positional if name not in own]
                method = getattr(obj, case.nickname)
                self.check(case, lambda m=method, c=case, r=rest: m(*r, **c.keywords))
                called += 1
        self.assertGreater(called, 80)

    def resource_of(self, cls):
        names = {
            "Application": "applications",
            "Bridge": "bridges",
            "Channel": "channels",
            "DeviceState": "deviceStates",
            "Endpoint": "endpoints",
            "LiveRecording": "recordings",
            "Mailbox": "mailboxes",
            "Playback": "playbacks",
            "Sound": "sounds",
            "StoredRecording": "recordings",
        }
        return self.client.swagger.get_resource(names[cls.__name__])

    def test_every_missing_required_argument_is_refused_before_traffic(self):
        for case in self.cases(optional=False):
            everything = {**dict(case.positional), **case.keywords}
            for name in everything:
                some = {key: value for key, value in everything.items() if key != name}
                with (
                    self.subTest(case.label, missing=name),
                    self.nothing_is_sent(),
                    self.assertRaisesRegex(TypeError, f"missing required.*'{name}'"),
                ):
                    self.call(case, **some)

    def test_every_empty_id_is_refused_before_traffic(self):
        for case in self.cases(optional=False):
            for name, _ in case.positional:
                with (
                    self.subTest(case.label, empty=name),
                    self.nothing_is_sent(),
                    self.assertRaises(ValueError),
                ):
                    self.call(case, **{**dict(case.positional), **case.keywords, name: ""})


class EventStreamSmokeTest(MockedAsterisk):
    def test_the_one_operation_that_is_a_websocket(self):
        seen = []
        self.client.swagger.http_client.ws_connect = lambda url, params=None: (
            seen.append((url, params)) or StubSocket()
        )
        self.client.swagger.events.eventWebsocket(app=["a", "b"], subscribeAll=True)
        self.assertEqual(
            seen, [("ws://ari.test:8088/ari/events", {"app": "a,b", "subscribeAll": "true"})]
        )


class ForeignBasePathTest(unittest.TestCase):
    @responses.activate
    def test_what_the_declarations_call_their_base_path_is_never_called(self):
        base = "https://pbx.example.test/prefix/ari"
        for name in ("resources", *resource_names()):
            document = api_docs(name)
            document["basePath"] = "http://10.0.0.1:8088/ari"
            responses.add("GET", f"{base}/api-docs/{name}.json", json=document)
        responses.add("GET", f"{base}/channels", json=[])
        with ari.connect("https://pbx.example.test/prefix/", USER, PASSWORD) as client:
            self.assertEqual(client.channels.list(), [])
        for call in responses.calls:
            self.assertTrue(call.request.url.startswith(base))
