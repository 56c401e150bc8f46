"""The comparison of transcripts finds what differs, where it differs, and nothing else."""

from tests.scenarios import transcripts
from tests.scenarios.normal import Normaliser, subject


def transcript(*events, status=200):
    return {
        "steps": [{"request": "GET /channels/c1", "status": status}],
        "events": {"app": {"channel c1": list(events)}},
    }


UP = {"type": "ChannelStateChange", "channel": {"id": "c1", "state": "Up"}}
END = {"type": "StasisEnd", "channel": {"id": "c1", "state": "Up"}}


def paths(expected, got):
    return [difference.path for difference in transcripts.compare(expected, got)]


def test_a_transcript_does_not_differ_from_itself():
    assert not transcripts.compare(transcript(UP, END), transcript(UP, END))


def test_a_changed_value_is_found_where_it_is():
    down = {**UP, "channel": {"id": "c1", "state": "Down"}}
    assert paths(transcript(UP, END), transcript(down, END)) == [
        "app/channel c1/0 ChannelStateChange/channel/state"
    ]
    assert paths(transcript(), transcript(status=404)) == ["steps/0/status"]


def test_an_event_too_few_or_too_many_does_not_put_the_others_out_of_step():
    assert paths(transcript(UP, END), transcript(END)) == ["app/channel c1/0 ChannelStateChange"]
    assert paths(transcript(END), transcript(UP, END)) == ["app/channel c1/0 + ChannelStateChange"]


def test_the_order_of_events_counts():
    assert paths(transcript(UP, END), transcript(END, UP))


def test_true_is_not_one():
    assert paths(transcript({"type": "X", "a": 1}), transcript({"type": "X", "a": True}))


def test_a_known_difference_covers_what_its_path_fits_and_no_more():
    known = transcripts.Known("x", "steps/*/status", "because")
    (difference,) = transcripts.compare(transcript(), transcript(status=404))
    assert known.covers(difference)
    (difference,) = transcripts.compare(transcript(), transcript(UP))
    assert not known.covers(difference)


def test_a_transcript_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "22" / "x.json"
    transcripts.write(path, transcript(UP, END))
    assert transcripts.read(path) == transcript(UP, END)


def test_what_differs_between_runs_becomes_the_same():
    normal = Normaliser("_xyz", {"duration"})
    assert normal(
        {
            "id": "1795417962.12",
            "name": "Local/answer_xyz@default-0000001a;1",
            "creationtime": "2026-11-23T07:12:42.488+0000",
            "duration": 7,
            "again": ["1795417962.12", "084a6ca7-e5c3-4f55-b6c7-06c265ce7c9f"],
        }
    ) == {
        "id": "<id 1>",
        "name": "Local/answer@default-<n>;1",
        "creationtime": "<time>",
        "duration": "<some>",
        "again": ["<id 1>", "<id 2>"],
    }


def test_an_event_belongs_to_one_history():
    assert subject(UP) == "channel c1"
    assert subject({"type": "Dial", "peer": {"id": "c2"}}) == "channel c2"
    playback = {"type": "PlaybackStarted", "playback": {"target_uri": "bridge:b1"}}
    assert subject(playback) == "bridge b1"
    assert subject({"type": "ApplicationReplaced"}) == "application"
