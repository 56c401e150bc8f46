"""Values that are too long for the request line that Asterisk takes."""

import json

from ..support import MockedAsterisk


class LongValuesTest(MockedAsterisk):
    def test_what_is_too_long_for_the_query_is_sent_as_a_body(self):
        # Asterisk takes 4,095 bytes as a request line, and answers a bare 400 to more.
        self.serve("POST", "/channels/c1/variable")
        self.channel().setChannelVar(variable="X", value="x" * 3000)
        self.assertEqual(self.query, {"variable": "X", "value": "x" * 3000})
        self.channel().setChannelVar(variable="X", value="ж" * 700)
        self.assertEqual(self.query, {})
        self.assertEqual(json.loads(self.sent.body), {"variable": "X", "value": "ж" * 700})
        self.assertEqual(self.sent.headers["Content-Type"], "application/json")

    def test_many_ids_are_sent_as_a_list(self):
        self.serve("POST", "/bridges/b1/addChannel")
        channels = [self.channel(f"{number:036}") for number in range(121)]
        self.bridge().addChannel(channel=channels)
        self.assertEqual(json.loads(self.sent.body), {"channel": [c.id for c in channels]})

    def test_long_fields_stand_beside_variables(self):
        self.serve("POST", "/channels", {"id": "c1"})
        self.client.channels.originate(
            endpoint="Local/1", appArgs="a" * 5000, timeout=5, variables={"A": "1"}
        )
        sent = json.loads(self.sent.body)
        self.assertEqual(self.query, {"timeout": "5"})
        self.assertEqual((sent["endpoint"], sent["appArgs"]), ("Local/1", "a" * 5000))
        self.assertEqual(sent["variables"], {"A": "1"})

    def test_what_is_too_long_and_has_no_other_place_is_refused_with_the_limit(self):
        with self.nothing_is_sent():
            for call, name in (
                (lambda: self.channel().getChannelVar(variable="x" * 5000), "variable"),
                (lambda: self.client.channels.get("x" * 5000), "the id"),
                (lambda: self.bridge("x" * 5000).addChannel(channel="c"), "the id"),
                # Its body is its variables and nothing else.
                (lambda: self.client.bridges.create(name="x" * 5000), "name"),
                (
                    lambda: self.client.applications.unsubscribe(
                        "app", eventSource=[self.channel("x" * 50) for _ in range(121)]
                    ),
                    "eventSource",
                ),
            ):
                with self.assertRaisesRegex(ValueError, f"takes 4,095: shorten {name}"):
                    call()
