"""From arguments to a request: D4 of the interface, without any Asterisk."""

import inspect
import json
import typing
import unittest
from urllib.parse import unquote

import requests

from ari.swagger.declarations import OperationModel
from ari.swagger.request import Request, bind, build, near_miss, python_name, signature

from ..support import tiny_operation, tiny_parameter

URI = "http://h.test/ari/things/{tech}/{resource}"


def model(declared, uri="u"):
    return OperationModel.from_json(declared, uri)


GET_JSON = tiny_operation(
    "get",
    parameters=[
        tiny_parameter("tech", "path", required=True),
        tiny_parameter("resource", "path", required=True),
        tiny_parameter("from"),
        tiny_parameter("media", many=True),
        tiny_parameter("count", data_type="int"),
        tiny_parameter("loud", data_type="boolean"),
    ],
)
CREATE_JSON = tiny_operation(
    "create",
    "post",
    parameters=[
        tiny_parameter("endpoint", required=True),
        tiny_parameter("variables", "body", data_type="containers"),
    ],
)
GET = model(GET_JSON, URI)
CREATE = model(CREATE_JSON, "http://h.test/x")
PLAIN = model(tiny_operation("ping"))


class BindTest(unittest.TestCase):
    def test_positional_arguments_fill_the_path_parameters_in_order(self):
        self.assertEqual(bind(GET, ("PJSIP", "alice"), {}), {"tech": "PJSIP", "resource": "alice"})

    def test_keywords_do_as_well(self):
        self.assertEqual(
            bind(GET, ("PJSIP",), {"resource": "alice", "count": 0}),
            {"tech": "PJSIP", "resource": "alice", "count": 0},
        )

    def test_none_is_left_out_while_false_zero_and_empty_stay(self):
        values = bind(GET, ("a", "b"), {"from_": None, "loud": False, "count": 0, "media": ""})
        self.assertEqual(
            values, {"tech": "a", "resource": "b", "loud": False, "count": 0, "media": ""}
        )

    def test_a_keyword_of_python_goes_by_both_names(self):
        for given in ({"from_": "x"}, {"from": "x"}):
            self.assertEqual(bind(GET, ("a", "b"), given)["from"], "x")

    def assert_refused(self, pattern, operation, *args, given=None, **kwargs):
        with self.assertRaisesRegex(TypeError, pattern):
            bind(operation, args, kwargs, given)

    def test_too_many_positional_arguments(self):
        self.assert_refused(
            r"get\(\) takes 2 positional arguments but 3 were given; it takes: tech, resource, "
            r"from_, media",
            GET,
            "a",
            "b",
            "c",
        )
        self.assert_refused(r"ping\(\) takes 0 .* it takes no arguments", PLAIN, "a")

    def test_an_unknown_argument_names_the_near_miss_and_the_valid_ones(self):
        self.assert_refused(
            r"get\(\) got an unexpected argument 'medai' \(did you mean 'media'\?\); it takes: "
            "tech, resource, from_, media, count, loud",
            GET,
            "a",
            "b",
            medai="x",
        )

    def test_a_missing_argument(self):
        self.assert_refused(r"missing required arguments: 'tech', 'resource'; it takes", GET)
        self.assert_refused(r"missing required argument: 'resource'; it takes", GET, "a")

    def test_none_for_a_required_argument_is_missing(self):
        self.assert_refused("missing required argument: 'endpoint'", CREATE, endpoint=None)

    def test_an_argument_given_twice(self):
        self.assert_refused("multiple values for argument 'tech'", GET, "a", tech="b")
        self.assert_refused(
            "multiple values for argument 'from'", GET, "a", "b", **{"from": 1, "from_": 2}
        )

    def test_what_the_object_gives_cannot_be_given_again(self):
        given = {"tech": "PJSIP"}
        self.assert_refused(
            "'tech', which the object it is called on gives already", GET, given=given, tech="x"
        )
        self.assertEqual(bind(GET, ("alice",), {}, given), {"tech": "PJSIP", "resource": "alice"})

    def test_what_the_object_gives_is_not_offered(self):
        self.assert_refused("it takes: resource, from_", GET, given={"tech": "x"}, wrong=1)


