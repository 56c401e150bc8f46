#!/usr/bin/env python3
"""Show with a device state whether anybody is waiting.

The device Stasis:waiting is INUSE while callers are in the holding bridge, else NOT_INUSE. A hint
in the dialplan brings it to the lamps of telephones. The program also subscribes to the device and
prints what Asterisk reports of it.

Dialplan, in extensions.conf::

    [default]
    exten => 2009,1,NoOp(Wait, and light the lamp)
     same => n,Stasis(device-state)
     same => n,Hangup()

    exten => 2099,hint,Stasis:waiting

The address and the credentials of Asterisk are taken from ARI_URL, ARI_USER and ARI_PASSWORD.
"""

import logging

import ari

APP = "device-state"
DEVICE = "Stasis:waiting"


def main():
    logging.basicConfig()  # Errors in handlers are logged.
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
        """Light the lamp while there is anybody in the bridge."""
        waiting = event["bridge"]["channels"]
        state = "INUSE" if waiting else "NOT_INUSE"
        client.deviceStates.update(deviceName=DEVICE, deviceState=state)

    def on_state(device, event):
        print(f"{device.json['name']} is {device.json['state']}")

    def on_registered():
        """Ask for the events of the device, which nobody gets without asking."""
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
