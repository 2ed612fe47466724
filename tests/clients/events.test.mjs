import assert from 'node:assert/strict';
import { pick, refusal, refused, sluice } from './sluice.mjs';

const { test } = sluice({
  async given({ autumn }) {
    for (const featureId of ['messages', 'tokens']) {
      await autumn.features.create({ featureId, name: featureId, type: 'metered', consumable: true, eventNames: ['chat.completed'] });
    }
    await autumn.features.create({ featureId: 'reports', name: 'Reports', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'pool', name: 'Pool', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'messages', creditCost: 0.2 }] });
    await autumn.plans.create({
      planId: 'free', name: 'Free', autoEnable: true,
      items: ['messages', 'tokens', 'reports', 'pool'].map(featureId => ({ featureId, included: 100, reset: { interval: 'month' } })),
    });
  },
});

const remaining = async (autumn, customerId) => {
  const { balances } = await autumn.customers.get({ customerId });
  return Object.fromEntries(Object.entries(balances).map(([id, balance]) => [id, balance.remaining]));
};

test('one event name is counted for every feature that listens to it', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'fan-out' });
  const tracked = await autumn.track({ customerId: 'fan-out', eventName: 'chat.completed', value: 5 });
  assert.deepEqual(pick(tracked, 'eventName', 'value', 'balance'), { eventName: 'chat.completed', value: 5, balance: null });
  assert.deepEqual(tracked.deductions.map(taken => [taken.featureId, taken.value]).sort(), [['messages', 5], ['tokens', 5]]);
  assert.deepEqual([tracked.balances.messages.remaining, tracked.balances.tokens.remaining], [95, 95]);
  assert.deepEqual(await remaining(autumn, 'fan-out'), { messages: 95, tokens: 95, reports: 100, pool: 100 });

  const { list } = await autumn.events.list({ customerId: 'fan-out' });
  assert.deepEqual(list.map(event => [event.featureId, event.value]), [['chat.completed', 5]]);
});

test('an event name nobody listens to is not found', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'unheard' });
  assert.deepEqual(pick(await refusal(autumn.track({ customerId: 'unheard', eventName: 'nope' })), 'status', 'code'), { status: 404, code: 'invalid_request' });
});

test('an event keeps what was asked for beside what was taken, its properties and its time', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'kept' });
  const timestamp = Date.now() - 3_600_000;
  await autumn.track({ customerId: 'kept', featureId: 'reports', value: 130, timestamp, properties: { model: 'large', tags: ['a', 'b'], deep: { n: 1.5 } } });
  const { list: [event], nextCursor } = await autumn.events.list({ customerId: 'kept' });
  assert.deepEqual(pick(event, 'timestamp', 'featureId', 'customerId', 'value', 'properties'),
    { timestamp, featureId: 'reports', customerId: 'kept', value: 130, properties: { model: 'large', tags: ['a', 'b'], deep: { n: 1.5 } } });
  assert.deepEqual(event.deductions.map(taken => [taken.featureId, taken.planId, taken.value]), [['reports', 'free', 100]]);
  assert.equal(nextCursor, null);
});

test('an event of the future is refused', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'future' });
  const no = await refusal(autumn.track({ customerId: 'future', featureId: 'messages', timestamp: Date.now() + 3_600_000 }));
  assert.deepEqual(pick(no, 'status', 'code'), { status: 400, code: 'invalid_inputs' });
  assert.deepEqual((await autumn.events.list({ customerId: 'future' })).list, []);
});

test('atomic checks leave events, plain checks and refusals none', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'traces' });
  await autumn.check({ customerId: 'traces', featureId: 'messages' });
  await autumn.check({ customerId: 'traces', featureId: 'tokens', requiredBalance: 2, sendEvent: true, properties: { from: 'check' } });
  await autumn.check({ customerId: 'traces', featureId: 'tokens', requiredBalance: 1000, sendEvent: true });
  refused(await post('/v1/balances.track', { customer_id: 'traces', feature_id: 'tokens', value: 1000, overage_behavior: 'reject' }), 400, 'insufficient_balance');
  await post('/v1/balances.track', { customer_id: 'traces', feature_id: 'tokens', value: 3, skip_event: true });
  const { list } = await autumn.events.list({ customerId: 'traces' });
  assert.deepEqual(list.map(event => [event.featureId, event.value, event.properties]), [['tokens', 2, { from: 'check' }]]);
  assert.equal((await remaining(autumn, 'traces')).tokens, 95, 'skip_event counts all the same');
});

test('events are listed newest first, narrowed by customer, feature and time', async ({ autumn }) => {
  const base = Date.now() - 10_000_000;
  await autumn.customers.getOrCreate({ customerId: 'filters' });
  for (const [featureId, at] of [['messages', 1], ['reports', 2], ['tokens', 3], ['messages', 4]]) {
    await autumn.track({ customerId: 'filters', featureId, value: at, timestamp: base + at });
  }
  const values = async how => (await autumn.events.list({ customerId: 'filters', ...how })).list.map(event => event.value);
  assert.deepEqual(await values({}), [4, 3, 2, 1]);
  assert.deepEqual(await values({ featureId: 'messages' }), [4, 1]);
  assert.deepEqual(await values({ featureId: ['reports', 'tokens'] }), [3, 2]);
  assert.deepEqual(await values({ customRange: { start: base + 2, end: base + 4 } }), [3, 2], 'the end is not included');
  assert.ok((await autumn.events.list({ limit: 1000 })).list.length > 4, 'without a customer: everyone\'s');
});

