"""A real Asterisk plays every scenario as recorded, and the simulator as Asterisk 22 does."""

import pytest

from tests.scenarios import transcripts
from tests.scenarios.scenario import Scenario
from tests.scenarios.stage import Stage


def play(server, scenario):
    stage = Stage(server)
    try:
        scenario.play(stage)
        return stage.transcript()
    finally:
        stage.close()
        if stage.watches_all:
            server.revive()


def test_scenario(server, scenario: Scenario, request: pytest.FixtureRequest) -> None:
    version = server.version
    if version in scenario.not_on:
        pytest.skip(scenario.not_on[version])
    transcript = play(server, scenario)
    is_simulator = version == "simulator"
    path = transcripts.recording_of("22" if is_simulator else version, scenario.name)
    if request.config.getoption("--record") and not is_simulator:
        transcripts.write(path, transcript)
        return
    assert path.exists(), f"{scenario.name} was never recorded: run with --record"
    differences = transcripts.compare(transcripts.read(path), transcript)
    known = transcripts.known_differences(scenario.name) if is_simulator else []
    unknown = [d for d in differences if not any(k.covers(d) for k in known)]
    if unknown:
        pytest.fail("\n".join(str(difference) for difference in unknown), pytrace=False)
    stale = [k for k in known if not any(k.covers(d) for d in differences)]
    assert not stale, f"no longer a difference, take it off the list: {stale}"
