"""Operations as users meet them: methods with a name, a signature and help."""

import inspect
import pydoc

import ari
from ari.rest.functions import make_function
from ari.swagger.declarations import OperationModel

from ..support import BASE, MockedAsterisk, tiny_operation


class HelpTest(MockedAsterisk):
    def test_an_operation_is_a_function_with_name_and_signature(self):
        originate = self.client.channels.originate
        self.assertEqual(originate.__name__, "originate")
        self.assertEqual(originate.__qualname__, "channels.originate")
        shown = inspect.signature(originate)
        self.assertIs(shown.parameters["endpoint"].default, inspect.Parameter.empty)
        self.assertIsNone(shown.parameters["appArgs"].default)
        self.assertIs(shown.parameters["endpoint"].kind, inspect.Parameter.KEYWORD_ONLY)

    def test_a_method_leaves_out_the_id_of_its_object(self):
        play = self.channel().play
        self.assertEqual(
            list(inspect.signature(play).parameters),
            ["media", "lang", "offsetms", "skipms", "playbackId"],
        )
        self.assertEqual(play.__qualname__, "Channel.play")
        self.assertEqual(
            next(iter(inspect.signature(self.channel().hangup).parameters)), "reason_code"
        )
        endpoint = ari.model.Endpoint(self.client, {"technology": "PJSIP", "resource": "alice"})
        self.assertNotIn("tech", inspect.signature(endpoint.get).parameters)
        self.assertNotIn("resource", inspect.signature(endpoint.get).parameters)

    def test_a_keyword_of_python_is_shown_with_its_underscore(self):
        send = self.client.endpoints.sendMessage
        self.assertIn("from_", inspect.signature(send).parameters)
        self.assertIn(":param from_:", send.__doc__)

    def test_a_keyword_of_python_is_sent_under_its_own_name(self):
        self.serve("PUT", "/endpoints/sendMessage", status=202, body="")
        for given in ({"from_": "sip:me"}, {"from": "sip:me"}):
            self.client.endpoints.sendMessage(to="pjsip:alice", body="hi", **given)
            self.assertEqual(self.query, {"to": "pjsip:alice", "from": "sip:me", "body": "hi"})

    def test_the_docstring_comes_from_the_declaration(self):
        text = self.client.channels.originate.__doc__
        operation = self.client.channels.originate.json
        self.assertTrue(text.startswith(operation["summary"]))
        self.assertIn(":param endpoint:", text)
        self.assertIn(":return: Channel", text)
        self.assertIn(":raises ARIBadRequest: 400 ", text)
        self.assertIn("-1 waits for ever. Default: 30.", text)
        for line in text.splitlines()[1:]:
            self.assertEqual(line, line.rstrip())

    def test_choices_ranges_and_no_parameters(self):
        self.assertIn("One of: both, in, out.", self.channel().mute.__doc__)
        self.assertIn(":return: List[Channel]", self.client.channels.list.__doc__)
        self.assertNotIn(":param", self.client.channels.list.__doc__)
        self.assertIn("From 0 to …", self.channel().record.__doc__)
        self.assertNotIn(":return:", self.channel().answer.__doc__)

    def test_help_shows_it(self):
        text = pydoc.render_doc(self.client.channels.originate, renderer=pydoc.plaintext)
        # Since Python 3.13 a long signature has a line for each parameter.
        self.assertIn("originate(*,endpoint:str,", "".join(text.split()))
        self.assertIn(":param appArgs:", text)
        self.assertIn("answer()", pydoc.render_doc(self.channel().answer, renderer=pydoc.plaintext))

    def test_dir_lists_the_operations(self):
        self.assertIn("channels", dir(self.client))
        self.assertIn("originate", dir(self.client.channels))
        names = dir(self.channel())
        self.assertIn("answer", names)
        self.assertIn("state", names)
        self.assertIn("on_event", names)
        self.assertNotIn("originate", names)
        self.assertNotIn("list", names)

    def test_only_operations_with_the_id_in_their_path_are_on_an_object(self):
        for name in ("originate", "list", "create", "externalMedia"):
            with self.assertRaisesRegex(AttributeError, f"no attribute '{name}'"):
                getattr(self.channel(), name)

    def test_an_operation_shows_its_declaration(self):
        self.assertEqual(self.client.channels.originate.json["httpMethod"], "POST")
        self.assertEqual(self.channel().answer.json["nickname"], "answer")

    def test_an_operation_is_made_once(self):
        one, again = self.client.channels.list, self.client.channels.list
        self.assertIs(one.__func__, again.__func__)


class SparseDeclarationTest(MockedAsterisk):
    """Declarations of older releases have less than the bundled ones, and codes that are text."""

    def docstring(self, **declared):
        operation = OperationModel.from_json(tiny_operation(**declared), "u")
        return make_function(operation, "things").__doc__

    def test_a_declaration_without_summary_notes_and_with_codes_that_are_text(self):
        text = self.docstring(
            nickname="answer",
            notes="A note. " * 30,
            errorResponses=[{"code": "404", "reason": ""}, {"reason": "without a code"}],
        )
        self.assertTrue(text.startswith("answer\n\nA note."))
        self.assertTrue(text.endswith(":raises ARINotFound: 404"))
        self.assertLess(max(map(len, text.splitlines())), 100)

    def test_a_declaration_of_nothing_but_its_name(self):
        self.assertEqual(self.docstring(nickname="list", summary="", notes=None), "list")

    def test_the_address_is_the_clients(self):
        operation = self.client.swagger.channels.get_operation("list")
        self.assertEqual(operation.uri, f"{BASE}/ari/channels")
