"""The walk over declarations that processors take part in."""

import unittest

from ari.swagger import ParsingContext, SwaggerError, SwaggerProcessor, load_json
from ari.swagger.processors import WebsocketProcessor

from ..support import tiny_declaration, tiny_listing, tiny_operation, tiny_parameter


def listing():
    operation = tiny_operation(
        "get", parameters=[tiny_parameter("id")], errorResponses=[{"code": 404, "reason": "no"}]
    )
    docs = tiny_listing("things")
    docs["apis"][0]["api_declaration"] = tiny_declaration(
        [operation], models={"Thing": {"properties": {"size": {"type": "int"}}}}
    )
    return docs


class Recorder(SwaggerProcessor):
    """A processor written for swaggerpy: every hook, with swaggerpy's arguments."""

    def __init__(self):
        self.seen = []

    def process_resource_listing(self, resources, context):
        self.seen.append(("listing", str(context)))

    def process_resource_listing_api(self, resources, listing_api, context):
        self.seen.append(("listing api", listing_api["path"], str(context)))

    def process_api_declaration(self, resources, resource, api_declaration, context):
        self.seen.append(("declaration", resource["name"]))

    def process_resource_api(self, resources, resource, api, context):
        self.seen.append(("api", api["path"]))

    def process_operation(self, resources, resource, api, operation, context):
        self.seen.append(("operation", operation["nickname"], operation["resource"]))

    def process_parameter(self, resources, resource, api, operation, parameter, context):
        self.seen.append(("parameter", parameter["name"], str(context)))

    def process_error_response(self, resources, resource, api, operation, error_response, context):
        self.seen.append(("error", error_response["code"]))

    def process_model(self, resources, resource, model, context):
        self.seen.append(("model", str(context)))

    def process_property(self, resources, resource, model, prop, context):
        self.seen.append(("property", prop["type"]))


class WalkTest(unittest.TestCase):
    def test_every_node_is_seen_with_its_place(self):
        recorder = Recorder()
        load_json(listing(), processors=[recorder])
        top = "resource listing"
        place = f"{top} > /api-docs/things.{{format}}"
        self.assertEqual(
            recorder.seen,
            [
                ("listing", top),
                ("listing api", "/api-docs/things.{format}", place),
                ("declaration", "things"),
                ("api", "/things"),
                ("operation", "get", "things"),
                ("parameter", "id", f"{place} > /things > get > id"),
                ("error", 404),
                ("model", f"{place} > Thing"),
                ("property", "int"),
            ],
        )

    def test_a_processor_without_hooks_sees_all_and_changes_nothing(self):
        docs = load_json(listing())
        before = repr(docs)
        SwaggerProcessor().apply(docs)
        self.assertEqual(repr(docs), before)

    def test_a_listing_alone_can_be_walked(self):
        recorder = Recorder()
        recorder.apply(tiny_listing("things"))
        self.assertEqual([kind for kind, *_ in recorder.seen], ["listing", "listing api"])

    def test_a_processor_may_complete_a_node(self):
        class Marker(SwaggerProcessor):
            def process_operation(self, resources, resource, api, operation, context):
                operation["mark"] = context.is_empty()

        docs = load_json(listing(), processors=[Marker()])
        operation = docs["apis"][0]["api_declaration"]["apis"][0]["operations"][0]
        self.assertIs(operation["mark"], False)

    def test_websockets_are_marked(self):
        operation = tiny_operation(upgrade="websocket")
        WebsocketProcessor().process_operation({}, {"name": "events"}, {}, operation, None)
        self.assertIs(operation["is_websocket"], True)
        self.assertEqual(operation["resource"], "events")


class ContextTest(unittest.TestCase):
    def test_it_is_a_path_of_names(self):
        context = ParsingContext()
        self.assertTrue(context.is_empty())
        context.push_str("file")
        context.push({"name": "x"}, "name")
        context.push({}, "name")
        self.assertEqual(str(context), "file > x > ?")
        context.pop()
        self.assertEqual(repr(context), "file > x")
        self.assertFalse(context.is_empty())


class ErrorTest(unittest.TestCase):
    def test_the_place_stands_before_the_fault(self):
        context = ParsingContext()
        context.push_str("file")
        error = SwaggerError("broken", context, ValueError("x"))
        self.assertEqual(str(error), "file: broken")
        self.assertIsInstance(error.cause, ValueError)

    def test_without_a_place(self):
        self.assertEqual(str(SwaggerError("broken")), "broken")
        self.assertIsNone(SwaggerError("broken").cause)
