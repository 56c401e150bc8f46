"""Applications: connections, subscriptions and filters."""

from ari.testing.state.endpoints import Endpoint

from ..support import Ear, PBXCase


class ConnectionTest(PBXCase):
    def test_a_second_connection_takes_over_and_the_first_is_told(self) -> None:
        second = Ear()
        self.pbx.applications.connect("app", second)
        self.incoming()
        self.assertEqual(self.ear.types(), ["ApplicationReplaced"])
        self.assertEqual(second.types()[:1], ["StasisStart"])

    def test_closing_the_replaced_connection_changes_nothing(self) -> None:
        second = Ear()
        self.pbx.applications.connect("app", second)
        self.pbx.applications.disconnect(self.ear)
        application = self.pbx.applications.require("app")
        self.assertTrue(application.active)

    def test_a_disconnected_application_without_calls_is_forgotten(self) -> None:
        self.pbx.applications.disconnect(self.ear)
        self.refused(404, "Application not found", "GET", "applications/app")

    def test_a_disconnected_application_with_a_call_stays_and_loses_events(self) -> None:
        phone = self.incoming()
        self.pbx.applications.disconnect(self.ear)
        self.send("GET", "applications/app")
        seen = len(self.ear.events)
        phone.press("1", 0.1)
        back = Ear()
        self.pbx.applications.connect("app", back)
        phone.press("2", 0.1)
        self.assertEqual(len(self.ear.events), seen)
        self.assertEqual([event["digit"] for event in back.of("ChannelDtmfReceived")], ["2"])

    def test_a_disconnected_application_goes_with_its_last_call(self) -> None:
        phone = self.incoming()
        self.pbx.applications.disconnect(self.ear)
        phone.hangup(16)
        self.pass_time(10)
        self.refused(404, "Application not found", "GET", "applications/app")

    def test_a_call_for_an_inactive_application_fails_in_the_dialplan(self) -> None:
        self.incoming("bob")
        self.pbx.applications.disconnect(self.ear)
        phone = self.incoming("alice", answer=False)
        self.assertEqual(phone.channel.variables["STASISSTATUS"], "FAILED")
        self.assertEqual(phone.channel.place.app_name, "Wait")


class SubscriptionTest(PBXCase):
    def test_subscriptions_are_counted(self) -> None:
        channel = self.incoming().channel
        path, source = "applications/app/subscription", f"channel:{channel.id}"
        self.send("POST", path, eventSource=source)
        for _ in range(2):
            self.send("DELETE", path, eventSource=source)
        self.refused(422, "Event source was not subscribed to", "DELETE", path, eventSource=source)

    def test_all_and_one_channel_together_double_the_events(self) -> None:
        phone = self.incoming()
        self.send("POST", "applications/app/subscription", eventSource="channel:")
        phone.press("1", 0.1)
        self.assertEqual(len(self.ear.of("ChannelDtmfReceived")), 2)

    def test_unsubscribing_all_of_a_kind_is_not_implemented(self) -> None:
        path = "applications/app/subscription"
        self.send("POST", path, eventSource="bridge:")
        self.refused(501, "Method not implemented", "DELETE", path, eventSource="bridge:")

    def test_what_is_not_there_cannot_be_subscribed_to(self) -> None:
        for source in ("channel:x", "bridge:x", "endpoint:PJSIP/x", "endpoint:Local"):
            self.refused(
                422,
                "Event source does not exist",
                "POST",
                "applications/app/subscription",
                eventSource=source,
            )

    def test_an_endpoint_is_followed(self) -> None:
        self.pbx.add_endpoint(Endpoint("PJSIP", "bob"))
        self.send("POST", "applications/app/subscription", eventSource="endpoint:PJSIP/bob")
        self.originate("PJSIP/bob", channelId="c1")
        states = self.ear.of("EndpointStateChange")
        self.assertEqual(states[0]["endpoint"]["channel_ids"], ["c1"])

    def test_a_device_state_is_published_when_it_changes(self) -> None:
        self.send("POST", "applications/app/subscription", eventSource="deviceState:Stasis:door")
        for state in ("INUSE", "inuse", "BUSY"):
            self.send("PUT", "deviceStates/Stasis:door", deviceState=state)
        states = [event["device_state"]["state"] for event in self.ear.of("DeviceStateChanged")]
        self.assertEqual(states, ["INUSE", "BUSY"])

    def test_somebody_subscribed_to_all_sees_what_others_own_but_not_their_stasis(self) -> None:
        watcher = Ear()
        self.pbx.applications.connect("watcher", watcher, subscribe_all=True)
        self.incoming().hangup(16)
        self.pass_time(1)
        types = watcher.types()
        self.assertEqual(types[0], "ChannelCreated")
        self.assertIn("ChannelDestroyed", types)
        self.assertNotIn("StasisStart", types)
        self.assertNotIn("ChannelDestroyed", self.ear.types())


class FilterTest(PBXCase):
    def filter(self, **lists: object) -> None:
        self.send("PUT", "applications/app/eventFilter", body=lists)

    def test_only_allowed_types_pass(self) -> None:
        self.filter(allowed=[{"type": "StasisEnd"}])
        self.incoming().hangup(16)
        self.pass_time(1)
        self.assertEqual(self.ear.types(), ["StasisEnd"])

    def test_disallowing_wins(self) -> None:
        self.filter(allowed=[{"type": "StasisEnd"}], disallowed=[{"type": "StasisEnd"}])
        self.incoming().hangup(16)
        self.pass_time(1)
        self.assertEqual(self.ear.events, [])

    def test_a_list_of_anything_else_is_refused(self) -> None:
        for wrong in (None, ["x"], [{"type": 1}], "x"):
            self.refused(
                400,
                "Invalid format definition",
                "PUT",
                "applications/app/eventFilter",
                body={"allowed": wrong},
            )
