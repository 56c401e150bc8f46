#!/usr/bin/env python3
"""An IVR written from top to bottom, without a callback for each step.

A handler may wait for what its own call does next: a digit, the end of a prompt, the end of a
recording. With ``workers``, each call has its handler running at the same time as the others'.

The caller enters a number of four digits, says a name, hears it again and is connected to the
second party; when either leaves, the other one is hung up.

Dialplan, in extensions.conf. The argument is the endpoint to dial; put your own there, such as
PJSIP/1000. The one given here answers by itself::

    [default]
    exten => 2010,1,NoOp(Tell your name and be connected)
     same => n,Stasis(ivr,Local/2090@default)
     same => n,Hangup()

    exten => 2090,1,NoOp(A telephone that answers and talks)
     same => n,Answer()
     same => n(again),Playback(demo-congrats)
     same => n,Goto(again)

The address and the credentials of Asterisk are taken from ARI_URL, ARI_USER and ARI_PASSWORD.
"""

import logging
from contextlib import suppress

import ari

APP = "ivr"
DIALLED = "dialled"


def serve(client, channel, endpoint):
    """Serve one call. Whatever the caller does, a hang-up ends any of these waits."""
    channel.answer()
    channel.play(media="sound:hello").wait()

    for _ in range(3):
        number = channel.read_digits(
            max_digits=4, first_digit_timeout=10, timeout=5, prompt="sound:vm-enter-num-to-call"
        )
        print(f"{channel.id}: entered {number or 'nothing'}")
        if len(number) == 4:
            break
    else:
        channel.play(media="sound:vm-goodbye").wait()
        return

    channel.play(media="sound:vm-rec-name").wait()
    recording = channel.record(
        name=f"ivr/{channel.id}",
        format="wav",
        beep=True,
        ifExists="overwrite",
        maxDurationSeconds=10,
        terminateOn="#",
    )
    recording.wait()
    print(f"{channel.id}: recorded")
    channel.play(media=f"recording:ivr/{channel.id}").wait()
    print(f"{channel.id}: played back")

    callee = client.channels.originate(endpoint=endpoint, app=APP, appArgs=DIALLED)
    try:
        channel.ring()
        wait_for_answer(channel, callee)
        print(f"{channel.id}: connected")
        bridge = client.bridges.create(type="mixing")
        try:
            bridge.addChannel(channel=[channel, callee])
            bridge.wait_for("ChannelLeftBridge")
            print(f"{channel.id}: one of the two left")
        finally:
            bridge.destroy()
    except (ari.ARIWaitTimeout, ari.ARIObjectGone):
        print(f"{channel.id}: nobody to connect to")
    finally:
        hang_up(callee)


def wait_for_answer(channel, callee):
    """Wait for the second party, and look now and then whether the caller still waits, too."""
    for _ in range(30):
        with suppress(ari.ARIWaitTimeout):
            callee.wait_for("StasisStart", timeout=1)
            return
        channel.get()  # Raises ARINotFound when the caller has hung up.
    raise ari.ARIWaitTimeout("the second party does not answer")


def hang_up(channel):
    with suppress(ari.ARINotFound):  # It is gone already.
        channel.hangup()


def main():
    logging.basicConfig()  # Errors in handlers are logged.
    client = ari.from_env()

    def on_start(channel, event):
        if event["args"] == [DIALLED]:
            return  # The second party, which serve() is waiting for.
        if not event["args"]:
            print(f"{channel.id}: the dialplan names no endpoint to dial")
            hang_up(channel)
            return
        print(f"{channel.id}: calls")
        try:
            serve(client, channel, event["args"][0])
        except (ari.ARIObjectGone, ari.ARIHTTPError) as error:
            print(f"{channel.id}: ended early: {error}")
        finally:
            hang_up(channel)
            print(f"{channel.id}: served")

    client.on_channel_event("StasisStart", on_start)
    client.on_application_registered(APP, print, "Ready for calls")
    with client:
        try:
            client.run(apps=APP, workers=16)
        except KeyboardInterrupt:
            print("Bye.")


if __name__ == "__main__":
    main()
