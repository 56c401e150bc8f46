"""Take one call with aioari: answer it and put it into a new bridge.

Prints what it saw, one JSON object a line. Arguments: address, user, password.
"""

import asyncio
import json
import sys

import aioari


def say(**what):
    print(json.dumps(what), flush=True)


async def main(address, user, password):
    client = await aioari.connect(address, user, password)
    bridge = await client.bridges.create(type="mixing")
    say(bridge=bridge.id, type=bridge.json["bridge_type"])

    async def on_start(objects, event):
        channel = objects["channel"]
        await channel.answer()
        await bridge.addChannel(channel=channel.id)
        seen = await client.bridges.get(bridgeId=bridge.id)
        say(channel=channel.id, args=event["args"], members=seen.json["channels"])

    async def on_digit(channel, event):
        say(digit=event["digit"], on=channel.id)

    async def on_end(channel, event):
        say(left=channel.id)
        over.set()

    over = asyncio.Event()
    client.on_channel_event("StasisStart", on_start)
    client.on_channel_event("ChannelDtmfReceived", on_digit)
    client.on_channel_event("StasisEnd", on_end)
    running = asyncio.ensure_future(client.run(apps="interop"))
    say(ready=True)
    await over.wait()
    running.cancel()
    await client.close()


asyncio.run(main(*sys.argv[1:]))
