import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clientsOf, pick } from './sluice.mjs';
import { freshKey, startServer } from './server.mjs';

// The published client takes network trouble for "allowed" unless told otherwise. So a server that is away must be
// seen by those who ask for it, and a server that is there must never look like one that is away.
let server;
let world;
const check = { customerId: 'c', featureId: 'messages' };

before(async () => {
  server = await startServer();
  world = clientsOf(server);
  await world.autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
  await world.autumn.customers.getOrCreate({ customerId: 'c' });
});
after(() => server?.stop());

async function awayServer() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return `http://127.0.0.1:${port}`;
}

test('while the server is there, the client\'s default and failOpen: false say the same', async () => {
  const strict = world.client({ failOpen: false });
  const denied = await strict.check(check);
  assert.deepEqual(pick(denied, 'allowed', 'balance'), { allowed: false, balance: null });
  assert.deepEqual(await world.autumn.check(check), denied);
  await assert.rejects(strict.check({ ...check, customerId: 'nobody' }), { statusCode: 404 });
  await assert.rejects(world.autumn.check({ ...check, customerId: 'nobody' }), { statusCode: 404 });
});

test('a server that is away is an error with failOpen: false', async () => {
  const strict = world.client({ failOpen: false, serverURL: await awayServer() });
  await assert.rejects(strict.check(check), { name: 'ConnectionError' });
  await assert.rejects(strict.track(check), { name: 'ConnectionError' });
});

test('a server that is away is "allowed" with the client\'s default, for check and track only', async () => {
  const lenient = world.client({ serverURL: await awayServer() });
  assert.deepEqual(pick(await lenient.check(check), 'allowed', 'customerId', 'balance'), { allowed: true, customerId: '', balance: null });
  assert.deepEqual(pick(await lenient.track(check), 'value', 'balance'), { value: 0, balance: null });
  await assert.rejects(lenient.customers.get({ customerId: 'c' }), { statusCode: 555 });
});

test('a server told to stop answers what it accepted, ends cleanly, and has all of it when it comes back', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sluice-stop-'));
  const presetKeys = { SLUICE_SANDBOX_KEY: freshKey('am_sk_test_'), SLUICE_LIVE_KEY: freshKey('am_sk_live_') };
  try {
    const leaving = await startServer({ data, presetKeys });
    const strict = clientsOf(leaving).client({ failOpen: false });
    await strict.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await strict.customers.getOrCreate({ customerId: 'c' });
    const last = Array.from({ length: 50 }, () => strict.track(check).then(answer => answer.value, error => error.name));
    await Promise.race(last);
    await leaving.stop();
    const outcomes = await Promise.all(last);
    for (const outcome of outcomes) assert.ok(outcome === 1 || outcome === 'ConnectionError', `a request ended with ${outcome}`);

    const back = await startServer({ data, presetKeys });
    const { list } = await clientsOf(back).autumn.events.list({ customerId: 'c', limit: 100 });
    await back.stop();
    const acknowledged = outcomes.filter(outcome => outcome === 1).length;
    assert.ok(acknowledged > 0);
    assert.ok(list.length >= acknowledged, `${acknowledged} acknowledged, ${list.length} kept`);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