test('events come page by page, each once', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'pages' });
  const timestamp = Date.now() - 1000;
  for (let value = 1; value <= 7; value++) await autumn.track({ customerId: 'pages', featureId: 'messages', value, timestamp });
  const seen = [];
  let startCursor = '';
  do {
    const page = await autumn.events.list({ customerId: 'pages', limit: 3, startCursor });
    assert.ok(page.list.length <= 3);
    seen.push(...page.list);
    startCursor = page.nextCursor;
  } while (startCursor);
  assert.deepEqual(seen.map(event => event.value).sort(), [1, 2, 3, 4, 5, 6, 7], 'events of one moment are neither lost nor doubled');
  assert.equal(new Set(seen.map(event => event.id)).size, 7);
  assert.deepEqual(pick(await refusal(autumn.events.list({ startCursor: 'garbage!' })), 'status', 'code'), { status: 400, code: 'invalid_cursor' });
});

test('batchTrack is durable and visible when it answers, over many customers at once', async ({ autumn }) => {
  const ids = ['batch-1', 'batch-2', 'batch-3'];
  for (const customerId of ids) await autumn.customers.getOrCreate({ customerId });
  const answer = await autumn.batchTrack(ids.flatMap(customerId => [
    { customerId, featureId: 'messages', value: 2 }, { customerId, featureId: 'messages', value: 3 }, { customerId, eventName: 'chat.completed', value: 1, properties: { in: 'batch' } },
  ]));
  assert.deepEqual(answer, { success: true });
  for (const customerId of ids) {
    assert.deepEqual(await remaining(autumn, customerId), { messages: 94, tokens: 99, reports: 100, pool: 100 });
    assert.equal((await autumn.events.list({ customerId })).list.length, 3);
  }
});

test('a batch is taken whole or not at all, and the item at fault is named', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'whole' });
  const good = { customer_id: 'whole', feature_id: 'messages', value: 10 };
  const batch = (...items) => post('/v1/balances.batch_track', items);
  refused(await batch(good, { ...good, feature_id: 'nope' }), 404, 'feature_not_found', /items\[1\]/);
  refused(await batch(good, good, { ...good, customer_id: 'nobody' }), 404, 'customer_not_found', /items\[2\]/);
  refused(await batch(good, { ...good, value: 95, overage_behavior: 'reject' }, { ...good, value: 500, overage_behavior: 'reject' }), 400, 'insufficient_balance', /items\[2\]/);
  assert.deepEqual(await remaining(autumn, 'whole'), { messages: 100, tokens: 100, reports: 100, pool: 100 });
  assert.deepEqual((await autumn.events.list({ customerId: 'whole' })).list, []);
});

test('in a batch, items see what the items before them took', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'in-order' });
  const item = { customer_id: 'in-order', feature_id: 'reports', overage_behavior: 'reject' };
  refused(await post('/v1/balances.batch_track', [{ ...item, value: 60 }, { ...item, value: 60 }]), 400, 'insufficient_balance', /items\[1\]/);
  assert.equal((await post('/v1/balances.batch_track', [{ ...item, value: 60 }, { ...item, value: 40 }])).status, 202);
  assert.equal((await remaining(autumn, 'in-order')).reports, 0);
});

test('keys already used, or repeated inside the batch, are skipped', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'keyed-batch' });
  const item = key => ({ customer_id: 'keyed-batch', feature_id: 'reports', value: 1, idempotency_key: key });
  assert.equal((await post('/v1/balances.track', item('kb-1'))).status, 200);
  assert.equal((await post('/v1/balances.batch_track', [item('kb-1'), item('kb-2'), item('kb-2'), item('kb-3')])).status, 202);
  assert.equal((await remaining(autumn, 'keyed-batch')).reports, 97);
  assert.equal((await post('/v1/balances.batch_track', [item('kb-1'), item('kb-2'), item('kb-3')])).status, 202);
  assert.equal((await remaining(autumn, 'keyed-batch')).reports, 97, 'the whole batch again changes nothing');
});

test('a batch has 1 to 1,000 items', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'sized' });
  const item = { customer_id: 'sized', feature_id: 'reports', value: 0.01 };
  refused(await post('/v1/balances.batch_track', []), 400, 'invalid_inputs');
  refused(await post('/v1/balances.batch_track', {}), 400, 'invalid_inputs');
  refused(await post('/v1/balances.batch_track', Array(1001).fill(item)), 400, 'invalid_inputs');
  assert.equal((await post('/v1/balances.batch_track', Array(1000).fill(item))).status, 202);
  assert.equal((await remaining(autumn, 'sized')).reports, 90);
});
