#!/usr/bin/env python3
"""Answer calls with a menu: an automated attendant.

Key 1 plays a sound, 2 continues at the operator's extension in the dialplan, and 9 ends the call.
Callers may press a key while the menu is playing. Those who press none hear the menu twice more and
then a goodbye.

Dialplan, in extensions.conf::

    [default]
    exten => 2007,1,NoOp(Hear the menu)
     same => n,Stasis(auto-attendant)
     same => n,Hangup()

    exten => 2097,1,NoOp(Dial the operator here)
     same => n,Playback(one-moment-please)
     same => n,Wait(10)
     same => n,Hangup()

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
Callers have 10 seconds to press a key; the first argument is another number of seconds.
"""

import logging
import sys
import threading
from contextlib import suppress

import ari

APP = "auto-attendant"
GONE = (ari.ARINotFound, ari.ARINotInStasis)  # The channel has ended, or is ending now.
MENU = ["sound:vm-press", "digits:1", "sound:to-listen-to-it",
        "sound:vm-press", "digits:2", "sound:vm-reachoper"]  # fmt: skip
OPERATOR = "2097"
REPEATS = 2


class Attendant:
    """The attendant of one call.

    The timer runs on a thread of its own, so a lock guards what it shares with the handlers.
    """

    def __init__(self, channel, patience):
        self.channel = channel
        self.patience = patience
        self.lock = threading.Lock()
        self.readings = 0
        self.prompt = None
        self.timer = None
        self.ended = False
        channel.on_event("ChannelDtmfReceived", self.on_digit)
        # Registered before anything plays: the timer's thread could register it too late.
        channel.on_event("PlaybackFinished", self.on_finished)
        channel.on_event("StasisEnd", self.on_end)
        channel.answer()
        self.read_menu()

    def read_menu(self, before=()):
        """Play the menu, after the media in ``before``; its end starts the wait for a key."""
        self.readings += 1
        self.log("menu")
        self.prompt = self.channel.play(media=[*before, *MENU])

    def on_finished(self, channel, event):
        """Start the wait for a key after the menu; hang up after the goodbye."""
        with self.lock:
            if self.prompt is None or self.prompt.id != event["playback"]["id"]:
                return
            if self.ended:
                with suppress(*GONE):  # The caller hung up first.
                    channel.hangup()
            else:
                self.timer = threading.Timer(self.patience, self.on_silence)
                self.timer.daemon = True
                self.timer.start()

    def on_silence(self):
        """Play the menu again, or give up."""
        with self.lock:
            try:
                if self.ended:
                    return
                if self.readings <= REPEATS:
                    self.read_menu()
                else:
                    self.say_goodbye()
            except GONE:
                self.log("left meanwhile")

    def on_digit(self, channel, event):
        digit = event["digit"]
        self.log(f"pressed {digit}")
        with self.lock:
            if self.ended:
                return
            try:
                self.stop_prompt()
                if digit == "1":
                    self.prompt = channel.play(media="sound:tt-weasels")
                elif digit == "2":
                    channel.continueInDialplan(extension=OPERATOR, priority=1)
                elif digit == "9":
                    self.say_goodbye()
                else:
                    self.read_menu(before=["sound:pbx-invalid"])
            except GONE:
                self.log("left meanwhile")

    def stop_prompt(self):
        """Stop the prompt and the wait for a key."""
        prompt, self.prompt = self.prompt, None
        if self.timer is not None:
            self.timer.cancel()
        if prompt is not None:
            with suppress(ari.ARIHTTPError):  # It has ended, or cannot be stopped (a number).
                prompt.stop()

    def say_goodbye(self):
        self.ended = True
        self.prompt = self.channel.play(media="sound:vm-goodbye")

    def on_end(self, channel, event):
        with self.lock:
            self.ended = True
            if self.timer is not None:
                self.timer.cancel()
        self.log("left")

    def log(self, text):
        print(f"{self.channel.json['name']}: {text}")


def main():
    logging.basicConfig()  # Logs what listeners raise.
    patience = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    client = ari.from_env()

    def on_start(channel, event):
        try:
            Attendant(channel, patience)
        except GONE:
            print(f"{channel.json['name']}: hung up first")

    client.on_channel_event("StasisStart", on_start)
    client.on_application_registered(APP, print, "Ready for calls")
    with client:
        try:
            client.run(apps=APP)
        except KeyboardInterrupt:
            print("Bye.")


if __name__ == "__main__":
    main()
