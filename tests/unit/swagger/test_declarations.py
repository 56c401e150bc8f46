"""The declarations as types."""

import dataclasses
import unittest

from ari.swagger.declarations import (
    ErrorResponse,
    Model,
    OperationModel,
    Parameter,
    Property,
    python_name,
)

from ..support import tiny_operation, tiny_parameter


class PythonNameTest(unittest.TestCase):
    def test_keywords_take_an_underscore(self):
        for name, expected in (("from", "from_"), ("class", "class_"), ("app", "app")):
            self.assertEqual(python_name(name), expected)
            parameter = Parameter.from_json(tiny_parameter(name))
            self.assertEqual(parameter.python_name, expected)
            self.assertEqual(parameter.name, name)


class ParameterTest(unittest.TestCase):
    def test_one_with_nothing_but_what_it_must_have(self):
        parameter = Parameter.from_json(
            {"name": "app", "paramType": "query", "dataType": "string", "required": False}
        )
        self.assertEqual(parameter, Parameter("app", "query"))
        self.assertEqual(parameter.allowed, ())
        self.assertEqual(parameter.limits, (None, None))
        self.assertIsNone(parameter.default)
        self.assertFalse(parameter.multiple or parameter.required or parameter.send_default)

    def test_everything_that_may_be_declared(self):
        parameter = Parameter.from_json(
            tiny_parameter(
                "level",
                "query",
                required=True,
                many=True,
                data_type="int",
                defaultValue=0,
                sendDefault=True,
                flat=True,
                refuseBelow=0,
                allowableValues={"valueType": "LIST", "values": [1, 2]},
                description="How much.",
            )
        )
        self.assertEqual(
            parameter,
            Parameter(
                "level",
                "query",
                "int",
                required=True,
                multiple=True,
                default=0,
                send_default=True,
                flat=True,
                minimum=0,
                allowed=(1, 2),
                description="How much.",
            ),
        )

    def test_a_range(self):
        allowable = {"valueType": "RANGE", "min": 0, "max": 9}
        parameter = Parameter.from_json(tiny_parameter("level", allowableValues=allowable))
        self.assertEqual(parameter.limits, (0, 9))
        self.assertEqual(parameter.allowed, ())

    def test_null_where_something_might_stand(self):
        declared = tiny_parameter("x", allowableValues=None, description=None, allowMultiple=None)
        self.assertEqual(Parameter.from_json(declared), Parameter("x", "query"))


class OperationModelTest(unittest.TestCase):
    def operation(self, **fields):
        parameters = (tiny_parameter("channelId", "path", required=True), tiny_parameter("from"))
        declared = tiny_operation(
            "send", method="post", response="Channel", parameters=parameters, **fields
        )
        return OperationModel.from_json({"resource": "channels", **declared}, "http://a.test/x")

    def test_what_it_is(self):
        operation = self.operation(
            summary="Send.",
            notes="Soon.",
            is_websocket=True,
            errorResponses=[{"code": 404, "reason": "Gone"}],
        )
        self.assertEqual(operation.name, "channels.send")
        self.assertEqual(operation.method, "POST")
        self.assertEqual(operation.uri, "http://a.test/x")
        self.assertEqual(operation.response_class, "Channel")
        self.assertEqual([p.name for p in operation.parameters], ["channelId", "from"])
        self.assertEqual((operation.summary, operation.notes), ("Send.", "Soon."))
        self.assertEqual(operation.errors, (ErrorResponse(404, "Gone"),))
        self.assertTrue(operation.is_websocket)
        self.assertEqual(operation.json["nickname"], "send")

    def test_an_argument_has_its_own_name_and_pythons(self):
        self.assertEqual(
            dict(self.operation().names),
            {"channelId": "channelId", "from": "from", "from_": "from"},
        )

    def test_codes_that_are_text_count_and_those_that_are_none_do_not(self):
        operation = self.operation(
            errorResponses=[
                {"code": "404", "reason": "Gone"},
                {"code": "4xx", "reason": "Some"},
                {"reason": "without"},
            ]
        )
        self.assertEqual(operation.errors, (ErrorResponse(404, "Gone"),))

    def test_texts_that_are_missing_are_empty(self):
        operation = self.operation(summary=None, notes=None)
        self.assertEqual((operation.summary, operation.notes), ("", ""))

    def test_another_with_fewer_parameters_has_fewer_names(self):
        operation = self.operation()
        fewer = dataclasses.replace(operation, parameters=operation.parameters[:1])
        self.assertEqual(set(fewer.names), {"channelId"})
        self.assertEqual(fewer.name, "channels.send")

    def test_equal_declarations_are_equal_and_can_be_keys(self):
        self.assertEqual(self.operation(), self.operation())
        self.assertEqual(len({self.operation(), self.operation()}), 1)
        self.assertNotIn("json", repr(self.operation()))


class ModelTest(unittest.TestCase):
    def test_properties_with_their_types(self):
        model = Model.from_json(
            "StasisStart",
            {
                "description": "Entered.",
                "properties": {
                    "args": {"type": "List[string]", "required": True},
                    "channel": {"type": "Channel", "required": True, "description": "Who."},
                    "replace_channel": {"type": "Channel"},
                },
            },
        )
        self.assertEqual(
            model,
            Model(
                "StasisStart",
                (
                    Property("args", "List[string]", True),
                    Property("channel", "Channel", True, "Who."),
                    Property("replace_channel", "Channel"),
                ),
                description="Entered.",
            ),
        )

    def test_subtypes(self):
        declared = {"properties": {}, "subTypes": ["Event", "Reply"]}
        self.assertEqual(Model.from_json("Message", declared).subtypes, ("Event", "Reply"))

    def test_a_property_whose_type_is_no_text_is_left_out(self):
        declared = {"properties": {"odd": {"type": ["string", "null"]}, "x": {"type": "int"}}}
        self.assertEqual(Model.from_json("X", declared).properties, (Property("x", "int"),))

    def test_an_empty_one(self):
        self.assertEqual(Model.from_json("X", {}), Model("X"))
