"""A fork in C that does not tell Python, as uWSGI's without threads."""

import ctypes
import os

from questions import NAMES, ask, connect, report

client = connect()
children = []
for number in range(1, len(NAMES)):
    child = ctypes.PyDLL(None).fork()
    if child == 0:
        report(number, ask(client, number))
        client.close()
        os._exit(0)
    children.append(child)
report(0, ask(client, 0))
for child in children:
    os.waitpid(child, 0)
client.close()
