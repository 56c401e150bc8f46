#!/usr/bin/env python3
"""Control a playback with the keys of the telephone.

==== =====================
key
==== =====================
4    back by three seconds
5    pause or resume
6    forward by three seconds
0    from the beginning
#    stop, and hang up
==== =====================

Dialplan, in extensions.conf::

    [default]
    exten => 2006,1,NoOp(Hear a long text)
     same => n,Stasis(playback-control)
     same => n,Hangup()

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
from contextlib import suppress

import ari

APP = "playback-control"
GONE = (ari.ARINotFound, ari.ARINotInStasis)  # The channel has ended, or is ending now.
TEXT = "sound:demo-instruct"
OPERATIONS = {"4": "reverse", "6": "forward", "0": "restart"}


class Player:
    """The playback of a text to one caller, who controls it."""

    def __init__(self, channel):
        self.channel = channel
        self.paused = False
        channel.on_event("ChannelDtmfReceived", self.on_digit)
        channel.answer()
        self.playback = channel.play(media=TEXT, skipms=3000)
        self.playback.on_event("PlaybackFinished", self.on_finished)

    def on_digit(self, channel, event):
        digit = event["digit"]
        try:
            if digit == "#":
                self.playback.stop()
            elif digit == "5":
                self.control("unpause" if self.paused else "pause")
                self.paused = not self.paused
            elif digit in OPERATIONS:
                self.control(OPERATIONS[digit])
        except ari.ARINotFound:
            print("The playback has ended")
        except ari.ARINotInStasis as error:
            print(f"Not now: {error.message}")  # It is paused, for instance.

    def control(self, operation):
        self.playback.control(operation=operation)
        print(f"{self.channel.json['name']}: {operation}")

    def on_finished(self, playback, event):
        print(f"{self.channel.json['name']}: finished")
        with suppress(ari.ARINotFound):  # The playback ended because the caller hung up.
            self.channel.hangup()


def on_start(channel, event):
    print(f"{channel.json['name']}: listening")
    try:
        Player(channel)
    except GONE:
        print(f"{channel.json['name']} hung up first")


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()
    client.on_channel_event("StasisStart", on_start)
    client.on_application_registered(APP, print, "Ready for calls")
    with client:
        try:
            client.run(apps=APP)
        except KeyboardInterrupt:
            print("Bye.")


if __name__ == "__main__":
    main()
