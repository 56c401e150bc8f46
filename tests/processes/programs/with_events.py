"""A parent reads events while its children close, wait, read events of their own, and return."""

import os
import queue
import sys
import threading
import time

import ari

client = ari.from_env()
started = queue.Queue()
ready = threading.Event()


def on_start(objects, _event):
    started.put(objects["channel"].id)


def say(what):
    os.write(1, f"{what}\n".encode())


def in_child(function):
    child = os.fork()
    if child == 0:
        try:
            say(function())
        except BaseException as ex:  # noqa: BLE001 - the test judges it
            say(f"{type(ex).__name__}: {ex}")
        os._exit(0)
    os.waitpid(child, 0)


def leave():
    with client:
        pass
    client.close()
    return "left"


def wait():
    return client.wait_for("StasisStart", timeout=5)


def run():
    def listener(objects, _event):
        channel = objects["channel"]
        channel.answer()
        say(f"child answered {channel.id}")
        client.close()

    client.on_channel_event("StasisStart", listener, once=True)
    client.on_application_registered("childs", say, "call the child")
    client.run("childs")
    return "run ended"


client.on_channel_event("StasisStart", on_start)
client.on_application_registered("parents", ready.set)
thread = threading.Thread(target=client.run, args=("parents",))
thread.start()
ready.wait(10)
for function in (leave, wait, run):
    in_child(function)
say("call the parent")
say(f"parent got {started.get(timeout=10)}")
client.close()
thread.join()

# A listener that makes a child and returns in both.
parent = os.getpid()
client = ari.from_env()
client.on_channel_event("StasisStart", lambda *_: os.fork() or time.sleep(0), once=True)
client.on_channel_event("StasisEnd", lambda *_: client.close())
client.on_application_registered("forking", say, "call the forking one")
try:
    client.run("forking")
    say("parent's run ended")
except ari.ARIConnectionError as ex:
    say(f"child's run ended: {ex}")
    sys.exit(0)
