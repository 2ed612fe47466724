import assert from 'node:assert/strict';
import { chatbotCatalog } from './chatbot.mjs';
import { pick, refused, sluice } from './sluice.mjs';

const { test } = sluice({ given: chatbotCatalog });

test('track counts one when no value is given', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'default-value' });
  const tracked = await autumn.track({ customerId: 'default-value', featureId: 'messages' });
  assert.deepEqual([tracked.value, tracked.balance.remaining], [1, 4]);
});

test('track beyond the balance takes what is there and answers with the value asked for', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'capped' });
  const tracked = await autumn.track({ customerId: 'capped', featureId: 'messages', value: 8 });
  assert.equal(tracked.value, 8);
  assert.deepEqual(pick(tracked.balance, 'remaining', 'usage'), { remaining: 0, usage: 5 });
  assert.deepEqual(tracked.deductions.map(taken => [taken.featureId, taken.planId, taken.value]), [['messages', 'free', 5]]);
});

test('track with overflow counts everything, and later checks know it', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'overflowing' });
  const tracked = await autumn.track({ customerId: 'overflowing', featureId: 'messages', value: 8, overageBehavior: 'overflow' });
  assert.deepEqual(pick(tracked.balance, 'granted', 'remaining', 'usage'), { granted: 5, remaining: 0, usage: 8 });
  assert.equal((await autumn.check({ customerId: 'overflowing', featureId: 'messages' })).allowed, false);
});

test('track with reject is all or nothing', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'strict' });
  const usage = { customer_id: 'strict', feature_id: 'messages', overage_behavior: 'reject' };
  refused(await send(usage, 6), 400, 'insufficient_balance');
  assert.equal((await autumn.check({ customerId: 'strict', featureId: 'messages' })).balance.remaining, 5);
  assert.equal((await send(usage, 5)).body.balance.remaining, 0);

  function send(body, value) {
    return post('/v1/balances.track', { ...body, value });
  }
});

test('one atomic check takes what the model costs, and says no when the dearer model no longer fits', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'models' });
  const cost = { small: 1, large: 5 };
  const run = model => autumn.check({ customerId: 'models', featureId: 'ai_usage', requiredBalance: cost[model], sendEvent: true, properties: { model } });

  const first = await run('large');
  assert.deepEqual(pick(first, 'allowed', 'requiredBalance'), { allowed: true, requiredBalance: 5 });
  assert.deepEqual(pick(first.balance, 'featureId', 'remaining', 'usage'), { featureId: 'credits', remaining: 7, usage: 5 });
  assert.equal((await run('large')).balance.remaining, 2);

  const denied = await run('large');
  assert.deepEqual([denied.allowed, denied.requiredBalance, denied.balance.remaining], [false, 5, 2]);
  assert.deepEqual(pick(await run('small'), 'allowed', 'requiredBalance'), { allowed: true, requiredBalance: 1 });

  const { list } = await autumn.events.list({ customerId: 'models' });
  assert.deepEqual(list.map(event => [event.featureId, event.value, event.properties.model]),
    [['ai_usage', 1, 'small'], ['ai_usage', 5, 'large'], ['ai_usage', 5, 'large']], 'the denied run left no event');
});

test('an atomic check without an entitlement says no and records nothing', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'no-reports' });
  const denied = await autumn.check({ customerId: 'no-reports', featureId: 'reports', sendEvent: true });
  assert.deepEqual(pick(denied, 'allowed', 'balance', 'flag', 'requiredBalance'), { allowed: false, balance: null, flag: null, requiredBalance: 1 });
  assert.deepEqual((await autumn.events.list({ customerId: 'no-reports' })).list, []);
});

test('usage without an entitlement is recorded although no balance pays for it', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'recorded' });
  const tracked = await autumn.track({ customerId: 'recorded', featureId: 'reports', value: 3 });
  assert.deepEqual(pick(tracked, 'value', 'balance'), { value: 3, balance: null });
  const { list } = await autumn.events.list({ customerId: 'recorded' });
  assert.deepEqual(list.map(event => [event.featureId, event.value]), [['reports', 3]]);
});

test('a negative value gives back what a failed job had taken, never more than was granted', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'refunded' });
  await autumn.track({ customerId: 'refunded', featureId: 'messages', value: 3 });

  const refund = await autumn.track({ customerId: 'refunded', featureId: 'messages', value: -2 });
  assert.deepEqual([refund.value, refund.balance.remaining, refund.balance.usage], [-2, 4, 1]);
  assert.deepEqual(refund.deductions.map(taken => taken.value), [-2]);

  const tooMuch = await autumn.track({ customerId: 'refunded', featureId: 'messages', value: -50 });
  assert.deepEqual([tooMuch.value, tooMuch.balance.remaining, tooMuch.balance.usage], [-50, 5, 0]);
  assert.deepEqual(tooMuch.deductions.map(taken => taken.value), [-1]);
});

test('a refund after an atomic check gives the credits back', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'model-failed' });
  await autumn.check({ customerId: 'model-failed', featureId: 'ai_usage', requiredBalance: 5, sendEvent: true });
  const refund = await autumn.track({ customerId: 'model-failed', featureId: 'ai_usage', value: -5 });
  assert.deepEqual(pick(refund.balance, 'featureId', 'remaining', 'usage'), { featureId: 'credits', remaining: 12, usage: 0 });
});

test('an atomic check with a negative requirement gives back', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'negative' });
  await autumn.track({ customerId: 'negative', featureId: 'messages', value: 3 });
  const back = await autumn.check({ customerId: 'negative', featureId: 'messages', requiredBalance: -2, sendEvent: true });
  assert.deepEqual([back.allowed, back.balance.remaining], [true, 4]);
});
