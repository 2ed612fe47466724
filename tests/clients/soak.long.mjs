import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { takeFaults, watch } from './contract/witness.mjs';
import { clientsOf } from './sluice.mjs';
import { freshKey, startServer } from './server.mjs';

const seconds = Number(process.env.SOAK_SECONDS ?? 200);
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);
const workers = 12;
const customers = Array.from({ length: 30 }, (_, i) => `soak-${i}`);
const roundMs = 10_000;

/** Numbers that the seed alone decides (mulberry32). */
function chance(from) {
  let state = from;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

// Everything is counted in hundredths, so that the expectation is exact. Grants are too large to be used up, and a
// worker gives back only what it took itself, so the order of the calls does not matter.
test(`for ${seconds} s of stops and kills nothing acknowledged is lost and nothing is counted twice (SOAK_SEED=${seed})`, async () => {
  const data = mkdtempSync(join(tmpdir(), 'sluice-soak-'));
  const presetKeys = { SLUICE_SANDBOX_KEY: freshKey('am_sk_test_'), SLUICE_LIVE_KEY: freshKey('am_sk_live_') };
  const start = async () => {
    const server = await startServer({ data, presetKeys });
    watch(server.url);
    return clientsOf(server);
  };
  try {
    await soak(start);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});

async function soak(start) {
  let up = start();
  const { autumn } = await up;
  await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
  await autumn.features.create({ featureId: 'images', name: 'Images', type: 'metered', consumable: true });
  await autumn.features.create({ featureId: 'credits', name: 'Credits', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'images', creditCost: 2.5 }] });
  await autumn.plans.create({ planId: 'large', name: 'Large', autoEnable: true, items: [{ featureId: 'messages', included: 1e9 }, { featureId: 'credits', included: 1e9 }] });
  for (const customerId of customers) await autumn.customers.getOrCreate({ customerId });

  const expected = Object.fromEntries(customers.map(id => [id, { messages: 0, images: 0, added: 0, events: 0 }]));
  const until = Date.now() + seconds * 1000;
  const statuses = {};

  async function acknowledged(path, body, key) {
    for (;;) {
      const world = await up;
      const answer = await world.post(path, body, { headers: { 'Idempotency-Key': key } }).catch(() => null);
      if (answer === null) {
        await pause(5);
        continue;
      }
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if ([200, 202, 409].includes(answer.status)) return answer;
      assert.ok(answer.status === 429 || answer.status === 503, `${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      await pause(20);
    }
  }

  async function work(number) {
    const pick = chance(seed + number);
    const mine = Object.fromEntries(customers.map(id => [id, 0]));
    for (let step = 0; Date.now() < until; step++) {
      const id = customers[pick(customers.length)];
      const hundredths = 1 + pick(500);
      const key = `${number}-${step}`;
      const usage = { customer_id: id, feature_id: 'messages', value: hundredths / 100 };
      const counts = expected[id];
      switch (pick(6)) {
        case 0:
          await acknowledged('/v1/balances.check', { customer_id: id, feature_id: 'images', required_balance: hundredths / 100, send_event: true }, key);
          counts.images += hundredths;
          break;
        case 1: {
          const back = Math.min(mine[id], hundredths);
          await acknowledged('/v1/balances.track', { ...usage, value: -back / 100 }, key);
          counts.messages -= back;
          mine[id] -= back;
          break;
        }
        case 2: {
          const others = [id, ...customers.filter(() => pick(10) === 0)];
          const items = others.map((customer_id, at) => ({ ...usage, customer_id, idempotency_key: `${key}-${at}` }));
          await acknowledged('/v1/balances.batch_track', items, key);
          for (const other of others) expected[other].messages += hundredths;
          for (const other of others) expected[other].events += 1;
          continue;
        }
        case 3:
          await acknowledged('/v1/balances.update', { customer_id: id, feature_id: 'messages', add_to_balance: hundredths / 100 }, key);
          counts.added += hundredths;
          continue;
        default:
          await acknowledged('/v1/balances.track', usage, key);
          if (pick(4) === 0) assert.equal((await acknowledged('/v1/balances.track', usage, key)).status, 409, 'a repeat of an acknowledged call');
          counts.messages += hundredths;
          mine[id] += hundredths;
      }
      counts.events += 1;
    }
  }

  async function disturb() {
    for (let round = 0; Date.now() + roundMs < until; round++) {
      await pause(roundMs);
      const { server } = await up;
      up = (round % 2 === 0 ? server.kill() : server.stop()).then(start);
      await up;
    }
  }

  await Promise.all([disturb(), ...Array.from({ length: workers }, (_, number) => work(number))]);
  const { server, autumn: last } = await up;
  console.log(`answers by status: ${JSON.stringify(statuses)}`);
  try {
    for (const customerId of customers) await asExpected(last, customerId, expected[customerId]);
    assert.deepEqual(takeFaults(), []);
  } finally {
    await server.stop();
  }
}

async function asExpected(autumn, customerId, counts) {
  const { balances: { messages, credits } } = await autumn.customers.get({ customerId });
  const used = counts.messages - counts.added;
  assert.deepEqual([messages.usage, messages.remaining], [used / 100, (1e11 - used) / 100], customerId);
  assert.equal(credits.usage, counts.images * 2.5 / 100, customerId);

  let events = 0;
  let startCursor = '';
  do {
    const page = await autumn.events.list({ customerId, limit: 1000, startCursor });
    events += page.list.length;
    startCursor = page.nextCursor;
  } while (startCursor);
  assert.equal(events, counts.events, customerId);
}
