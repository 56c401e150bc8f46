"""Loading descriptions: both versions of Swagger, files, and faults that name their place."""

import contextlib
import json
import tempfile
import unittest
from pathlib import Path

import requests

import ari
from ari.swagger import Loader, SwaggerClient, SwaggerError, load_file, load_json, load_url

from ..support import (
    LogRecords,
    MockedHttp,
    make_response,
    tiny_declaration,
    tiny_listing,
    tiny_operation,
    tiny_parameter,
)

URL = "http://ari.test:8088/ari/api-docs/resources.json"
THINGS = "http://ari.test:8088/ari/api-docs/things.json"

SWAGGER_12 = {
    "swaggerVersion": "1.2",
    "basePath": "http://nowhere.test/ari",
    "apis": [
        {
            "path": "/things/{id}",
            "operations": [
                {
                    "nickname": "get",
                    "method": "GET",
                    "type": "Thing",
                    "parameters": [{"name": "id", "paramType": "path", "type": "string"}],
                    "responseMessages": [{"code": 404, "message": "No such thing"}],
                }
            ],
        }
    ],
    "models": {"Thing": {"properties": {"parts": {"$ref": "Part"}, "odd": {}}}},
}


class LoadingTest(MockedHttp):
    def load(self, listing, **declarations):
        self.serve("GET", "/api-docs/resources.json", listing)
        for name, declaration in declarations.items():
            self.serve("GET", f"/api-docs/{name}.json", declaration)
        return load_url(URL)

    def test_a_listing_and_its_declarations(self):
        docs = self.load(
            tiny_listing("things", "events"),
            things=tiny_declaration([tiny_operation()]),
            events=tiny_declaration(path="/events"),
        )
        self.assertEqual([api["name"] for api in docs["apis"]], ["things", "events"])
        self.assertEqual(docs["apis"][0]["url"], THINGS)
        self.assertEqual(docs["url"], URL)
        operation = docs["apis"][0]["api_declaration"]["apis"][0]["operations"][0]
        self.assertEqual(operation["resource"], "things")
        self.assertFalse(operation["is_websocket"])

    def test_both_versions_of_swagger_come_out_in_the_shape_of_the_older(self):
        docs = self.load(tiny_listing("old", "new"), old=tiny_declaration(), new=SWAGGER_12)
        declaration = docs["apis"][1]["api_declaration"]
        operation = declaration["apis"][0]["operations"][0]
        self.assertEqual(operation["httpMethod"], "GET")
        self.assertEqual(operation["responseClass"], "Thing")
        self.assertEqual(operation["errorResponses"][0]["reason"], "No such thing")
        self.assertEqual(operation["parameters"][0]["dataType"], "string")
        self.assertEqual(declaration["models"]["Thing"]["properties"]["parts"]["type"], "Part")
        self.assertEqual(declaration["models"]["Thing"]["properties"]["odd"]["type"], "object")

    def test_path_parameters_are_required_whatever_is_declared(self):
        docs = self.load(tiny_listing("new"), new=SWAGGER_12)
        operation = docs["apis"][0]["api_declaration"]["apis"][0]["operations"][0]
        self.assertIs(operation["parameters"][0]["required"], True)

    def test_what_is_left_out_has_its_default(self):
        bare = {"nickname": "x", "httpMethod": "GET"}
        docs = self.load(tiny_listing("things"), things=tiny_declaration([bare]))
        operation = docs["apis"][0]["api_declaration"]["apis"][0]["operations"][0]
        self.assertEqual(operation["responseClass"], "void")
        self.assertEqual(operation["parameters"], [])
        self.assertEqual(operation["errorResponses"], [])

    def test_an_unknown_property_type_does_not_stop_the_rest(self):
        models = {"Thing": {"properties": {"shape": {"type": "Polyhedron"}}}, "Empty": {}}
        docs = self.load(
            tiny_listing("things", "others"),
            things=tiny_declaration([tiny_operation()], models=models),
            others=tiny_declaration(path="/others"),
        )
        self.assertEqual([api["name"] for api in docs["apis"]], ["things", "others"])
        loaded = docs["apis"][0]["api_declaration"]["models"]
        self.assertEqual(loaded["Thing"]["properties"]["shape"]["type"], "Polyhedron")
        self.assertEqual(loaded["Empty"]["properties"], {})

    def test_a_listed_declaration_that_is_not_there_does_not_stop_the_rest(self):
        self.serve("GET", "/api-docs/mailboxes.json", status=404, body="nothing")
        with LogRecords() as log:
            docs = self.load(
                tiny_listing("mailboxes", "things"), things=tiny_declaration([tiny_operation()])
            )
        self.assertEqual([api["name"] for api in docs["apis"]], ["things"])
        self.assertIn("mailboxes.json is listed but not there", log.text)

    def test_another_error_of_a_declaration_does(self):
        self.serve("GET", "/api-docs/things.json", {"message": "sorry"}, status=500)
        with self.assertRaises(ari.ARIServerError) as caught:
            self.load(tiny_listing("things"))
        self.assertIn("loading the description: 500 sorry", str(caught.exception))

    def test_the_paths_are_relative_to_where_the_listing_came_from(self):
        docs = self.load(tiny_listing("things"), things=tiny_declaration([tiny_operation()]))
        self.assertEqual(docs["base_url"], "http://ari.test:8088/ari")

    def test_a_listing_with_plain_paths_is_relative_to_its_own_folder(self):
        listing = {"apis": [{"path": "/things.json"}]}
        self.serve("GET", "/api-docs/things.json", tiny_declaration())
        docs = self.load(listing)
        self.assertEqual(docs["base_url"], "http://ari.test:8088/ari/api-docs")

    def test_a_listing_of_another_folder_is_relative_to_its_own_too(self):
        base = "http://ari.test:8088/ari/api-docs"
        self.serve("GET", "/sub/things.json", tiny_declaration(), base=base)
        docs = self.load({"apis": [{"path": "/sub/things.json"}]})
        self.assertEqual(docs["base_url"], base)

    def test_an_empty_listing(self):
        self.assertEqual(self.load({"apis": []})["apis"], [])

    def test_bytes_that_are_no_utf8_are_shown_and_not_stumbled_over(self):
        self.serve("GET", "/api-docs/resources.json", body=b"\xff\xfe nonsense")
        with self.assertRaisesRegex(SwaggerError, "in JSON, got '.. nonsense'"):
            load_url(URL)

    def test_a_loader_loads_one_declaration_into_its_entry(self):
        self.serve("GET", "/api-docs/things.json", tiny_declaration())
        with ari.swagger.SynchronousHttpClient() as http_client:
            api = {"path": "/api-docs/things.{format}"}
            Loader(http_client).load_api_declaration("http://ari.test:8088/ari/", api)
        self.assertEqual(api["url"], THINGS)
        self.assertEqual(api["api_declaration"]["swaggerVersion"], "1.1")

    def test_a_base_of_the_users_own(self):
        other = "http://elsewhere.test/x"
        self.serve("GET", "/api-docs/resources.json", tiny_listing("things"))
        self.serve("GET", "/api-docs/things.json", tiny_declaration(), base=other)
        docs = load_url(URL, base_url=other)
        self.assertEqual(docs["apis"][0]["url"], f"{other}/api-docs/things.json")


