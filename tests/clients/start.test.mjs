import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { paste } from './curl.mjs';
import { clientsOf, pick } from './sluice.mjs';
import { freshKey, startServer } from './server.mjs';

async function started(options, body) {
  const server = await startServer(options);
  try {
    await body(server);
  } catch (error) {
    console.error(`server output:\n${server.output}`);
    throw error;
  } finally {
    await server.stop();
  }
}

async function withDirectory(body) {
  const data = mkdtempSync(join(tmpdir(), 'sluice-start-'));
  try {
    await body(data);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** The curl commands a server printed, each on one line. */
const curlLines = output => output.replaceAll(/\\\r?\n\s*/g, '').split(/\r?\n/).map(line => line.trim()).filter(line => line.startsWith('curl '));

test('the three curl lines of a first start work when pasted, and the last one shows a balance that went down', () =>
  started({ presetKeys: false }, async server => {
    await server.printed(/\bcurl\b[^]*\bcurl\b[^]*\btrack\b[^]*}'/);
    const lines = curlLines(server.output);
    assert.equal(lines.length, 3, server.output);
    assert.ok(lines.every(line => line.includes(server.url)), 'the lines name the address the server listens on');

    const [customer, checked, tracked] = [await paste(lines[0]), await paste(lines[1]), await paste(lines[2])];
    assert.equal(typeof customer.id, 'string', JSON.stringify(customer));
    assert.equal(checked.allowed, true, JSON.stringify(checked));
    assert.ok(checked.balance.remaining > 0);
    assert.ok(tracked.balance.remaining < checked.balance.remaining, JSON.stringify(tracked));
  }));

test('a first start prints both keys, they are good for their environments and kept as hashes only', () =>
  withDirectory(async data => {
    const keys = {};
    await started({ presetKeys: false, data }, async server => {
      for (const [env, prefix] of [['sandbox', 'am_sk_test_'], ['live', 'am_sk_live_']]) {
        [keys[env]] = await server.printed(new RegExp(`${prefix}[A-Za-z0-9]{42}`));
        const { autumn } = clientsOf({ ...server, sandboxKey: keys[env] });
        assert.equal((await autumn.customers.getOrCreate({ customerId: 'c' })).env, env);
      }
      assert.equal(statSync(data).mode & 0o777, 0o700, 'the data directory is its owner\'s alone');
    });
    for (const name of readdirSync(data, { recursive: true })) {
      const path = join(data, name);
      if (!statSync(path).isFile()) continue;
      const content = readFileSync(path);
      for (const key of Object.values(keys)) assert.equal(content.includes(key), false, `${name} holds a key in plain text`);
    }
    let later;
    await started({ presetKeys: false, data }, async server => {
      later = server;
      const { autumn } = clientsOf({ ...server, sandboxKey: keys.sandbox });
      assert.equal((await autumn.customers.get({ customerId: 'c' })).id, 'c');
    });
    assert.doesNotMatch(later.output, /am_sk_/, 'a later start prints no keys');
  }));

test('--demo brings an AI chatbot\'s catalog: two kinds of messages on USD credits, messages, seats, a switch, a free plan', () =>
  started({ args: ['--demo'] }, async server => {
    const { autumn } = clientsOf(server);
    const features = Object.fromEntries((await autumn.features.list()).list.map(feature => [feature.id, feature]));
    const credits = Object.values(features).find(feature => feature.type === 'credit_system');
    assert.deepEqual(credits.creditSchema.map(row => [row.meteredFeatureId, row.creditCost]).sort(), [['basic_messages', 0.01], ['premium_messages', 0.1]]);
    assert.deepEqual(pick(features.messages, 'type', 'consumable'), { type: 'metered', consumable: true });
    assert.deepEqual(pick(features.seats, 'type', 'consumable'), { type: 'metered', consumable: false });
    assert.ok(Object.values(features).some(feature => feature.type === 'boolean'));
    const customer = await autumn.customers.getOrCreate({ customerId: 'demo' });
    assert.equal(customer.subscriptions.length, 1);
    assert.equal(customer.subscriptions[0].autoEnable, true);
    assert.equal((await autumn.check({ customerId: 'demo', featureId: 'basic_messages', sendEvent: true })).balance.featureId, credits.id);
  }));

test('a second server on the same data directory stops with a clear word', () =>
  withDirectory(data => started({ data }, () =>
    assert.rejects(startServer({ data }), error => /in use|lock|another/i.test(error.message) && !/\bat Sluice\./.test(error.message)))));

test('a wrong or unknown setting stops the start and is named', async () => {
  for (const [name, value] of [['SLUICE_PORT', 'eighty'], ['SLUICE_PROT', '8080'], ['SLUICE_SANDBOX_KEY', 'not-a-key']]) {
    await assert.rejects(startServer({ env: { [name]: value } }), error => error.message.includes(name) && !/\bat Sluice\./.test(error.message), name);
  }
});

test('a key may come from a file', () =>
  withDirectory(async directory => {
    const key = freshKey('am_sk_test_');
    writeFileSync(join(directory, 'key'), `${key}\n`);
    await started({ presetKeys: { SLUICE_SANDBOX_KEY_FILE: join(directory, 'key'), SLUICE_LIVE_KEY: freshKey('am_sk_live_') } }, async server => {
      const { autumn } = clientsOf({ ...server, sandboxKey: key });
      assert.deepEqual((await autumn.features.list()).list, []);
    });
  }));
