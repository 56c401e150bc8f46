#!/usr/bin/env python3
"""Run an IVR that is written from top to bottom, without a listener for each step.

A handler may wait for what its call does next: a digit, the end of a prompt, the end of a
recording. With ``workers``, the handlers of several calls run at the same time.

The caller enters a number of four digits, says a name, hears it again and is connected to a
second party; when either leaves, the other one is hung up.

Dialplan, in extensions.conf. The argument is the endpoint to dial; replace it with your own, such
as PJSIP/1000. The one given here answers by itself::

    [default]
    exten => 2010,1,NoOp(Tell your name and be connected)
     same => n,Stasis(ivr,Local/2090@default)
     same => n,Hangup()

    exten => 2090,1,NoOp(A telephone that answers and talks)
     same => n,Answer()
     same => n(again),Playback(demo-congrats)
     same => n,Goto(again)

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
from contextlib import suppress

import ari

APP = "ivr"
DIALLED = "dialled"


def serve(client, channel, endpoint):
    """Serve one call; if the caller hangs up, the wait at that point raises ARIObjectGone."""
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
    """Wait for the second party, and check every second that the caller is still there."""
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
    logging.basicConfig()  # Logs what listeners raise.
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
