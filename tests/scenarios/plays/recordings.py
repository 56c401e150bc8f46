"""Recording channels, and stored recordings."""

from tests.scenarios.application import App
from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Phone, Stage


def start(s: Stage, app: App, phone: Phone, name: str, **query: object) -> None:
    """Record a person who talks; wait until the recording has started."""
    # The answer says queued or recording, depending on which thread is first.
    s.post(
        f"/channels/{phone.far}/record",
        name=name,
        format="wav",
        keep=lambda body: {key: value for key, value in body.items() if key != "state"},
        **query,
    )
    app.wait("RecordingStarted", recording=name)


def talker(s: Stage, app: App) -> Phone:
    """Call as a person who talks without end."""
    phone = s.answered(app)
    s.peek("POST", f"/channels/{phone.id}/play", media=",".join(["sound:tt-monkeys"] * 4))
    s.mask("duration", "talking_duration", "silence_duration")
    return phone


@scenario()
def recording_stopped_and_kept(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1, copy = s.ids("r1", "copy")
    start(s, app, phone, r1)
    s.get(f"/recordings/live/{r1}")
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingFinished", recording=r1)
    s.get(f"/recordings/live/{r1}")
    s.get(f"/recordings/stored/{r1}")
    s.get("/recordings/stored", keep=lambda list_: [r for r in list_ if r["name"] == r1])
    file = s.peek("GET", f"/recordings/stored/{r1}/file")
    s.note(
        status=file.status,
        type=file.headers["Content-Type"],
        starts_with=file.content[:4].decode(),
        length=int(file.headers["Content-Length"]) == len(file.content),
    )
    s.post(f"/recordings/stored/{r1}/copy", destinationRecordingName=copy)
    s.get(f"/recordings/stored/{copy}")
    s.delete(f"/recordings/stored/{r1}")
    s.get(f"/recordings/stored/{r1}")
    s.get(f"/recordings/stored/{r1}/file")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_cancelled(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1 = s.id("r1")
    start(s, app, phone, r1)
    s.delete(f"/recordings/live/{r1}")
    app.wait("RecordingFinished", recording=r1)
    s.get(f"/recordings/stored/{r1}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_ends_at_its_longest(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1 = s.id("r1")
    start(s, app, phone, r1, maxDurationSeconds=1)
    end = app.wait("RecordingFinished", recording=r1)
    s.note(seconds=end["recording"]["duration"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_ended_by_a_digit(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.mask("duration", "duration_ms")
    r1 = s.id("r1")
    start(s, app, phone, r1, terminateOn="#")
    phone.press("1#", duration=80, between=60)
    app.wait("RecordingFinished", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_ended_by_silence(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    s.mask("duration", "talking_duration", "silence_duration")
    s.peek("POST", f"/channels/{phone.id}/silence")
    r1 = s.id("r1")
    start(s, app, phone, r1, maxSilenceSeconds=1)
    app.wait("RecordingFinished", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_ends_with_its_channel(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1 = s.id("r1")
    start(s, app, phone, r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
    s.get(f"/recordings/stored/{r1}")


@scenario()
def recording_paused_and_muted(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1 = s.id("r1")
    path = f"/recordings/live/{r1}"
    start(s, app, phone, r1)
    s.post(f"{path}/pause")
    s.post(f"{path}/pause")
    s.get(path)
    s.delete(f"{path}/pause")
    s.delete(f"{path}/pause")
    s.get(path)
    s.post(f"{path}/mute")
    s.post(f"{path}/mute")
    s.get(path)
    s.delete(f"{path}/mute")
    s.delete(f"{path}/mute")
    s.post(f"{path}/stop")
    app.wait("RecordingFinished", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_waits_for_the_one_before(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1, r2 = s.ids("r1", "r2")
    start(s, app, phone, r1)
    s.post(f"/channels/{phone.far}/record", name=r2, format="wav")
    s.get(f"/recordings/live/{r2}")
    s.post(f"/recordings/live/{r2}/pause")
    s.delete(f"/recordings/live/{r2}/pause")
    s.post(f"/recordings/live/{r2}/mute")
    s.delete(f"/recordings/live/{r2}/mute")
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingStarted", recording=r2)
    s.post(f"/recordings/live/{r2}/stop")
    app.wait("RecordingFinished", recording=r2)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_answers_the_call(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    s.mask("duration")
    r1 = s.id("r1")
    start(s, app, phone, r1)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["state"])
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingFinished", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_again_under_the_same_name(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1 = s.id("r1")
    path = f"/channels/{phone.far}/record"
    start(s, app, phone, r1)
    s.post(path, name=r1, format="wav")
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingFinished", recording=r1)
    s.post(path, name=r1, format="wav")
    s.post(path, name=r1, format="wav", ifExists="fail")
    s.post(path, name=r1, format="wav", ifExists="ask")
    for choice in ("overwrite", "append"):
        start(s, app, phone, r1, ifExists=choice)
        s.post(f"/recordings/live/{r1}/stop")
        app.wait("RecordingFinished", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_in_a_directory(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    name = f"{s.id('dir')}/r1"
    start(s, app, phone, name)
    s.post(f"/recordings/live/{name.replace('/', '%2F')}/stop")
    app.wait("RecordingFinished", recording=name)
    s.get("/recordings/stored", keep=lambda list_: [r for r in list_ if r["name"] == name])
    s.delete(f"/recordings/stored/{name.replace('/', '%2F')}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_errors(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/record"
    s.post(path, name="x")
    s.post(path, name="x", format="nonsense")
    s.post(path, format="wav")
    s.post(path, name="", format="wav")
    s.post(path, name="../x", format="wav")
    s.post(path, name="x", format="wav", maxDurationSeconds=-1)
    s.post(path, name="x", format="wav", maxSilenceSeconds=-1)
    s.post(path, name="x", format="wav", terminateOn="7")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recordings_that_are_not_there(s: Stage) -> None:
    s.app()
    s.get("/recordings/live/nothing")
    s.delete("/recordings/live/nothing")
    for operation in ("stop", "pause", "mute"):
        s.post(f"/recordings/live/nothing/{operation}")
    s.delete("/recordings/live/nothing/pause")
    s.delete("/recordings/live/nothing/mute")
    s.get("/recordings/stored/nothing")
    s.get("/recordings/stored/nothing/file")
    s.delete("/recordings/stored/nothing")
    s.post("/recordings/stored/nothing/copy", destinationRecordingName="other")
    s.post("/recordings/stored/nothing/copy")


@scenario()
def recording_copy_errors(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    r1 = s.id("r1")
    start(s, app, phone, r1)
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingFinished", recording=r1)
    s.post(f"/recordings/stored/{r1}/copy")
    s.post(f"/recordings/stored/{r1}/copy", destinationRecordingName=r1)
    s.post(f"/recordings/stored/{r1}/copy", destinationRecordingName="../x")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def recording_of_a_channel_in_a_bridge(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    b1, r1 = s.ids("b1", "r1")
    s.post(f"/bridges/{b1}", type="mixing")
    s.post(f"/bridges/{b1}/addChannel", channel=phone.far)
    app.wait("ChannelEnteredBridge", channel=phone.far)
    s.post(
        f"/channels/{phone.far}/record",
        name=r1,
        format="wav",
        keep=lambda body: body["target_uri"],
    )
    app.wait("RecordingFailed", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def bridging_a_channel_that_is_being_recorded(s: Stage) -> None:
    app = s.app()
    phone = talker(s, app)
    b1, r1 = s.ids("b1", "r1")
    s.post(f"/bridges/{b1}", type="mixing")
    start(s, app, phone, r1)
    s.post(f"/bridges/{b1}/addChannel", channel=phone.far)
    s.post(f"/recordings/live/{r1}/stop")
    app.wait("RecordingFinished", recording=r1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