class ResponseOfSwaggerpyTest(unittest.TestCase):
    def test_an_http_client_whose_responses_only_have_a_status_and_json(self):
        class Answer:
            status_code = 200

            def __init__(self, document):
                self.document = document

            def json(self):
                return self.document

        class OldHttpClient:
            def request(self, method, url, params=None, data=None):
                return Answer(
                    tiny_listing("things") if url.endswith("resources.json") else tiny_declaration()
                )

        docs = load_url(URL, OldHttpClient())
        self.assertEqual(docs["apis"][0]["name"], "things")


class FaultsTest(MockedHttp):
    """Every fault names the URL, the place in it, and what is wrong there."""

    def assert_fault(self, *words, listing=None, things=None, **served):
        if served:
            self.serve("GET", "/api-docs/resources.json", **served)
        else:
            listing = tiny_listing("things") if listing is None else listing
            self.serve("GET", "/api-docs/resources.json", listing)
        if things is not None:
            self.serve("GET", "/api-docs/things.json", things)
        with self.assertRaises(SwaggerError) as caught:
            load_url(URL)
        self.mock.reset()
        self.assertIsInstance(caught.exception, ari.ARIDescriptionError)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_html(self):
        self.assert_fault(
            URL, "a resource listing in JSON", "<html><h1>It works!", body="<html><h1>It works!"
        )

    def test_truncated_json(self):
        self.assert_fault(URL, "in JSON", body='{"apis": [{"path": "/ap')

    def test_an_empty_body(self):
        self.assert_fault(URL, "in JSON, got ''", body="")

    def test_a_listing_that_is_a_list(self):
        self.assert_fault(URL, "a JSON object, got a list", body="[]")

    def test_a_listing_that_is_missing(self):
        self.assert_fault(URL, "404 Not Found", "expected a resource listing", status=404, body="")

    def test_faults_of_a_listing(self):
        for listing, words in (
            ({"swaggerVersion": "1.1"}, ["expected 'apis', a list, got nothing"]),
            ({"apis": {}}, ["expected 'apis', a list, got a dict"]),
            ({"apis": ["x"]}, ["apis[0]", "expected an object, got a str"]),
            ({"apis": [{"path": "/a"}, {}]}, ["apis[1]", "expected 'path', a string, got nothing"]),
        ):
            self.assert_fault(URL, *words, listing=listing)

    def test_a_declaration_that_is_html_or_truncated_or_a_list(self):
        self.mock.add("GET", THINGS, body="<html>")
        self.assert_fault(THINGS, "expected a declaration in JSON, got '<html>'")
        self.mock.add("GET", THINGS, body='{"apis": [')
        self.assert_fault(THINGS, "expected a declaration in JSON")
        self.assert_fault(THINGS, "expected a declaration, a JSON object", things=[1])

    def test_faults_of_a_declaration(self):
        good = tiny_operation("get", parameters=[tiny_parameter("id")])
        for declaration, words in (
            ({}, ["expected 'apis', a list, got nothing"]),
            ({"apis": [7]}, ["apis[0]", "expected an object, got a int"]),
            ({"apis": [{}]}, ["apis[0]", "'path', a string"]),
            ({"apis": [{"path": "/x"}]}, ["apis[0] (/x)", "'operations', a list, got nothing"]),
            (tiny_declaration([good, None]), ["(/things): operations[1]", "expected an object"]),
            (tiny_declaration([{}]), ["operations[0]", "'nickname', a string"]),
            (tiny_declaration([{"nickname": "x"}]), ["operations[0] (x)", "'httpMethod'"]),
            (
                tiny_declaration([{**good, "parameters": {}}]),
                ["operations[0] (get)", "'parameters', a list, got a dict"],
            ),
            (
                tiny_declaration([{**good, "parameters": [good["parameters"][0], 5]}]),
                ["operations[0] (get): parameters[1]", "expected an object, got a int"],
            ),
            (
                tiny_declaration([{**good, "parameters": [{"paramType": "path"}]}]),
                ["parameters[0]", "'name', a string"],
            ),
            (
                tiny_declaration([{**good, "parameters": [tiny_parameter("id", "cookie")]}]),
                ["parameters[0]", "'paramType' of 'id' is 'cookie'", "path, query, body"],
            ),
            (
                tiny_declaration([{**good, "errorResponses": {}}]),
                ["(get)", "'errorResponses', a list"],
            ),
            (tiny_declaration([{**good, "errorResponses": ["x"]}]), ["(get)", "an error response"]),
            (tiny_declaration(models=[1]), ["'models', an object, got a list"]),
            (tiny_declaration(models={"Thing": 1}), ["models: Thing", "an object, got a int"]),
            (
                tiny_declaration(models={"Thing": {"properties": []}}),
                ["models: Thing", "'properties', an object"],
            ),
            (
                tiny_declaration(models={"Thing": {"properties": {"p": "string"}}}),
                ["models: Thing", "property 'p', an object, got a str"],
            ),
        ):
            with self.subTest(words):
                self.assert_fault(THINGS, *words, things=declaration)

    def test_the_cause_is_kept(self):
        self.serve("GET", "/api-docs/resources.json", body="<html>")
        with self.assertRaises(SwaggerError) as caught:
            load_url(URL)
        self.assertIsInstance(caught.exception.cause, ValueError)

    def test_nothing_listens(self):
        self.mock.add("GET", URL, body=requests.ConnectionError("refused"))
        with self.assertRaises(ari.ARIConnectionError) as caught:
            load_url(URL)
        self.assertIn("loading the description: cannot reach", str(caught.exception))


class FilesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "with space"
        self.folder.mkdir()

    def write(self, name, document):
        path = self.folder / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    def test_declarations_stand_beside_the_listing(self):
        listing = self.write("resources.json", tiny_listing("things"))
        self.write("things.json", tiny_declaration([tiny_operation()]))
        docs = load_file(listing)
        self.assertEqual(docs["apis"][0]["name"], "things")
        self.assertEqual(docs["base_url"], "http://nowhere.test/ari")

    def test_a_file_url_does_as_well(self):
        listing = self.write("resources.json", tiny_listing())
        self.assertEqual(load_url(Path(listing).as_uri())["apis"], [])

    def test_a_missing_declaration_is_left_out(self):
        listing = self.write("resources.json", tiny_listing("things"))
        self.assertEqual(load_file(listing)["apis"], [])

    def test_a_declaration_that_no_file_can_be(self):
        for path in ("/", "/a\0b"):
            listing = self.write("resources.json", {"apis": [{"path": path}]})
            with self.subTest(path), self.assertRaisesRegex(SwaggerError, "it cannot be read"):
                load_file(listing)

    def test_a_declaration_whose_name_looks_like_a_url(self):
        for path in ("/http:x", "/[", "/?x", "/#x"):
            listing = self.write("resources.json", {"apis": [{"path": path}]})
            with self.subTest(path), contextlib.suppress(SwaggerError):
                self.assertEqual(load_file(listing)["apis"], [])

    def test_a_missing_listing(self):
        with self.assertRaisesRegex(SwaggerError, "no such file; expected a resource listing"):
            load_file(str(self.folder / "resources.json"))

    def test_a_broken_file_is_named(self):
        path = self.folder / "resources.json"
        path.write_text("{", encoding="utf-8")
        with self.assertRaisesRegex(SwaggerError, r"resources\.json: expected a resource listing"):
            load_file(str(path))


