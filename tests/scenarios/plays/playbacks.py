"""Playing media to channels."""

from tests.scenarios.scenario import scenario
from tests.scenarios.stage import Stage

LONG = "sound:tt-monkeys"
SHORT = "sound:beep"


@scenario()
def playback_from_start_to_end(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play", media=SHORT, playbackId=p1)
    app.wait("PlaybackFinished", playback=p1)
    s.get(f"/playbacks/{p1}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_with_an_id_of_the_server(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    playback = s.post(f"/channels/{phone.far}/play", media=SHORT)
    app.wait("PlaybackFinished", playback=playback["id"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_of_several_media(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media=[SHORT, "sound:beeperr", "digits:7"])
    app.wait("PlaybackFinished", playback=p1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_of_every_kind_of_media(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    for number, media in enumerate(("digits:1", "number:2", "characters:a", "tone:ring")):
        p = s.id(f"p{number}")
        s.post(f"/channels/{phone.far}/play/{p}", media=media)
        app.wait("PlaybackStarted", playback=p)
        if media.startswith("tone"):
            s.delete(f"/playbacks/{p}")
        app.wait("PlaybackFinished", playback=p)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playbacks_wait_for_one_another(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1, p2 = s.ids("p1", "p2")
    s.post(f"/channels/{phone.far}/play/{p1}", media=LONG)
    app.wait("PlaybackStarted", playback=p1)
    s.post(f"/channels/{phone.far}/play/{p2}", media=SHORT)
    s.get(f"/playbacks/{p1}")
    s.get(f"/playbacks/{p2}")
    s.delete(f"/playbacks/{p1}")
    app.wait("PlaybackFinished", playback=p1)
    app.wait("PlaybackFinished", playback=p2)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_paused_and_resumed(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    control = f"/playbacks/{p1}/control"
    s.post(f"/channels/{phone.far}/play/{p1}", media=LONG)
    app.wait("PlaybackStarted", playback=p1)
    s.post(control, operation="unpause")
    s.post(control, operation="pause")
    s.until(lambda: s.peek("GET", f"/playbacks/{p1}")["state"] == "paused")
    s.get(f"/playbacks/{p1}")
    s.post(control, operation="pause")
    for operation in ("restart", "reverse", "forward"):
        s.post(control, operation=operation)
    s.post(control, operation="unpause")
    app.wait("PlaybackStarted", playback=p1)
    s.get(f"/playbacks/{p1}")
    s.delete(f"/playbacks/{p1}")
    app.wait("PlaybackFinished", playback=p1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_wound_and_restarted(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media=LONG, offsetms=500, skipms=100)
    app.wait("PlaybackStarted", playback=p1)
    for operation in ("forward", "reverse", "restart"):
        s.post(f"/playbacks/{p1}/control", operation=operation)
    s.get(f"/playbacks/{p1}")
    s.delete(f"/playbacks/{p1}")
    app.wait("PlaybackFinished", playback=p1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_control_errors(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1, p2 = s.ids("p1", "p2")
    s.get("/playbacks/nothing")
    s.delete("/playbacks/nothing")
    s.post("/playbacks/nothing/control", operation="pause")
    s.post(f"/channels/{phone.far}/play/{p1}", media=LONG)
    app.wait("PlaybackStarted", playback=p1)
    s.post(f"/channels/{phone.far}/play/{p2}", media=SHORT)
    s.post(f"/playbacks/{p1}/control")
    s.post(f"/playbacks/{p1}/control", operation="sing")
    for operation in ("restart", "pause", "unpause", "reverse", "forward"):
        s.post(f"/playbacks/{p2}/control", operation=operation)
    s.delete(f"/playbacks/{p2}")
    s.delete(f"/playbacks/{p1}")
    app.wait("PlaybackFinished", playback=p1)
    app.wait("PlaybackFinished", playback=p2)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_of_what_is_not_there(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    for number, media in enumerate(("sound:nosuchsound", "sound:beep,sound:nosuchsound")):
        p = s.id(f"p{number}")
        s.post(f"/channels/{phone.far}/play/{p}", media=media)
        app.wait("PlaybackFinished", playback=p)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_that_never_ends(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    for number, media in enumerate(("recording:nosuchrecording", "picture:x")):
        p = s.id(f"p{number}")
        s.post(f"/channels/{phone.far}/play/{p}", media=media)
        app.wait("PlaybackStarted", playback=p)
        s.fence(app, phone.far)
        s.get(f"/playbacks/{p}")
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_ends_with_its_channel(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1, p2 = s.ids("p1", "p2")
    s.post(f"/channels/{phone.far}/play/{p1}", media=LONG)
    app.wait("PlaybackStarted", playback=p1)
    s.post(f"/channels/{phone.far}/play/{p2}", media=SHORT)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
    s.get(f"/playbacks/{p1}")


@scenario()
def playback_before_the_answer(s: Stage) -> None:
    app = s.app()
    phone = s.incoming(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media=SHORT)
    app.wait("PlaybackFinished", playback=p1)
    s.get(f"/channels/{phone.far}", keep=lambda channel: channel["state"])
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_in_another_language(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1 = s.id("p1")
    s.post(f"/channels/{phone.far}/play/{p1}", media=SHORT, lang="fr")
    app.wait("PlaybackFinished", playback=p1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_errors(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    path = f"/channels/{phone.far}/play"
    s.post(path)
    s.post(path, media="")
    s.post(path, media=SHORT, offsetms=-1)
    s.post(path, media=SHORT, skipms=-1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)


@scenario()
def playback_of_a_recording(s: Stage) -> None:
    app = s.app()
    phone = s.answered(app)
    p1, r1 = s.ids("p1", "r1")
    s.mask("duration")
    s.post(f"/channels/{phone.far}/record", name=r1, format="wav", maxDurationSeconds=1)
    s.peek("POST", f"/channels/{phone.id}/play", media=LONG)
    app.wait("RecordingFinished", recording=r1)
    s.post(f"/channels/{phone.far}/play/{p1}", media=f"recording:{r1}")
    app.wait("PlaybackFinished", playback=p1)
    phone.hang_up()
    app.wait("StasisEnd", channel=phone.far)
