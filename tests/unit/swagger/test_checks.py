"""A description that says something odd: what is left out, what is renamed, and what is refused."""

import inspect
import json
import pydoc

import ari
from ari.swagger import SwaggerClient, SwaggerError
from ari.swagger.declarations import free_names, python_name

from ..support import (
    BASE,
    MockedHttp,
    api_docs,
    resource_names,
    tiny_declaration,
    tiny_listing,
    tiny_operation,
    tiny_parameter,
)


def described(*operations, name="things", path="/things", models=None):
    """Return a description of one resource with operations of one path."""
    listing = tiny_listing(name)
    listing["apis"][0]["api_declaration"] = tiny_declaration(operations, path=path, models=models)
    return listing


class Odd(MockedHttp):
    def client(self, *operations, **options):
        client = ari.Client(
            BASE, ari.swagger.SynchronousHttpClient(), described(*operations, **options)
        )
        self.addCleanup(client.close)
        return client

    def left_out(self, *operations, **options):
        """Return a client, and the texts of the warnings while it was made."""
        with self.assertLogs("ari.swagger", "WARNING") as caught:
            client = self.client(*operations, **options)
        return client, "\n".join(record.getMessage() for record in caught.records)


class NamesTest(Odd):
    def test_names_that_python_cannot_write(self):
        for name, shown in (
            ("from", "from_"),
            ("self", "self_"),
            ("channel-id", "channel_id"),
            ("1st", "_1st"),
            ("a b", "a_b"),
            ("", "_"),
            ("__init__", "init_"),
            ("__x__", "x_"),
            ("____", "_"),
            ("plain", "plain"),
            ("_plain", "_plain"),
        ):
            with self.subTest(name):
                self.assertEqual(python_name(name), shown)
                self.assertTrue(shown.isidentifier())

    def test_names_that_would_be_the_same_are_told_apart(self):
        names = free_names(["a-b", "a_b", "a b", "taken"], lambda name: name == "taken")
        self.assertEqual(names, {"a-b": "a_b_", "a_b": "a_b", "a b": "a_b__", "taken": "taken_"})

    def test_odd_parameters_are_given_by_either_name(self):
        odd = ["channel-id", "self", "from", "from_", "args", "operation", "client"]
        client = self.client(tiny_operation(parameters=map(tiny_parameter, odd)))
        signature = inspect.signature(client.things.list)
        shown = ["channel_id", "self_", "from__", "from_", "args", "operation", "client"]
        self.assertEqual(list(signature.parameters), shown)
        self.serve("GET", "/things")
        for names in (odd, shown):
            for call in (client.things.list, client.swagger.things.list):
                call(**dict(zip(names, "1234567", strict=True)))
                self.assertEqual(self.query, dict(zip(odd, "1234567", strict=True)))

    def test_operations_named_like_what_a_repository_has(self):
        names = ["client", "api", "name", "base_class", "import", "__init__", "__bool__", "get-all"]
        shown = ["client_", "api_", "name_", "base_class_", "import_", "init_", "bool_", "get_all"]
        client = self.client(*map(tiny_operation, names))
        self.serve("GET", "/things")
        for name, method in zip(names, shown, strict=True):
            with self.subTest(name):
                self.assertIn(method, dir(client.things))
                getattr(client.things, method)()
                self.assertIn(method, pydoc.render_doc(getattr(client.things, method)))
                client.swagger.things.operations[name]()
        self.assertIs(client.things.client, client)

    def test_operations_named_like_what_an_object_has(self):
        names = ["on_event", "id", "json", "event_reg", "wait_for", "__eq__", "read_digits", "mute"]
        operations = [
            tiny_operation(name, "POST", parameters=[tiny_parameter("channelId", "path")])
            for name in names
        ]
        client = self.client(*operations, name="channels", path="/channels/{channelId}")
        channel = ari.model.Channel(client, {"id": "c1"})
        self.serve("POST", "/channels/c1")
        for method in ("on_event_", "id_", "json_", "event_reg_", "wait_for_", "eq_", "mute"):
            getattr(channel, method)()
        self.assertEqual((channel.id, channel.json), ("c1", {"id": "c1"}))
        self.assertEqual(channel, ari.model.Channel(client, {"id": "c1"}))

    def test_resources_named_like_what_a_client_has(self):
        odd = ["run", "close", "swagger", "repositories", "_session", "device-states", "__dict__"]
        shown = ["run_", "close_", "swagger_", "repositories_", "_session_", "device_states"]
        shown += ["dict_"]
        listing = tiny_listing(*odd)
        for entry in listing["apis"]:
            entry["api_declaration"] = tiny_declaration([tiny_operation()])
        client = ari.Client(BASE, ari.swagger.SynchronousHttpClient(), listing)
        self.serve("GET", "/things")
        for name, attribute in zip(odd, shown, strict=True):
            with self.subTest(name):
                self.assertIs(getattr(client, attribute), client.get_repo(name))
                self.assertIn(attribute, dir(client))
                client.get_repo(name).list()
        client.close()