class JsonTest(unittest.TestCase):
    def test_a_listing_that_holds_its_declarations(self):
        listing = tiny_listing("things", "none")
        listing["apis"][0]["api_declaration"] = tiny_declaration([tiny_operation("list")])
        docs = load_json(listing)
        self.assertEqual([api["name"] for api in docs["apis"]], ["things"])

    def test_a_fault_names_the_path_for_want_of_a_url(self):
        listing = tiny_listing("things")
        listing["apis"][0]["api_declaration"] = {}
        with self.assertRaisesRegex(
            SwaggerError, r"^/api-docs/things\.\{format\}: expected 'apis'"
        ):
            load_json(listing)

    def test_a_listing_that_is_none(self):
        with self.assertRaisesRegex(SwaggerError, "^resource listing: expected 'apis'"):
            load_json({})

    def test_a_client_of_it_calls_where_the_declaration_says(self):
        listing = tiny_listing("things")
        listing["apis"][0]["api_declaration"] = tiny_declaration([tiny_operation("list")])
        calls = []

        class Http:
            def request(self, method, url, params=None, data=None):
                calls.append((method, url))
                return make_response()

        SwaggerClient(listing, Http()).things.list()
        self.assertEqual(calls, [("GET", "http://nowhere.test/ari/things")])
