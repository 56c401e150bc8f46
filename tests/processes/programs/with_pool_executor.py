"""A ProcessPoolExecutor forks workers while threads of the parent are sending requests."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from questions import NAMES, ask, connect, report

client = connect()


def work(number):
    report(number, ask(client, number))


with ThreadPoolExecutor(2) as threads:
    asking = [threads.submit(ask, client, n) for n in range(2)]
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(work, range(2, len(NAMES))))
    for number, answered in enumerate(asking):
        report(number, answered.result())
client.close()
