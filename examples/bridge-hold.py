#!/usr/bin/env python3
"""Put callers on hold: all of them wait in one holding bridge and hear music.

The program uses the first holding bridge that exists, or else creates one, and prints who enters
and who leaves. End it with Ctrl-C; the callers stay in the bridge.

Dialplan, in extensions.conf::

    [default]
    exten => 2001,1,NoOp(Wait with the others)
     same => n,Stasis(bridge-hold)
     same => n,Hangup()

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging

import ari

APP = "bridge-hold"


def find_or_create_bridge(client):
    """Return the bridge to hold calls in."""
    holding = [b for b in client.bridges.list() if b.json["bridge_type"] == "holding"]
    for bridge in holding:
        print(f"Bridge {bridge.id} holds {len(bridge.json['channels'])} calls")
    if holding:
        return holding[0]
    bridge = client.bridges.create(type="holding")
    print(f"Created bridge {bridge.id}")
    return bridge


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()
    bridge = find_or_create_bridge(client)
    bridge.startMoh()

    def on_start(channel, event):
        """Answer the caller and put the channel into the bridge."""
        print(f"{channel.json['name']} calls")
        try:
            channel.answer()
            bridge.addChannel(channel=channel)
        except ari.ARIHTTPError as error:
            print(f"{channel.json['name']} did not wait: {error.message}")

    def on_enter(bridge, event):
        print(f"{event['channel']['name']} entered, {len(event['bridge']['channels'])} waiting")

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


if __name__ == "__main__":
    main()
