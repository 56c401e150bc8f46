"""A Celery program with one client, made before the worker forks its pool."""

import os
from pathlib import Path

from celery import Celery
from questions import ask, connect

folder = Path(os.environ["CELERY_FOLDER"])
app = Celery("tasks", broker="filesystem://", backend=(folder / "results").as_uri())
app.conf.broker_transport_options = {
    "data_folder_in": str(folder / "queue"),
    "data_folder_out": str(folder / "queue"),
    "control_folder": str(folder / "control"),
    "polling_interval": 0.05,
}
app.conf.worker_prefetch_multiplier = 1
client = connect() if "CELERY_WORKER" in os.environ else None


@app.task
def questions(number):
    return os.getpid(), ask(client, number)