class BuildTest(unittest.TestCase):
    def get(self, **values):
        return build(GET, {"tech": "PJSIP", "resource": "alice", **values})

    def test_a_plain_request(self):
        self.assertEqual(
            self.get(), Request("GET", "http://h.test/ari/things/PJSIP/alice", operation=".get")
        )

    def test_path_segments_are_encoded_whole(self):
        nasty = "a/b c+d%é?#&;=,:@"
        url = self.get(resource=nasty).url
        segment = url.removeprefix("http://h.test/ari/things/PJSIP/")
        self.assertEqual(segment, "a%2Fb%20c%2Bd%25%C3%A9%3F%23%26%3B%3D%2C%3A%40")
        self.assertEqual(unquote(segment), nasty)

    def test_a_value_that_looks_like_a_placeholder_stays_a_value(self):
        url = self.get(tech="{resource}", resource="x").url
        self.assertEqual(url, "http://h.test/ari/things/%7Bresource%7D/x")

    def test_ids_that_would_call_another_path_are_refused(self):
        for bad in ("", ".", ".."):
            with self.assertRaisesRegex(ValueError, "tech: that would call another path"):
                self.get(tech=bad)

    def test_an_id_may_be_a_number_or_bytes_but_no_collection(self):
        self.assertTrue(self.get(tech=5, resource=b"x").url.endswith("/5/x"))
        for bad in (["a"], ("a",), {"a"}, {"a": 1}):
            with self.assertRaisesRegex(TypeError, "wants one id as tech, got a"):
                self.get(tech=bad)

    def test_booleans_and_numbers(self):
        query = self.get(loud=True, count=0).query
        self.assertEqual(query, {"loud": "true", "count": "0"})
        self.assertEqual(self.get(loud=False).query, {"loud": "false"})
        self.assertEqual(self.get(media="").query, {"media": ""})

    def test_whatever_holds_many_is_joined_with_commas(self):
        for many in (
            ["a", "b"],
            ("a", "b"),
            {"a": 1, "b": 2}.keys(),
            {"x": "a", "y": "b"}.values(),
            (x for x in "ab"),
            map(str, "ab"),
        ):
            self.assertEqual(self.get(media=many).query, {"media": "a,b"})
        self.assertEqual(self.get(media={"a"}).query, {"media": "a"})
        self.assertEqual(self.get(media=[True, 1]).query, {"media": "true,1"})
        self.assertEqual(self.get(media=b"ab").query, {"media": "ab"})

    def test_a_mapping_is_no_query_parameter(self):
        with self.assertRaisesRegex(TypeError, "wants a single value or a list of them as media"):
            self.get(media={"a": 1})

    def body(self, value, **marks):
        operation = json.loads(json.dumps(CREATE_JSON))
        operation["parameters"][1].update(marks)
        request = build(model(operation), {"endpoint": "e", "variables": value})
        self.assertEqual(request.method, "POST")
        self.assertEqual(request.query, {"endpoint": "e"})
        return json.loads(request.body)

    def test_both_forms_of_a_body_parameter_send_the_same(self):
        wanted = {"variables": {"A": "1"}}
        self.assertEqual(self.body({"A": "1"}), wanted)
        self.assertEqual(self.body({"variables": {"A": "1"}}), wanted)

    def test_a_variable_with_the_name_of_the_parameter(self):
        self.assertEqual(self.body({"variables": "x"}), {"variables": {"variables": "x"}})

    def test_an_empty_body_parameter_is_sent(self):
        self.assertEqual(self.body({}), {"variables": {}})

    def test_a_body_of_a_list(self):
        fields = [{"attribute": "a", "value": "b"}]
        self.assertEqual(self.body(fields), {"variables": fields})
        self.assertEqual(self.body({"variables": fields}), {"variables": fields})

    def test_siblings_in_the_body_are_kept(self):
        self.assertEqual(
            self.body({"variables": {"A": "1"}, "app": "x"}), {"variables": {"A": "1"}, "app": "x"}
        )

    def test_a_flat_body_parameter_is_the_body(self):
        self.assertEqual(self.body({"A": "1"}, flat=True), {"A": "1"})
        self.assertEqual(self.body({"variables": {"A": "1"}}, flat=True), {"A": "1"})
        with self.assertRaisesRegex(TypeError, "wants a dict as variables, got a list"):
            self.body([1], flat=True)

    def test_a_body_that_is_neither_dict_nor_list(self):
        with self.assertRaisesRegex(TypeError, "wants a dict or a list as variables, got a str"):
            self.body("A=1")

    def test_no_body_parameter_no_body(self):
        self.assertIsNone(build(CREATE, {"endpoint": "e"}).body)

    def test_a_default_is_sent_only_where_it_is_marked(self):
        parameter = tiny_parameter("direction", defaultValue="both")
        operation = tiny_operation("mute", "POST", parameters=[parameter])
        self.assertEqual(build(model(operation), {}).query, {})
        parameter["sendDefault"] = True
        self.assertEqual(build(model(operation), {}).query, {"direction": "both"})
        self.assertEqual(build(model(operation), {"direction": "in"}).query, {"direction": "in"})

    def test_a_parameter_in_a_place_that_is_not_known(self):
        for kind in ("header", "form"):
            operation = tiny_operation("x", parameters=[tiny_parameter("p", kind)])
            with self.assertRaisesRegex(TypeError, f"p in the {kind}, which is not supported"):
                build(model(operation), {"p": "1"})

    def test_a_websocket_is_marked(self):
        self.assertTrue(build(model(tiny_operation(is_websocket=True)), {}).is_websocket)

    def test_text_that_is_not_unicode_is_refused_and_not_shown(self):
        for wrong in ("hush\ud800", b"hush\xff", ["hush\ud800"]):
            for name in ("tech", "media"):
                if name == "tech" and isinstance(wrong, list):
                    continue
                with self.assertRaisesRegex(ValueError, rf"get\(\) got {name} as text") as caught:
                    self.get(**{name: wrong})
                self.assertNotIn("hush", str(caught.exception))
                self.assertIsNone(caught.exception.__context__)

    def test_a_number_with_a_minimum(self):
        parameter = tiny_parameter("after", data_type="int", refuseBelow=0)
        operation = model(tiny_operation("wait", parameters=[parameter]))
        for value in (0, "5", 1.5):
            self.assertEqual(build(operation, {"after": value}).query, {"after": str(value)})
        for value in (-1, "-1", float("nan")):
            with self.assertRaisesRegex(ValueError, "must be at least 0"):
                build(operation, {"after": value})
        with self.assertRaisesRegex(TypeError, "wants a number as after, got a str") as caught:
            build(operation, {"after": "hush"})
        self.assertIsNone(caught.exception.__context__)

    def test_a_body_that_json_cannot_carry(self):
        circle = {}
        circle["self"] = circle
        for wrong in ({"A": object()}, {"A": float("nan")}, circle, {("a", "b"): 1}):
            with self.assertRaisesRegex(TypeError, r"create\(\) got a body that JSON cannot carry"):
                self.body(wrong)


