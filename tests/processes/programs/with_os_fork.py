"""Children of os.fork() use the client of their parent, and the parent uses it meanwhile."""

import os

from questions import NAMES, ask, connect, report

client = connect()
children = []
for number in range(1, len(NAMES)):
    child = os.fork()
    if child == 0:
        report(number, ask(client, number))
        client.close()
        os._exit(0)
    children.append(child)
report(0, ask(client, 0))
for child in children:
    os.waitpid(child, 0)
report(0, ask(client, 0, 1))
client.close()
