"""Forked processes use their parent's client, fresh ones make one of their own."""

import multiprocessing
import sys

from questions import NAMES, ask, connect, report

import ari

client = connect() if __name__ == "__main__" else None


def work(number):
    if client is not None:
        report(number, ask(client, number))
    else:
        with ari.from_env() as own:
            report(number, ask(own, number))


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    processes = [context.Process(target=work, args=(n,)) for n in range(1, len(NAMES))]
    for process in processes:
        process.start()
    report(0, ask(client, 0))
    for process in processes:
        process.join()
    client.close()