class LongValuesTest(unittest.TestCase):
    """A server that takes request lines of 100 bytes."""

    PARAMETERS = (
        tiny_parameter("id", "path", required=True),
        tiny_parameter("text"),
        tiny_parameter("names", many=True),
        tiny_parameter("count", data_type="int"),
        tiny_parameter("variables", "body", data_type="containers"),
    )

    def build(self, method="POST", marks=None, **values):
        parameters = json.loads(json.dumps(self.PARAMETERS))
        parameters[-1].update(marks or {})
        declared = tiny_operation("say", method, parameters=parameters, longestLine=100)
        return build(model(declared, "http://h.test/ari/{id}"), {"id": "i", **values})

    def line(self, request):
        url = requests.Request(request.method, request.url, params=request.query).prepare().path_url
        return f"{request.method} {url} HTTP/1.1\r\n".encode()

    def test_what_just_fits_stays_in_the_query(self):
        overhead = len(self.line(self.build(text="")))
        request = self.build(text="x" * (100 - overhead))
        self.assertEqual(len(self.line(request)), 100)
        self.assertIsNone(request.body)
        request = self.build(text="x" * (101 - overhead))
        self.assertEqual(request.query, {})
        self.assertEqual(json.loads(request.body), {"text": "x" * (101 - overhead)})

    def test_what_counts_is_the_encoded_length(self):
        for method in ("POST", "PUT"):
            request = self.build(method, text="ж" * 15)
            self.assertEqual(request.query, {})
            self.assertEqual(json.loads(request.body), {"text": "ж" * 15})

    def test_numbers_stay_in_the_query_and_lists_become_lists(self):
        names = ["n" * 40, "o" * 40]
        for given in (names, ",".join(names), iter(names)):
            request = self.build(names=given, text="t", count=5)
            self.assertEqual(request.query, {"count": "5"})
            self.assertEqual(json.loads(request.body), {"text": "t", "names": names})

    def test_they_stand_beside_a_body_that_there_is(self):
        for variables in ({"A": "1"}, {"variables": {"A": "1"}}):
            request = self.build(text="x" * 100, variables=variables)
            self.assertEqual(json.loads(request.body), {"variables": {"A": "1"}, "text": "x" * 100})
        # The server takes the member of a body for more than the query's, so it stays.
        request = self.build(text="x" * 100, variables={"variables": {}, "text": "y"})
        self.assertEqual(json.loads(request.body), {"variables": {}, "text": "y"})

    def test_what_has_no_other_place_is_refused(self):
        pattern = r"say\(\) makes a request line of \d+ bytes, and the server takes 100: shorten "
        for expected, values in (
            ("text", {"method": "GET", "text": "hush" * 30, "names": "n"}),
            ("text", {"method": "DELETE", "text": "hush" * 30}),
            ("text", {"text": "hush" * 30, "marks": {"flat": True}}),
            ("the id", {"id": "hush" * 30}),
        ):
            with self.assertRaisesRegex(ValueError, pattern + expected) as caught:
                self.build(**values)
            self.assertNotIn("hush", str(caught.exception))

    def test_a_server_without_a_limit_gets_it_in_the_query(self):
        request = build(GET, {"tech": "a", "resource": "b", "media": "x" * 9999})
        self.assertEqual(request.query, {"media": "x" * 9999})


