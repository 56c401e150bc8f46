#!/usr/bin/env python3
"""Read digits back: say every key that the caller presses, until # ends the call.

Dialplan, in extensions.conf::

    [default]
    exten => 2002,1,NoOp(Hear what you press)
     same => n,Stasis(dtmf-readback)
     same => n,Hangup()

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
from contextlib import suppress

import ari

APP = "dtmf-readback"
GONE = (ari.ARINotFound, ari.ARINotInStasis)  # The channel has ended, or is ending now.


def on_digit(channel, event):
    """Say the digit, or goodbye when it is #."""
    digit = event["digit"]
    print(f"{channel.json['name']} pressed {digit}")
    try:
        if digit == "#":
            goodbye = channel.play(media="sound:vm-goodbye")
            goodbye.on_event("PlaybackFinished", lambda playback, event: hang_up(channel))
        else:
            # Playbacks of one channel are queued, so the digits do not overlap.
            channel.play(media=f"characters:{digit}")
    except GONE:
        print(f"{channel.json['name']} hung up first")


def hang_up(channel):
    with suppress(ari.ARINotFound):  # The caller hung up first.
        channel.hangup()


def on_start(channel, event):
    """Answer, greet the caller and listen for digits."""
    print(f"{channel.json['name']} calls")
    channel.on_event("ChannelDtmfReceived", on_digit)
    try:
        channel.answer()
        channel.play(media="sound:hello")
    except GONE:
        print(f"{channel.json['name']} hung up first")


def on_end(channel, event):
    print(f"{channel.json['name']} is gone")


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()
    client.on_channel_event("StasisStart", on_start)
    client.on_channel_event("StasisEnd", on_end)
    client.on_application_registered(APP, print, "Ready for calls")
    with client:
        try:
            client.run(apps=APP)
        except KeyboardInterrupt:
            print("Bye.")


if __name__ == "__main__":
    main()
