#!/usr/bin/env python3
"""Clean up listeners, with run() on a thread of its own.

The program counts the digits of each call until # is pressed. Then it closes its subscription and
receives no more digits of that call. If the call ends first, it closes the subscription then.
Meanwhile the main thread is free; here it only waits for Ctrl-C.

Dialplan, in extensions.conf::

    [default]
    exten => 2004,1,NoOp(Count my digits)
     same => n,Stasis(listener-cleanup)
     same => n,Hangup()

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
import threading

import ari

APP = "listener-cleanup"
GONE = (ari.ARINotFound, ari.ARINotInStasis)  # The channel has ended, or is ending now.


class Counter:
    """The digits of one call, counted.

    on_event() returns a subscription. Keep it, and close() it when you want no more events. Closing
    it twice does no harm.
    """

    def __init__(self, channel):
        self.channel = channel
        self.count = 0
        self.digits = channel.on_event("ChannelDtmfReceived", self.on_digit)
        channel.on_event("StasisEnd", self.on_end, once=True)

    def on_digit(self, channel, event):
        if event["digit"] == "#":
            self.digits.close()
            print(f"{channel.json['name']}: {self.count} digits, no longer listening")
        else:
            self.count += 1
            print(f"{channel.json['name']}: digit {self.count} is {event['digit']}")

    def on_end(self, channel, event):
        self.digits.close()
        print(f"{channel.json['name']}: gone after {self.count} digits")


def on_start(channel, event):
    Counter(channel)
    try:
        channel.answer()
        print(f"{channel.json['name']}: listening")
    except GONE:
        print(f"{channel.json['name']}: hung up first")


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()
    client.on_channel_event("StasisStart", on_start)
    client.on_application_registered(APP, print, "Ready for calls")

    loop = threading.Thread(target=client.run, kwargs={"apps": APP}, name="events")
    loop.start()
    try:
        # The main thread may do anything here, and may use the same client.
        loop.join()
    except KeyboardInterrupt:
        print("Ending.")
    finally:
        client.close()  # run() returns in the other thread.
        loop.join()
    print("Bye.")


if __name__ == "__main__":
    main()