class LeftOutTest(Odd):
    def check(self, odd, *words, **options):
        """Check that the second of three operations is left out, with a warning."""
        good = {"path": "/good", "operations": [tiny_operation("good"), odd]}
        listing = described(tiny_operation("better"), **options)
        listing["apis"][0]["api_declaration"]["apis"].insert(0, good)
        with self.assertLogs("ari.swagger", "WARNING") as caught:
            client = SwaggerClient(listing, base_url=BASE)
        self.assertEqual(sorted(client.things.operations), ["better", "good"])
        self.assertEqual(len(caught.records), 1)
        text = caught.records[0].getMessage()
        for word in ("apis[0] (/good): operations[1]", "the operation is left out", *words):
            self.assertIn(word, text)

    def test_an_operation_that_is_declared_twice(self):
        self.check(tiny_operation("good", "POST"), "(good)", "another operation has this name")

    def test_an_operation_without_a_name(self):
        self.check(tiny_operation(""), "no name")

    def test_a_method_that_http_does_not_have(self):
        self.check(tiny_operation("odd", "GET /x HTTP/1.1\r\n"), "(odd)", "there is no method 'GET")

    def test_a_path_parameter_that_the_path_has_no_place_for(self):
        odd = tiny_operation("odd", parameters=[tiny_parameter("id", "path")])
        self.check(odd, "places for nothing", "parameters are for id")

    def test_a_path_whose_braces_do_not_match_its_parameters(self):
        operation = tiny_operation("get", parameters=[tiny_parameter("id", "path")])
        for path in ("/x/{id", "/x/id}", "/x/{{id}}", "/x/{}", "/x/{other}", "/x/{id}/{other}"):
            with self.subTest(path):
                client, said = self.left_out(dict(operation), path=path)
                self.assertEqual(client.swagger.things.operations, {})
                self.assertIn(path, said)

    def test_a_path_that_leads_elsewhere(self):
        for path in ("", "x", "@elsewhere.test/x", "/x?a=b", "/x#y", "/x y", "/x\r\ny", "/\u00e4"):
            with self.subTest(path):
                client, _said = self.left_out(tiny_operation(), path=path)
                self.assertEqual(client.swagger.things.operations, {})

    def test_a_parameter_that_is_declared_twice(self):
        several = [tiny_parameter("a"), tiny_parameter("a", "path"), tiny_parameter("")]
        client, said = self.left_out(tiny_operation(parameters=several))
        self.assertEqual(list(inspect.signature(client.things.list).parameters), ["a"])
        self.assertIn("parameter 'a' is declared twice is left out", said)
        self.assertIn("(list): parameter has no name is left out", said)

    def test_a_resource_that_is_listed_twice(self):
        listing = tiny_listing("things", "things", "")
        for entry in listing["apis"]:
            entry["api_declaration"] = tiny_declaration([tiny_operation()])
        listing["apis"][2]["path"] = "/"
        with self.assertLogs("ari.swagger", "WARNING") as caught:
            client = SwaggerClient(listing)
        self.assertEqual(list(client.resources), ["things"])
        self.assertEqual(len(caught.records), 2)

    def test_what_asterisk_declares_is_whole(self):
        listing = api_docs("resources")
        for entry, name in zip(listing["apis"], resource_names(), strict=True):
            entry["api_declaration"] = api_docs(name)
        with self.assertNoLogs("ari", "WARNING"):
            SwaggerClient(listing)


