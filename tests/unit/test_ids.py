"""How the JSON of an object names it."""

import unittest

from ari.model import DefaultObjectIdGenerator, EndpointIdGenerator, ObjectIdGenerator


class IdsTest(unittest.TestCase):
    def test_the_default_is_one_field_and_one_parameter(self):
        ids = DefaultObjectIdGenerator("channelId")
        self.assertEqual(ids.get_params({"id": "c1"}), {"channelId": "c1"})
        self.assertEqual(ids.id_as_str({"id": "c1"}), "c1")

    def test_another_field(self):
        ids = DefaultObjectIdGenerator("mailboxName", id_field="name")
        self.assertEqual(ids.get_params({"name": "m"}), {"mailboxName": "m"})
        self.assertEqual(ids.id_as_str({"name": 5}), "5")

    def test_an_endpoint_has_two(self):
        ids = EndpointIdGenerator()
        json = {"technology": "PJSIP", "resource": "alice"}
        self.assertEqual(ids.get_params(json), {"tech": "PJSIP", "resource": "alice"})
        self.assertEqual(ids.id_as_str(json), "PJSIP/alice")

    def test_the_base_leaves_it_to_subclasses(self):
        self.assertRaises(NotImplementedError, ObjectIdGenerator().get_params, {})
        self.assertRaises(NotImplementedError, ObjectIdGenerator().id_as_str, {})
