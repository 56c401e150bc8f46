#!/usr/bin/env python3
"""Set a device state that shows whether anybody is waiting.

The device Stasis:waiting is INUSE while callers are in the holding bridge, and NOT_INUSE otherwise.
A hint in the dialplan shows it on the lamps of telephones. The program also subscribes to the
device and prints the states that Asterisk reports.

Dialplan, in extensions.conf::

    [default]
    exten => 2009,1,NoOp(Wait and light the lamp)
     same => n,Stasis(device-state)
     same => n,Hangup()

    exten => 2099,hint,Stasis:waiting

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging

import ari

APP = "device-state"
DEVICE = "Stasis:waiting"


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()
    bridge = client.bridges.create(type="holding", name="device-state")
    client.deviceStates.update(deviceName=DEVICE, deviceState="NOT_INUSE")

    def on_start(channel, event):
        try:
            channel.answer()
            bridge.addChannel(channel=channel)
        except ari.ARIHTTPError as error:
            print(f"{channel.json['name']} did not wait: {error.message}")

    def on_members_changed(bridge, event):
        """Light the lamp while anybody is in the bridge."""
        waiting = event["bridge"]["channels"]
        state = "INUSE" if waiting else "NOT_INUSE"
        client.deviceStates.update(deviceName=DEVICE, deviceState=state)

    def on_state(device, event):
        print(f"{device.json['name']} is {device.json['state']}")

    def on_registered():
        """Subscribe to the device: Asterisk sends its events to subscribed applications only."""
        client.applications.subscribe(applicationName=APP, eventSource=f"deviceState:{DEVICE}")
        print(f"Watching {DEVICE}")

    client.on_channel_event("StasisStart", on_start)
    bridge.on_event("ChannelEnteredBridge", on_members_changed)
    bridge.on_event("ChannelLeftBridge", on_members_changed)
    client.on_device_state_event("DeviceStateChanged", on_state)
    client.on_application_registered(APP, on_registered)

    with client:
        try:
            client.run(apps=APP)
        except KeyboardInterrupt:
            print("Bye.")
        finally:
            bridge.destroy()
            client.deviceStates.delete(deviceName=DEVICE)


if __name__ == "__main__":
    main()