class TypesTest(Odd):
    def test_types_that_are_no_names(self):
        odd = tiny_operation(response=["a"], parameters=[tiny_parameter("a", data_type=["string"])])
        client, said = self.left_out(odd)
        self.serve("GET", "/things", {"some": "answer"})
        self.assertEqual(client.things.list(a=1), {"some": "answer"})
        self.assertIn("'responseClass' is not a string but a list", said)
        self.assertIn("'dataType' is not a string but a list", said)
        pydoc.render_doc(client.things.list)

    def test_null_is_as_good_as_nothing(self):
        odd = tiny_operation(errorResponses=None)
        odd["parameters"] = None
        listing = described(odd, models={"Thing": {"properties": None}})
        client = SwaggerClient(listing)
        self.assertEqual(client.things.list.model.parameters, ())
        self.assertEqual(client.things.models["Thing"].properties, ())
        listing = described()
        listing["apis"][0]["api_declaration"]["models"] = None
        self.assertEqual(SwaggerClient(listing).things.models, {})

    def test_allowable_values_of_another_shape(self):
        for odd in (["a"], 5, {"values": 5}, {"values": "abc"}, {"values": {"a": 1}}):
            with self.subTest(odd):
                parameter = tiny_parameter("a", allowableValues=odd)
                client, said = self.left_out(tiny_operation(parameters=[parameter]))
                self.assertIn("'allowableValues' of 'a' does not list values; it is left", said)
                pydoc.render_doc(client.things.list)
        odd = {"values": ["a", None, [1], 5], "min": [1], "max": {}}
        client = self.client(tiny_operation(parameters=[tiny_parameter("a", allowableValues=odd)]))
        self.assertIn("One of: a, 5.", client.things.list.__doc__)

    def test_texts_and_numbers_that_are_neither(self):
        huge, deep = 10**5000, json.loads("[" * 500 + "]" * 500)
        for odd in (huge, -huge, deep, {"a": deep}, True, 1e400, None):
            with self.subTest(type(odd).__name__):
                parameter = tiny_parameter(
                    "a", defaultValue=odd, description=odd, refuseBelow=odd, allowableValues=None
                )
                parameter["allowableValues"] = {"min": odd, "max": odd, "values": [odd]}
                operation = tiny_operation(
                    parameters=[parameter],
                    summary=odd,
                    notes=odd,
                    errorResponses=[{"code": odd, "reason": odd}, {"reason": "no code"}, {}],
                )
                model = {"description": odd, "subTypes": odd, "properties": {"a": {"type": odd}}}
                client = self.client(operation, models={"Thing": model})
                pydoc.render_doc(client.things.list)
                inspect.signature(client.things.list)

    def test_models_that_refer_to_one_another_and_themselves(self):
        models = {
            "A": {"properties": {"a": {"type": "A"}, "b": {"$ref": "B"}}, "subTypes": ["A", "B"]},
            "B": {"properties": {"a": {"type": "List[A]"}}, "subTypes": ["A", {}, 5]},
        }
        client = self.client(models=models, name="events")
        self.assertEqual(client.swagger.events.models["B"].subtypes, ("A",))
        with self.assertRaisesRegex(ValueError, "there is no event 'C'"):
            client.on_channel_event("C", print)

    def test_a_document_that_is_nested_too_deeply(self):
        self.serve("GET", "/api-docs/resources.json", body="[" * 200_000 + "]" * 200_000)
        with self.assertRaisesRegex(SwaggerError, r"resources\.json: expected a resource listing"):
            ari.connect(BASE, "user", "password")

    def test_what_is_no_description(self):
        for odd in ([], "", "x", 5, 0, True, {}, {"url": 5}, {"apis": None, "url": []}):
            with self.subTest(odd), self.assertRaises(ari.ARIDescriptionError):
                ari.Client(BASE, ari.swagger.SynchronousHttpClient(), odd)


class WithoutTest(Odd):
    """A description that lacks what the library itself calls."""

    def test_a_run_without_its_operation(self):
        with self.assertRaisesRegex(ari.ARIDescriptionError, r"events\.eventWebsocket"):
            self.client(tiny_operation()).run("app")

    def test_a_run_whose_operation_has_other_parameters(self):
        operation = tiny_operation("eventWebsocket", upgrade="websocket")
        client = self.client(operation, name="events")
        with self.assertRaisesRegex(ari.ARIDescriptionError, "unexpected argument 'app'"):
            client.run("app")

    def test_an_object_whose_resource_is_missing_has_no_operations(self):
        client = self.client(tiny_operation(response="Channel"))
        self.serve("GET", "/things", {"id": "c1", "state": "Up"})
        channel = client.things.list()
        self.assertEqual((channel.id, channel.state), ("c1", "Up"))
        with self.assertRaisesRegex(AttributeError, "has no attribute 'answer'"):
            channel.answer()

    def test_a_sound_that_cannot_be_asked_for_again(self):
        client = self.client(tiny_operation(response="Sound"))
        self.serve("GET", "/things", {"id": "hello"})
        with self.assertRaisesRegex(AttributeError, "'sounds' has no operation 'get'"):
            client.things.list().get()

    def test_a_prompt_that_cannot_be_played(self):
        client = self.client(tiny_operation(), models={"ChannelDtmfReceived": {}}, name="events")
        channel = ari.model.Channel(client, {"id": "c1"})
        with self.assertRaisesRegex(ari.ARIDescriptionError, r"channels\.play"):
            channel.read_digits(prompt="sound:hello")

    def test_bookkeeping_after_operations_with_other_parameters(self):
        self.serve("GET", "/things")
        client = self.client(tiny_operation("destroy"), name="bridges")
        client.bridges.destroy()
        client = self.client(tiny_operation("subscribe"), name="applications")
        client.applications.subscribe()
