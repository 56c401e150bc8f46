// Takes one call with the ari-client of npm: answers it and puts it into a new bridge. Prints what it
// saw, one JSON object a line. Arguments: address, user, password.
'use strict';

const ari = require('ari-client');

const say = (what) => console.log(JSON.stringify(what));

async function main([address, user, password]) {
  const client = await ari.connect(address, user, password);
  const bridge = await client.bridges.create({ type: 'mixing' });
  say({ bridge: bridge.id, type: bridge.bridge_type });
  client.on('StasisStart', async (event, channel) => {
    await channel.answer();
    await bridge.addChannel({ channel: channel.id });
    const seen = await client.bridges.get({ bridgeId: bridge.id });
    say({ channel: channel.id, args: event.args, members: seen.channels });
  });
  client.on('ChannelDtmfReceived', (event, channel) => say({ digit: event.digit, on: channel.id }));
  client.on('StasisEnd', (event, channel) => {
    say({ left: channel.id });
    process.exit(0);
  });
  await client.start('interop');
  say({ ready: true });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
