#!/usr/bin/env python3
"""Take voicemail messages and play them.

To leave a message, speak after the tone and press # or hang up. To hear the messages, dial the
second extension: they are played one after another, the oldest first. 1 plays the message again,
2 goes on to the next one, 3 deletes it, # ends the call.

Dialplan, in extensions.conf; the second argument is the name of the mailbox::

    [default]
    exten => 2008,1,NoOp(Leave a message)
     same => n,Stasis(voicemail,record,alice)
     same => n,Hangup()

    exten => 2098,1,NoOp(Listen to the messages)
     same => n,Stasis(voicemail,listen,alice)
     same => n,Hangup()

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
import time
from contextlib import suppress

import ari

APP = "voicemail"
GONE = (ari.ARINotFound, ari.ARINotInStasis)  # The channel has ended, or is ending now.


def hang_up(channel):
    with suppress(ari.ARINotFound):  # It is gone already.
        channel.hangup()


class Recorder:
    """A caller who leaves a message."""

    def __init__(self, channel, mailbox):
        self.channel = channel
        # Names sort by age; each mailbox has a directory.
        self.name = f"voicemail/{mailbox}/{time.time():017.6f}"
        channel.answer()
        greeting = channel.play(media="sound:vm-intro")
        greeting.on_event("PlaybackFinished", self.on_greeting_finished)

    def on_greeting_finished(self, playback, event):
        try:
            recording = self.channel.record(
                name=self.name,
                format="wav",
                beep=True,
                maxDurationSeconds=120,
                terminateOn="#",
            )
        except ari.ARIHTTPError as error:
            print(f"No message: {error.message}")
            hang_up(self.channel)
            return
        recording.on_event("RecordingStarted", self.on_started)
        recording.on_event("RecordingFinished", self.on_finished)
        recording.on_event("RecordingFailed", self.on_failed)

    def on_started(self, recording, event):
        print(f"Recording {self.name}")

    def on_finished(self, recording, event):
        print(f"Stored {self.name}")
        with suppress(*GONE):  # Most people end a message by hanging up.
            goodbye = self.channel.play(media="sound:vm-msgsaved")
            goodbye.on_event("PlaybackFinished", lambda playback, event: hang_up(self.channel))

    def on_failed(self, recording, event):
        print(f"No message: {event['recording'].get('cause')}")
        hang_up(self.channel)


class Player:
    """A caller who hears the messages of a mailbox."""

    def __init__(self, client, channel, mailbox):
        self.channel = channel
        self.playbacks = []
        self.messages = sorted(
            (r for r in client.recordings.listStored() if in_mailbox(r, mailbox)),
            key=lambda recording: recording.json["name"],
        )
        channel.on_event("ChannelDtmfReceived", self.on_digit)
        channel.answer()
        self.play(["sound:vm-youhave", f"number:{len(self.messages)}", "sound:vm-messages"])
        self.play_next()

    def play(self, media):
        """Play media after whatever is being played."""
        playback = self.channel.play(media=media)
        self.playbacks.append(playback)
        return playback

    def play_next(self):
        """Play the first of the remaining messages, or say goodbye."""
        if self.messages:
            name = self.messages[0].json["name"]
            print(f"Playing {name}")
            self.play(f"recording:{name}")
        else:
            goodbye = self.play("sound:vm-nomore")
            goodbye.on_event("PlaybackFinished", lambda playback, event: hang_up(self.channel))

    def on_digit(self, channel, event):
        digit = event["digit"]
        try:
            if digit == "#":
                channel.hangup()
            elif digit in "123" and self.messages:
                self.be_quiet()
                if digit == "2":
                    del self.messages[0]
                elif digit == "3":
                    message = self.messages.pop(0)
                    message.deleteStored()
                    print(f"Deleted {message.json['name']}")
                    self.play("sound:vm-deleted")
                self.play_next()
        except GONE:
            print("The caller or the message is gone")

    def be_quiet(self):
        for playback in self.playbacks:
            with suppress(ari.ARIHTTPError):  # It has ended, or cannot be stopped (a number).
                playback.stop()
        self.playbacks.clear()


def in_mailbox(recording, mailbox):
    return recording.json["name"].startswith(f"voicemail/{mailbox}/")


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()

    def on_start(channel, event):
        print(f"{channel.json['name']}: {', '.join(event['args'])}")
        try:
            match event["args"]:
                case ["record", mailbox]:
                    Recorder(channel, mailbox)
                case ["listen", mailbox]:
                    Player(client, channel, mailbox)
                case _:
                    print("The dialplan must say Stasis(voicemail,record|listen,MAILBOX)")
                    hang_up(channel)
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
