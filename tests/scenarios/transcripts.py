"""Keep transcripts in files, and find how two of them differ."""

from __future__ import annotations

import difflib
import fnmatch
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RECORDED = HERE / "recorded"
KNOWN = HERE / "known_differences.json"
Json = Any


@dataclass(frozen=True)
class Difference:
    """One value that differs; None stands for an absent one."""

    path: str
    expected: Json
    got: Json

    def __str__(self) -> str:
        return f"{self.path}\n    expected {short(self.expected)}\n    got      {short(self.got)}"


@dataclass
class Known:
    """A difference of the simulator that is intended."""

    scenario: str
    path: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Tell whether this is the difference."""
        return fnmatch.fnmatchcase(difference.path, self.path)


def short(value: Json) -> str:
    """Return a value on one line, cut where it is long."""
    text = "nothing" if value is None else json.dumps(value, sort_keys=True)
    return text if len(text) < 400 else text[:400] + " …"


def recording_of(version: str, scenario: str) -> Path:
    """Return the file that holds what a version did."""
    return RECORDED / version / f"{scenario}.json"


def read(path: Path) -> Json:
    """Return a transcript."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, transcript: Json) -> None:
    """Write a transcript with one line for each step and each event."""

    def line(value: Json) -> str:
        return json.dumps(value, ensure_ascii=False)

    def block(items: list[str], indent: int) -> str:
        pad = " " * indent
        return ",\n".join(pad + item for item in items)

    apps = []
    for app, lists in transcript["events"].items():
        subjects = [
            f"{line(name)}: [\n{block([line(event) for event in events], 8)}\n      ]"
            for name, events in lists.items()
        ]
        inner = f"\n{block(subjects, 6)}\n    " if subjects else ""
        apps.append(f"{line(app)}: {{{inner}}}")
    text = '{{\n  "steps": [\n{}\n  ],\n  "events": {{\n{}\n  }}\n}}\n'.format(
        block([line(step) for step in transcript["steps"]], 4), block(apps, 4)
    )
    assert json.loads(text) == transcript
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def known_differences(scenario: str) -> list[Known]:
    """Return the intended differences of a scenario."""
    entries = [Known(**entry) for entry in read(KNOWN)]
    return [known for known in entries if fnmatch.fnmatchcase(scenario, known.scenario)]


def compare(expected: Json, got: Json) -> list[Difference]:
    """Return how two transcripts differ."""
    found = list(_differences("steps", expected["steps"], got["steps"]))
    for app in sorted(expected["events"].keys() | got["events"].keys()):
        ours, theirs = expected["events"].get(app, {}), got["events"].get(app, {})
        for name in sorted(ours.keys() | theirs.keys()):
            path = f"{app}/{name}"
            found += _event_differences(path, ours.get(name, []), theirs.get(name, []))
    return found


def _label(event: Json) -> str:
    """Name an event by its type and what sets it apart from others of the type."""
    words = [event["type"]]
    words += [str(event[key]) for key in ("variable", "dialstatus", "digit") if key in event]
    return " ".join(words).strip()


def _event_differences(path: str, expected: list[Json], got: list[Json]) -> Iterator[Difference]:
    """Compare two histories; one event too many does not shift the comparison of the rest."""
    matcher = difflib.SequenceMatcher(
        None, [_label(e) for e in expected], [_label(e) for e in got], autojunk=False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                where = f"{path}/{i} {_label(expected[i])}"
                yield from _differences(where, expected[i], got[j])
        else:
            for i in range(i1, i2):
                yield Difference(f"{path}/{i} {_label(expected[i])}", expected[i], None)
            for j in range(j1, j2):
                yield Difference(f"{path}/{i1} + {_label(got[j])}", None, got[j])


def _differences(path: str, expected: Json, got: Json) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in sorted(expected.keys() | got.keys()):
            yield from _differences(f"{path}/{key}", expected.get(key), got.get(key))
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for index, (ours, theirs) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(f"{path}/{index}", ours, theirs)
    elif expected != got or type(expected) is not type(got):
        yield Difference(path, expected, got)
