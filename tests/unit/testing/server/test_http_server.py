"""The HTTP side."""

import threading

import requests

from ari.testing import Simulator

from ..server_support import DEADLINE, SimulatorCase


class HttpTest(SimulatorCase):
    def test_credentials(self) -> None:
        url = f"{self.sim.url}/ari/asterisk/info"
        answer = requests.get(url, timeout=DEADLINE)
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(answer.json(), {"message": "Authentication required"})
        self.assertIn("Basic realm=", answer.headers["WWW-Authenticate"])
        for params, status in (
            ({"api_key": "asterisk:asterisk"}, 200),
            ({"api_key": "asterisk:wrong"}, 401),
            ({"api_key": "asterisk"}, 401),
        ):
            answer = requests.get(url, params=params, timeout=DEADLINE)
            self.assertEqual(answer.status_code, status)

    def test_a_read_only_user_may_only_look(self) -> None:
        self.http.auth = ("reader", "looks")
        self.assertEqual(self.ask("GET", "channels").status_code, 200)
        answer = self.ask("POST", "bridges")
        self.assertEqual(
            (answer.status_code, answer.json()["message"]), (403, "Write access denied")
        )

    def test_the_description_points_to_the_address_that_was_asked(self) -> None:
        body = self.ask("GET", "api-docs/channels.json").json()
        self.assertEqual(body["basePath"], f"{self.sim.url}/ari")
        answer = self.ask("GET", "api-docs/resources.json", headers={"Host": "pbx.example"})
        self.assertEqual(answer.json()["basePath"], "http://pbx.example/ari")
        self.assertEqual(self.ask("POST", "api-docs/resources.json").status_code, 405)
        self.assertEqual(self.ask("GET", "api-docs/nothing.json").status_code, 404)

    def test_headers(self) -> None:
        answer = self.ask("GET", "channels", headers={"Origin": "http://here"})
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "http://here")
        self.assertEqual(answer.headers["Cache-Control"], "no-cache, no-store")
        self.assertTrue(answer.headers["Server"].startswith("Asterisk/"))
        preflight = self.ask(
            "OPTIONS",
            "channels",
            headers={
                "Origin": "http://here",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            },
        )
        self.assertEqual(preflight.headers["Access-Control-Allow-Headers"], "authorization")
        self.assertEqual(preflight.headers["Allow"], "OPTIONS,GET,POST")

    def test_origins_that_are_not_allowed(self) -> None:
        with Simulator(allowed_origins=["http://one"]) as sim:
            answer = requests.get(
                f"{sim.url}/ari/channels",
                auth=(sim.user, sim.password),
                headers={"Origin": "http://two"},
                timeout=DEADLINE,
            )
        self.assertNotIn("Access-Control-Allow-Origin", answer.headers)

    def test_a_playback_has_a_location(self) -> None:
        self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        path = f"channels/{caller.channel_id}/play/a%2Fb"
        answer = self.ask("POST", path, params={"media": "sound:beep"})
        self.assertEqual(answer.headers["Location"], "/ari/playbacks/a%2Fb")

    def test_outside_of_ari_there_is_html(self) -> None:
        answer = requests.get(f"{self.sim.url}/nothing", timeout=DEADLINE)
        self.assertEqual(answer.status_code, 404)
        self.assertIn("<html>", answer.text)

    def test_a_prefix(self) -> None:
        with Simulator(prefix="/pbx") as sim:
            self.assertTrue(sim.url.endswith("/pbx"))
            answer = requests.get(
                f"{sim.url}/ari/asterisk/ping", auth=(sim.user, sim.password), timeout=DEADLINE
            )
        self.assertEqual(answer.json()["ping"], "pong")

    def test_pretty(self) -> None:
        with Simulator(pretty=True) as sim:
            answer = requests.get(
                f"{sim.url}/ari/asterisk/ping", auth=(sim.user, sim.password), timeout=DEADLINE
            )
        self.assertIn('\n  "ping": "pong"', answer.text)
        self.assertNotIn("\n", self.ask("GET", "asterisk/ping").text)

    def test_the_answer_waits_for_the_media_before_it(self) -> None:
        self.socket()
        caller = self.sim.call("PJSIP/alice", app="app")
        path = f"channels/{caller.channel_id}"
        self.ask("POST", f"{path}/play", params={"media": "sound:beep"})
        statuses: list[int] = []
        asked = threading.Thread(
            target=lambda: statuses.append(self.ask("POST", f"{path}/answer").status_code)
        )
        asked.start()
        control = self.sim.pbx.channels[caller.channel_id].control
        assert control is not None
        caller.wait_until(lambda _: bool(control._queue))
        self.assertEqual(statuses, [])
        self.sim.advance(1)
        asked.join(DEADLINE)
        self.assertEqual(statuses, [204])
