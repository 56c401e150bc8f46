"""Whatever is odd in a description: an ARIException, or a client that works for the rest."""

import contextlib
import copy
import inspect
import logging
import pydoc
import unittest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ari
from ari.model import CLASS_MAP

from .support import BASE, api_docs, channel_json, event, make_response, resource_names

#: Names that mean something to Python, or to the classes that operations are methods of.
ODD_NAMES = [
    "",
    "/",
    "self",
    "from",
    "class",
    "a-b",
    "1st",
    "client",
    "api",
    "id",
    "json",
    "name",
    "get",
    "list",
    "on_event",
    "wait_for",
    "base_class",
    "__init__",
    "__class__",
    "__slots__",
    "__bool__",
    "__doc__",
    "_factory",
    "_session",
    "run",
    "close",
    "swagger",
    "repositories",
    "channels",
    "/channels/{channelId",
    "/channels/channelId}",
    "/{}",
    "/{channelId}",
    "List[",
    "List[Channel]",
    "websocket",
    "path",
    "body",
    "header",
]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(ODD_NAMES)
)
NAMES = st.sampled_from(ODD_NAMES) | st.text(max_size=5)
SHAPES = [None, [], {}, ["a"], [{}], [[]], {"a": 1}, {"a": {}}, 5, -1.5, True, "", "a"]
VALUES = st.one_of(
    st.sampled_from(ODD_NAMES),
    st.sampled_from(SHAPES),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    ),
)


class Silent:
    """An http client of an Asterisk that has nothing to say."""

    def request(self, method, url, params=None, data=None, headers=None):
        return make_response(status=204, url=url)

    def ws_connect(self, url, params=None):
        raise ari.ARIConnectionError("there are no events here")

    def close(self):
        pass


def whole_description():
    listing = api_docs("resources")
    for entry, name in zip(listing["apis"], resource_names(), strict=True):
        entry["api_declaration"] = api_docs(name)
    return listing


#: The kinds of things in a description, and the fields that each may have.
FIELDS = {
    "listing": ["apis", "basePath", "url", "base_url"],
    "entry": ["path", "url", "api_declaration"],
    "declaration": ["apis", "models", "basePath"],
    "api": ["path", "operations"],
    "operation": [
        "nickname",
        "httpMethod",
        "responseClass",
        "parameters",
        "errorResponses",
        "summary",
        "notes",
        "upgrade",
    ],
    "parameter": [
        "name",
        "paramType",
        "dataType",
        "required",
        "allowMultiple",
        "defaultValue",
        "allowableValues",
        "description",
        "refuseBelow",
        "sendDefault",
        "flat",
    ],
    "allowed": ["values", "min", "max", "valueType"],
    "error": ["code", "reason"],
    "model": ["properties", "subTypes", "description", "id"],
    "property": ["type", "required", "description"],
}


def found_in(description):
    """Return the things of each kind in a description."""
    found = {kind: [] for kind in FIELDS}
    found["listing"].append(description)
    for entry in description["apis"]:
        found["entry"].append(entry)
        found["declaration"].append(entry["api_declaration"])
        for api in entry["api_declaration"]["apis"]:
            found["api"].append(api)
            for operation in api["operations"]:
                found["operation"].append(operation)
                found["error"] += operation.get("errorResponses", [])
                for parameter in operation.get("parameters", []):
                    found["parameter"].append(parameter)
                    found["allowed"] += [parameter.setdefault("allowableValues", {})]
        for model in entry["api_declaration"]["models"].values():
            found["model"].append(model)
            found["property"] += model["properties"].values()
    return found


@st.composite
def changes(draw):
    """Return what is done to a description: to which field of which thing, and what with."""
    kind = draw(st.sampled_from(list(FIELDS)))
    which = draw(st.integers(0, len(found_in(WHOLE)[kind]) - 1))
    what = draw(st.sampled_from(["set", "set", "remove", "double", "rename"]))
    return kind, which, draw(st.sampled_from(FIELDS[kind])), what, draw(VALUES)


def change(found, kind, which, field, what, value):
    thing = found[kind][which]
    held = thing.get(field)
    if what == "remove":
        thing.pop(field, None)
    elif what == "double" and isinstance(held, list) and held:
        held.append(copy.deepcopy(held[0]))
    elif what == "rename" and isinstance(held, dict) and held:
        held[value if isinstance(value, str) else "odd"] = held.pop(next(iter(held)))
    else:
        thing[field] = value


WHOLE = whole_description()


class Use:
    """Uses all of a client, and lets nothing pass but what is documented."""

    def __init__(self, client):
        self.client = client

    def everything(self):
        client = self.client
        dir(client), repr(client)
        for name, repository in client.repositories.items():
            assert client.get_repo(name) is repository
            assert any(getattr(client, shown, None) is repository for shown in dir(client)), name
            self.operations(repository)
        fields = {"id": "1", "name": "1", "state": "Up", "technology": "T", "resource": "r"}
        for domain_class in CLASS_MAP.values():
            self.operations(domain_class(client, dict(fields)))
        self.events()

    def operations(self, owner):
        pydoc.render_doc(type(owner))
        dir(owner)
        for name in dir(type(owner)):
            if isinstance(getattr(getattr(type(owner), name), "json", None), dict):
                self.operation(getattr(owner, name))

    def operation(self, method):
        pydoc.render_doc(method)
        arguments = {}
        for parameter in inspect.signature(method).parameters.values():
            arguments[parameter.name] = {"A": "1"} if "dict" in str(parameter.annotation) else "1"
        nickname = method.json["nickname"]
        for given_ in (arguments, {}):
            try:
                method(**given_)
            except ari.ARIException:
                pass
            except (TypeError, ValueError) as ex:
                if not str(ex).startswith(f"{nickname}()"):
                    raise

    def events(self):
        client = self.client
        happening = event("StasisStart", channel=channel_json(), args=[])
        for use in (
            lambda: client.on_channel_event("StasisStart", lambda *_: None),
            lambda: client.on_stasis_event(happening),
            lambda: client.wait_for("StasisStart", timeout=0),
            lambda: client.run("app"),
        ):
            with contextlib.suppress(ari.ARIException, ValueError):
                use()


class MutationTest(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(changes(), min_size=1, max_size=5))
    def test_whatever_is_changed_is_met_with_an_error_or_left_out(self, many):
        description = copy.deepcopy(WHOLE)
        found = found_in(description)
        for what in many:
            change(found, *copy.deepcopy(what))
        try:
            client = ari.Client(BASE, Silent(), description)
        except ari.ARIDescriptionError as ex:
            self.assertTrue(str(ex))
            return
        Use(client).everything()

    @settings(max_examples=100, deadline=None)
    @given(VALUES)
    def test_whatever_is_taken_for_a_description(self, value):
        with self.assertRaises(ari.ARIDescriptionError):
            ari.Client(BASE, Silent(), value if value is not None else [])
