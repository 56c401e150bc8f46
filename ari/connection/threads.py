"""Starting threads and waiting for their end, though Ctrl-C may come at any moment."""

from __future__ import annotations

import _thread
import threading
import time

from .latch import GLANCE, Latch

__all__ = ["MOMENT", "finish", "start"]

#: Seconds that are waited for a thread of which it is not known whether it can begin or end.
MOMENT = 0.25


def start(thread: threading.Thread) -> None:
    """Start a thread, entirely or not at all.

    Ctrl-C is raised on the main thread. There it can leave ``Thread.start()`` half done, with a
    thread that waits for ever for its own beginning. So it is called on a thread that knows no
    Ctrl-C and that Python starts in one step.
    """
    if threading.current_thread() is not threading.main_thread():
        thread.start()
        return
    done = Latch()
    failures: list[BaseException] = []

    def begin() -> None:
        try:
            thread.start()
        except BaseException as ex:  # noqa: BLE001 - raised on the calling thread
            failures.append(ex)
        finally:
            done.set()

    _thread.start_new_thread(begin, ())
    while not done.wait(GLANCE):
        pass
    if failures:
        raise failures[0]


def finish(thread: threading.Thread, seconds: float) -> bool:
    """Wait so long for a thread to end; return whether it did.

    One that has not begun, because :func:`start` was interrupted, gets a moment to do so.
    """
    until = time.monotonic() + MOMENT
    while True:
        try:
            thread.join(seconds)
        except RuntimeError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.005)
        else:
            return not thread.is_alive()
