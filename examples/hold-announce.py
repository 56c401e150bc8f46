#!/usr/bin/env python3
"""Announce arrivals: callers wait in a holding bridge and hear when somebody joins them.

Music plays in between. The bridge is made when the program starts and destroyed when it ends.

Dialplan, in extensions.conf::

    [default]
    exten => 2003,1,NoOp(Wait and hear who comes)
     same => n,Stasis(hold-announce)
     same => n,Hangup()

The address and the credentials of Asterisk are taken from ARI_URL, ARI_USER and ARI_PASSWORD.
"""

import logging
from contextlib import suppress

import ari

APP = "hold-announce"


def main():
    logging.basicConfig()  # Errors in handlers are logged.
    client = ari.from_env()
    bridge = client.bridges.create(type="holding", name="hold-announce")

    def on_start(channel, event):
        """Let the caller in."""
        try:
            channel.answer()
            bridge.addChannel(channel=channel)
        except ari.ARIHTTPError as error:
            print(f"{channel.json['name']} did not wait: {error.message}")

    def on_enter(bridge, event):
        """Tell everybody how many are waiting now, without the music."""
        waiting = len(event["bridge"]["channels"])
        print(f"{event['channel']['name']} entered, {waiting} waiting")
        with suppress(ari.ARINotInStasis):  # No music now: another announcement is not over.
            bridge.stopMoh()
        # What is played on a bridge is heard by all who are in it.
        announcement = bridge.play(
            media=["sound:confbridge-has-joined", "sound:confbridge-there-are", f"number:{waiting}"]
        )
        announcement.on_event("PlaybackFinished", on_announced)

    def on_announced(playback, event):
        print("Announced, music again")
        bridge.startMoh()

    def on_leave(bridge, event):
        print(f"{event['channel']['name']} left, {len(event['bridge']['channels'])} waiting")

    client.on_channel_event("StasisStart", on_start)
    bridge.on_event("ChannelEnteredBridge", on_enter)
    bridge.on_event("ChannelLeftBridge", on_leave)
    client.on_application_registered(APP, print, "Ready for calls")
    with client:
        try:
            client.run(apps=APP)
        except KeyboardInterrupt:
            print("Bye.")
        finally:
            bridge.destroy()


if __name__ == "__main__":
    main()
