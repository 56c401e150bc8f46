"""The scenarios cover what Asterisk declares: each operation and each error that can be provoked.

These tests read the recordings of Asterisk 22 and need no server.
"""

import json
from collections import defaultdict
from importlib.resources import files

import pytest

from tests.scenarios import transcripts
from tests.scenarios.plays import SCENARIOS

ANY_CHANNEL = "answers for any channel, in an application or not"
HARMFUL = "such a request would harm a running Asterisk"
SAYS_OTHERWISE = "Asterisk never sends this code, but another one"
NO_MWI = "Debian's Asterisk is built without res_mwi_external"

NOT_PROVOKED = {
    "applications.unsubscribe": {409: SAYS_OTHERWISE},
    "asterisk.getModule": {409: "happens only while a module is being unloaded"},
    "bridges.getBridgeVars": {409: SAYS_OTHERWISE},
    "bridges.setBridgeVar": {400: HARMFUL},
    "bridges.setBridgeVars": {409: SAYS_OTHERWISE},
    "channels.externalMedia": {409: SAYS_OTHERWISE},
    "channels.getChannelVar": {409: ANY_CHANNEL},
    "channels.getChannelVars": {409: ANY_CHANNEL},
    "channels.transfer_progress": {412: SAYS_OTHERWISE},
    "endpoints.get": {400: SAYS_OTHERWISE},
    "recordings.getStoredFile": {403: "needs a file that its owner cannot read"},
}
NEVER_SUCCEEDS = {
    "events.eventWebsocket": "is what every application does, below the transcripts",
    "mailboxes.list": NO_MWI,
    "mailboxes.get": NO_MWI,
    "mailboxes.update": NO_MWI,
    "mailboxes.delete": NO_MWI,
    "recordings.getStoredFile": "answers with a file, of which facts are noted",
}


def declared():
    """Return the operations: name, method, segments of the path, codes of errors."""
    found = []
    for file in files("ari").joinpath("api_docs").iterdir():
        declaration = json.loads(file.read_text(encoding="utf-8"))
        for api in declaration["apis"]:
            for operation in api.get("operations", []):
                segments = tuple(api["path"].strip("/").split("/"))
                codes = {int(error["code"]) for error in operation.get("errorResponses", [])}
                name = f"{segments[0]}.{operation['nickname']}"
                found.append((name, operation["httpMethod"], segments, codes))
    return found


def fits(pattern, segments):
    return len(pattern) == len(segments) and all(
        ours.startswith("{") or ours == theirs
        for ours, theirs in zip(pattern, segments, strict=True)
    )


@pytest.fixture(scope="module")
def played():
    """Return the status codes that were recorded for each operation."""
    operations = declared()
    statuses = defaultdict(set)
    for path in (transcripts.RECORDED / "22").glob("*.json"):
        for step in transcripts.read(path)["steps"]:
            if "request" not in step:
                continue
            method, url = step["request"].split(" ", 1)
            segments = tuple(url.split("?")[0].strip("/").split("/"))
            candidates = [o for o in operations if o[1] == method and fits(o[2], segments)]
            if candidates:
                literal = max(candidates, key=lambda o: sum(s[0] != "{" for s in o[2]))
                statuses[literal[0]].add(step["status"])
    return statuses


def test_every_scenario_is_recorded_and_nothing_else_is():
    for version in ("22", "16"):
        files_there = {path.stem for path in (transcripts.RECORDED / version).glob("*.json")}
        wanted = {name for name, item in SCENARIOS.items() if version not in item.not_on}
        assert files_there == wanted


def test_every_operation_is_played_with_success(played):
    failing = {
        name for name, *_ in declared() if not any(200 <= status < 300 for status in played[name])
    }
    assert failing == set(NEVER_SUCCEEDS)


def test_every_declared_error_is_provoked(played):
    missing = {
        name: codes - played[name] for name, _, _, codes in declared() if codes - played[name]
    }
    assert missing == {name: set(codes) for name, codes in NOT_PROVOKED.items()}


def test_differences_that_are_meant_to_be_are_documented():
    page = (transcripts.HERE.parents[1] / "docs/differences.md").read_text(encoding="utf-8")
    known = json.loads(transcripts.KNOWN.read_text(encoding="utf-8"))
    for scenario in {entry["scenario"] for entry in known}:
        assert f"| `{scenario}` |" in page
