#!/usr/bin/env python3
"""Announce arrivals: callers wait in a holding bridge and hear when another one joins.

Music plays between the announcements. The bridge is created when the program starts and destroyed
when it ends.

Dialplan, in extensions.conf::

    [default]
    exten => 2003,1,NoOp(Wait and hear who comes)
     same => n,Stasis(hold-announce)
     same => n,Hangup()

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
from contextlib import suppress

import ari

APP = "hold-announce"


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()
    bridge = client.bridges.create(type="holding", name="hold-announce")

    def on_start(channel, event):
        """Answer the caller and put the channel into the bridge."""
        try:
            channel.answer()
            bridge.addChannel(channel=channel)
        except ari.ARIHTTPError as error:
            print(f"{channel.json['name']} did not wait: {error.message}")

    def on_enter(bridge, event):
        """Stop the music and announce how many callers are waiting."""
        waiting = len(event["bridge"]["channels"])
        print(f"{event['channel']['name']} entered, {waiting} waiting")
        with suppress(ari.ARINotInStasis):  # No music: another announcement is playing.
            bridge.stopMoh()
        # All channels in a bridge hear what is played on it.
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
