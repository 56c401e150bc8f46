#!/usr/bin/env python3
"""Read digits back: every key that the caller presses is said aloud, # ends the call.

Dialplan, in extensions.conf::

    [default]
    exten => 2002,1,NoOp(Hear what you press)
     same => n,Stasis(dtmf-readback)
     same => n,Hangup()

The address and the credentials of Asterisk are taken from ARI_URL, ARI_USER and ARI_PASSWORD.
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
            # Each of these waits for the one before it, so nothing is said over something else.
            channel.play(media=f"characters:{digit}")
    except GONE:
        print(f"{channel.json['name']} hung up first")


def hang_up(channel):
    with suppress(ari.ARINotFound):  # The caller was faster.
        channel.hangup()


def on_start(channel, event):
    """Answer, say that keys can be pressed, and listen for them."""
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
    logging.basicConfig()  # Errors in handlers are logged.
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