class SignatureTest(unittest.TestCase):
    def test_path_parameters_are_positional_and_the_others_keywords(self):
        shown = signature(GET)
        names = ["tech", "resource", "from_", "media", "count", "loud"]
        self.assertEqual(list(shown.parameters), names)
        kinds = {p.name: p.kind for p in shown.parameters.values()}
        self.assertIs(kinds["tech"], inspect.Parameter.POSITIONAL_OR_KEYWORD)
        self.assertIs(kinds["from_"], inspect.Parameter.KEYWORD_ONLY)

    def test_what_is_required_has_no_default(self):
        shown = signature(CREATE)
        self.assertIs(shown.parameters["endpoint"].default, inspect.Parameter.empty)
        self.assertIsNone(shown.parameters["variables"].default)

    def test_annotations_come_from_the_declaration(self):
        shown = signature(GET).parameters
        self.assertIs(shown["tech"].annotation, str)
        self.assertEqual(shown["count"].annotation, int | None)
        self.assertEqual(shown["loud"].annotation, bool | None)
        self.assertIn(str, typing.get_args(shown["media"].annotation))
        odd = tiny_operation("x", parameters=[tiny_parameter("p", required=True, data_type="Odd")])
        self.assertIs(signature(model(odd)).parameters["p"].annotation, object)

    def test_path_parameters_come_first_however_declared(self):
        operation = tiny_operation(
            parameters=[tiny_parameter("type"), tiny_parameter("id", "path", required=True)]
        )
        self.assertEqual(list(signature(model(operation)).parameters), ["id", "type"])

    def test_what_is_given_does_not_appear(self):
        self.assertEqual(next(iter(signature(GET, ["tech"]).parameters)), "resource")


class NamesTest(unittest.TestCase):
    def test_python_keywords_take_an_underscore(self):
        self.assertEqual(python_name("from"), "from_")
        self.assertEqual(python_name("media"), "media")

    def test_a_near_miss_is_named_as_it_is_spelled(self):
        self.assertEqual(
            near_miss("channelid", ["channelId", "app"]), " (did you mean 'channelId'?)"
        )
        self.assertEqual(near_miss("zzz", ["channelId"]), "")
