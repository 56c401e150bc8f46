"""Starting threads and waiting for their end."""

import threading
import unittest
from unittest import mock

from ari.connection.threads import finish, start

from ..sockets import DEADLINE


class StartTest(unittest.TestCase):
    def started_on(self):
        """Start a thread, and return the thread on which that was done."""
        seen = []
        begin = threading.Thread.start

        def note(thread):
            seen.append(threading.current_thread())
            begin(thread)

        with mock.patch.object(threading.Thread, "start", note):
            thread = threading.Thread(target=lambda: None)
            start(thread)
        self.assertTrue(finish(thread, DEADLINE))
        return seen[0]

    def test_the_main_thread_where_ctrl_c_is_raised_has_it_done_by_another(self):
        self.assertIs(threading.current_thread(), threading.main_thread())
        self.assertIsNot(self.started_on(), threading.main_thread())

    def test_another_thread_does_it_itself(self):
        seen = []
        thread = threading.Thread(target=lambda: seen.append(self.started_on()))
        thread.start()
        thread.join(DEADLINE)
        self.assertEqual(seen, [thread])

    def test_a_failure_is_raised(self):
        for error in (RuntimeError("can't start new thread"), KeyboardInterrupt()):
            with (
                mock.patch.object(threading.Thread, "start", side_effect=error),
                self.assertRaises(type(error)),
            ):
                start(threading.Thread())


class FinishTest(unittest.TestCase):
    def test_a_thread_that_never_begins(self):
        self.assertFalse(finish(threading.Thread(), DEADLINE))

    def test_a_thread_that_does_not_end(self):
        over = threading.Event()
        thread = threading.Thread(target=over.wait, args=(DEADLINE,))
        thread.start()
        self.assertFalse(finish(thread, 0.01))
        over.set()
        self.assertTrue(finish(thread, DEADLINE))
