#!/usr/bin/env python3
"""Dial a second party and connect the two.

The caller hears ringing while the second party's telephone rings. When it is answered, both are put
into a bridge; when either leaves, the other one is hung up.

Dialplan, in extensions.conf. The argument is the endpoint to dial; replace it with your own, such
as PJSIP/1000. The one given here is an extension that answers by itself, so you can try the program
with one telephone::

    [default]
    exten => 2005,1,NoOp(Be connected)
     same => n,Stasis(two-party-dial,Local/2095@default)
     same => n,Hangup()

    exten => 2095,1,NoOp(A telephone that answers and talks)
     same => n,Answer()
     same => n(again),Playback(demo-congrats)
     same => n,Goto(again)

Set ARI_URL, ARI_USER and ARI_PASSWORD to the address and the credentials of Asterisk.
"""

import logging
from contextlib import suppress

import ari

APP = "two-party-dial"
GONE = (ari.ARINotFound, ari.ARINotInStasis)  # The channel has ended, or is ending now.
DIALLED = "dialled"


def hang_up(channel):
    with suppress(ari.ARINotFound):  # It is gone already.
        channel.hangup()


class Connection:
    """A caller, the party that is dialled for the caller, and the bridge between them."""

    def __init__(self, client, caller, endpoint):
        self.client = client
        self.caller = caller
        self.bridge = None
        caller.ring()
        self.callee = client.channels.originate(
            endpoint=endpoint, app=APP, appArgs=DIALLED, callerId=caller.json["caller"]["number"]
        )
        # Listeners run one after another, so these are registered before their events are handled.
        self.caller.on_event("StasisEnd", self.on_caller_gone)
        self.callee.on_event("StasisStart", self.on_answer)
        self.callee.on_event("ChannelDestroyed", self.on_callee_gone)
        print(f"{caller.json['name']} waits for {endpoint}")

    def on_answer(self, channel, event):
        print(f"{self.callee.json['name']} answered")
        try:
            self.caller.answer()
            self.bridge = self.client.bridges.create(type="mixing")
            self.bridge.addChannel(channel=[self.caller, self.callee])
        except ari.ARIHTTPError as error:
            print(f"{self.caller.json['name']} did not wait: {error.message}")
            hang_up(self.callee)

    def on_caller_gone(self, channel, event):
        print(f"{self.caller.json['name']} left")
        hang_up(self.callee)
        self.destroy_bridge()

    def on_callee_gone(self, channel, event):
        print(f"{self.callee.json['name']} ended: {event['cause_txt']}")
        hang_up(self.caller)
        self.destroy_bridge()

    def destroy_bridge(self):
        if self.bridge is not None:
            self.bridge.destroy()
            self.bridge = None


def main():
    logging.basicConfig()  # Logs what listeners raise.
    client = ari.from_env()

    def on_start(channel, event):
        """Connect a new caller. The second party, which we dialled, also comes here."""
        if event["args"] == [DIALLED]:
            return
        if not event["args"]:
            print(f"{channel.json['name']}: the dialplan names no endpoint to dial")
            hang_up(channel)
            return
        try:
            Connection(client, channel, event["args"][0])
        except GONE:
            print(f"{channel.json['name']} hung up first")
        except (ari.ARIServerError, ari.ARIBadRequest) as error:
            print(f"{event['args'][0]} cannot be dialled: {error}")
            hang_up(channel)

    client.on_channel_event("StasisStart", on_start)
    client.on_application_registered(APP, print, "Ready for calls")
    with client:
        try:
            client.run(apps=APP)
        except KeyboardInterrupt:
            print("Bye.")


if __name__ == "__main__":
    main()
