#!/usr/bin/env python3
"""Watch a bridge that other applications use, by subscribing to it as an event source.

Without that, an application receives the events of a bridge only while one of its own channels is
in it. This program has no calls at all, and prints who enters and who leaves.

It watches the bridge whose id is the first argument, or else one that it creates. It needs no
dialplan. To see something, put a channel of another program into the bridge::

    curl -u asterisk:asterisk -X POST 'http://localhost:8088/ari/bridges/ID/addChannel?channel=...'

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
import sys

import ari

APP = "bridge-subscription"


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()
    if len(sys.argv) > 1:
        try:
            bridge = client.bridges.get(bridgeId=sys.argv[1])
        except ari.ARINotFound:
            sys.exit(f"There is no bridge {sys.argv[1]}")
    else:
        bridge = client.bridges.create(type="mixing", name="watched")

    def on_registered():
        """Subscribe after each connection: before it, the application does not exist."""
        client.applications.subscribe(applicationName=APP, eventSource=f"bridge:{bridge.id}")
        print(f"Watching bridge {bridge.id}")

    def on_enter(bridge, event):
        print(f"{event['channel']['name']} entered: {len(event['bridge']['channels'])} inside")

    def on_leave(bridge, event):
        print(f"{event['channel']['name']} left: {len(event['bridge']['channels'])} inside")

    def on_destroyed(bridge, event):
        print(f"Bridge {bridge.id} was destroyed")
        client.close()  # run() returns.

    client.on_application_registered(APP, on_registered)
    bridge.on_event("ChannelEnteredBridge", on_enter)
    bridge.on_event("ChannelLeftBridge", on_leave)
    bridge.on_event("BridgeDestroyed", on_destroyed)

    with client:
        try:
            client.run(apps=APP)
        except KeyboardInterrupt:
            print("Bye.")


if __name__ == "__main__":
    main()
