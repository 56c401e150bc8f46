"""The bundled description declares exactly what Asterisk 22 declares."""

import json
from importlib.resources import files

import pytest
import requests

# The wording is the project's own; the address and notes for readers of the source are not facts.
NOT_FACTS = {"summary", "description", "notes", "reason", "basePath"}
# Misspelt or private members of Asterisk's declarations, which no client reads.
NOT_MEANT = {"descriptioni", "__note", "_copyright", "_author", "_svn_revision"}

NAMES = [
    "resources",
    "asterisk",
    "endpoints",
    "channels",
    "bridges",
    "recordings",
    "sounds",
    "playbacks",
    "deviceStates",
    "mailboxes",
    "events",
    "applications",
]


def facts(value, *, named=False):
    """Strip a declaration of its texts.

    :param named: whether the members are things with names, any of which may be "description"
    """
    if isinstance(value, dict):
        return {
            key: facts(item, named=not named and key in ("models", "properties"))
            for key, item in value.items()
            if named or key not in NOT_FACTS | NOT_MEANT
        }
    if isinstance(value, list):
        return [facts(item) for item in value]
    return value


def bundled(name):
    text = files("ari").joinpath("api_docs", f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)


@pytest.mark.parametrize("name", NAMES)
def test_the_bundled_description_declares_what_the_server_declares(server, name):
    answer = requests.get(
        f"{server.url}ari/api-docs/{name}.json", auth=(server.user, server.password), timeout=20
    )
    assert answer.ok
    assert facts(bundled(name)) == facts(answer.json())


def test_facts_keep_what_is_called_like_a_text():
    module = {"properties": {"description": {"type": "string", "description": "For people"}}}
    assert facts({"models": {"Module": module}}) == {
        "models": {"Module": {"properties": {"description": {"type": "string"}}}}
    }
