"""Behind TLS, with a certificate authority of the test's own: REST and the event stream."""

import json
import ssl
import subprocess
import tempfile
import threading
import unittest
import warnings
from pathlib import Path
from shutil import which

import trustme

import ari

from ..support import BASIC, DEADLINE, PASSWORD, USER, LogRecords, Server, channel_json, event

START = event("StasisStart", args=[], channel=channel_json("c1"))


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = trustme.CA()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.ca_file = str(cls.folder / "ca.pem")
        cls.ca.cert_pem.write_to_path(cls.ca_file)

    def tls_context(self, *, client_certificates=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert("localhost").configure_cert(context)
        if client_certificates:
            self.ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def server(self, **options):
        tls = self.tls_context(client_certificates=options.pop("client_certificates", False))
        return Server(tls=tls, user=(USER, PASSWORD), **options)

    def receive(self, client):
        """Run the client until its first channel starts; return the channel's id."""
        got = []

        def on_start(channel, happening):
            got.append(channel.id)
            client.close()

        client.on_channel_event("StasisStart", on_start)
        thread = threading.Thread(target=client.run, args=("app",))
        thread.start()
        thread.join(DEADLINE)
        self.assertFalse(thread.is_alive())
        return got

    def test_calls_and_events_behind_a_private_authority(self):
        with self.server(events=[START]) as server:
            with ari.connect(server.url, USER, PASSWORD, verify=self.ca_file) as client:
                self.assertEqual(self.receive(client), ["c1"])
            stream = [r for r in server.requests if r.path == "/ari/events"]
            self.assertEqual(len(stream), 1)
            for request in server.requests:
                self.assertEqual(request.headers["Authorization"], BASIC)
                self.assertNotIn("api_key", request.target)

    def test_a_base_path_of_http_is_not_followed(self):
        # The served declarations name http://localhost:8088/ari as their basePath.
        with self.server() as server:
            docs = json.loads(server.docs["/ari/api-docs/channels.json"])
            self.assertTrue(docs["basePath"].startswith("http://"))
            with ari.connect(server.url, USER, PASSWORD, verify=self.ca_file) as client:
                uris = [
                    o.uri for r in client.swagger.resources.values() for o in r.operations.values()
                ]
                self.assertTrue(all(uri.startswith(server.url + "/ari/") for uri in uris))
                server.answer = lambda request: (200, [channel_json("c1")])
                self.assertEqual([c.id for c in client.channels.list()], ["c1"])

    def test_behind_a_path_prefix(self):
        with self.server(prefix="/pbx/one", events=[START]) as server:
            for address in ("", "/", "/ari", "/ari/"):
                with ari.connect(
                    server.url + address, USER, PASSWORD, verify=self.ca_file
                ) as client:
                    self.assertEqual(self.receive(client), ["c1"])
            self.assertTrue(all(r.path.startswith("/pbx/one/ari/") for r in server.requests))

    def test_an_unknown_authority_is_not_trusted_by_default(self):
        with (
            self.server() as server,
            LogRecords() as log,
            self.assertRaises(ari.ARIConnectionError) as caught,
        ):
            ari.connect(server.url, USER, PASSWORD)
        self.assertEqual(server.requests, [])
        self.assertIn("certificate verify failed", str(caught.exception).lower())
        self.assertNotIn(PASSWORD, str(caught.exception) + repr(caught.exception) + log.text)

    def test_the_event_stream_is_verified_as_well(self):
        with (
            self.server(events=[START]) as server,
            ari.connect(server.url, USER, PASSWORD, verify=self.ca_file) as client,
        ):
            other = trustme.CA()
            other_file = str(self.folder / "other.pem")
            other.cert_pem.write_to_path(other_file)
            client.swagger.http_client.session.verify = other_file
            with self.assertRaises(ari.ARIConnectionError) as caught:
                client.run("app")
            self.assertIn("certificate verify failed", str(caught.exception).lower())
            self.assertFalse([r for r in server.requests if r.path == "/ari/events"])

    def test_a_certificate_of_another_host_is_refused(self):
        with self.server() as server, self.assertRaises(ari.ARIConnectionError):
            url = server.url.replace("localhost", "127.0.0.1")
            ari.connect(url, USER, PASSWORD, verify=self.ca_file)

    def test_verification_can_be_turned_off(self):
        with self.server(events=[START]) as server, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # urllib3 warns of what was asked for
            with ari.connect(server.url, USER, PASSWORD, verify=False) as client:
                self.assertEqual(self.receive(client), ["c1"])

    def test_a_client_certificate_is_sent_on_both(self):
        mine = self.ca.issue_cert("me@client.test")
        pair = (str(self.folder / "me.crt"), str(self.folder / "me.key"))
        mine.cert_chain_pems[0].write_to_path(pair[0])
        mine.private_key_pem.write_to_path(pair[1])
        both = str(self.folder / "both.pem")
        mine.private_key_and_cert_chain_pem.write_to_path(both)
        with self.server(client_certificates=True, events=[START]) as server:
            for cert in (pair, both):
                with ari.connect(
                    server.url, USER, PASSWORD, verify=self.ca_file, cert=cert
                ) as client:
                    self.assertEqual(self.receive(client), ["c1"])

    @unittest.skipUnless(which("openssl"), "openssl names the files of such a directory")
    def test_a_directory_of_authorities(self):
        folder = self.folder / "authorities"
        folder.mkdir()
        command = ["openssl", "x509", "-hash", "-noout", "-in", self.ca_file]
        name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        self.ca.cert_pem.write_to_path(str(folder / f"{name}.0"))
        with (
            self.server(events=[START]) as server,
            ari.connect(server.url, USER, PASSWORD, verify=str(folder)) as client,
        ):
            self.assertEqual(self.receive(client), ["c1"])

    def test_a_wrong_password_is_named_without_the_password(self):
        with (
            self.server() as server,
            LogRecords() as log,
            self.assertRaises(ari.ARIUnauthorized) as caught,
        ):
            ari.connect(server.url, USER, "another-s3cret", verify=self.ca_file)
        text = str(caught.exception)
        self.assertIn(f"user '{USER}' at localhost:{server.port}", text)
        self.assertNotIn("another-s3cret", text + repr(caught.exception) + log.text)

    def test_plain_http_at_a_port_of_tls(self):
        with self.server() as server, self.assertRaises(ari.ARIException):
            ari.connect(server.url.replace("https", "http"), USER, PASSWORD)
