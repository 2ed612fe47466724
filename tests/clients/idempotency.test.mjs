import assert from 'node:assert/strict';
import { pick, refusal, refused, sluice } from './sluice.mjs';

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 100, reset: { interval: 'month' } }] });
    for (const customerId of ['header', 'body', 'both', 'freed', 'other', 'gated', 'created']) await autumn.customers.getOrCreate({ customerId });
  },
});

const duplicate = { status: 409, code: 'duplicate_idempotency_key' };
const once = key => ({ headers: { 'Idempotency-Key': key } });
const left = async (autumn, customerId) => (await autumn.check({ customerId, featureId: 'messages' })).balance.remaining;

test('the same call with the same header is counted once, the repeat is a 409 the client can recognise', async ({ autumn }) => {
  const usage = { customerId: 'header', featureId: 'messages', value: 10 };
  assert.equal((await autumn.track(usage, once('job-1'))).balance.remaining, 90);
  assert.deepEqual(pick(await refusal(autumn.track(usage, once('job-1'))), 'status', 'code'), duplicate);
  assert.equal((await autumn.track(usage, once('job-2'))).balance.remaining, 80);
});

test('an atomic check with a used key takes nothing', async ({ autumn }) => {
  const use = { customerId: 'gated', featureId: 'messages', requiredBalance: 7, sendEvent: true };
  assert.equal((await autumn.check(use, once('gate-1'))).balance.remaining, 93);
  assert.deepEqual(pick(await refusal(autumn.check(use, once('gate-1'))), 'status', 'code'), duplicate);
  assert.equal(await left(autumn, 'gated'), 93);
});

test('a key in the body works likewise, for all customers of the environment', async ({ autumn, post }) => {
  const track = (customer_id, key, value = 1) => post('/v1/balances.track', { customer_id, feature_id: 'messages', value, idempotency_key: key });
  assert.equal((await track('body', 'b-1')).status, 200);
  refused(await track('body', 'b-1'), 409, 'duplicate_idempotency_key');
  refused(await track('other', 'b-1'), 409, 'duplicate_idempotency_key');
  assert.deepEqual([await left(autumn, 'body'), await left(autumn, 'other')], [99, 100]);
});

test('header and body keys are two different things', async ({ autumn, post }) => {
  const track = (key, how) => post('/v1/balances.track', { customer_id: 'both', feature_id: 'messages', value: 1, ...key }, how);
  assert.equal((await track({ idempotency_key: 'same' })).status, 200);
  assert.equal((await track({}, once('same'))).status, 200);
  assert.equal(await left(autumn, 'both'), 98);
});

test('a header key is shared by all endpoints', async ({ autumn }) => {
  await autumn.track({ customerId: 'other', featureId: 'messages', value: 1 }, once('shared'));
  assert.deepEqual(pick(await refusal(autumn.check({ customerId: 'other', featureId: 'messages' }, once('shared'))), 'status', 'code'), duplicate);
  assert.deepEqual(pick(await refusal(autumn.customers.update({ customerId: 'other', name: 'Other' }, once('shared'))), 'status', 'code'), duplicate);
  assert.equal((await autumn.customers.get({ customerId: 'other' })).name, null);
});

test('a refused request frees its key, so that the corrected one can use it', async ({ autumn, post }) => {
  const reject = { customer_id: 'freed', feature_id: 'messages', overage_behavior: 'reject' };
  refused(await post('/v1/balances.track', { ...reject, value: 500, idempotency_key: 'f-1' }), 400, 'insufficient_balance');
  assert.equal((await post('/v1/balances.track', { ...reject, value: 5, idempotency_key: 'f-1' })).status, 200);

  assert.equal((await refusal(autumn.track({ customerId: 'freed', featureId: 'nope' }, once('f-2')))).status, 404);
  assert.equal((await autumn.track({ customerId: 'freed', featureId: 'messages', value: 1 }, once('f-2'))).balance.remaining, 94);
});

test('a denied atomic check is an answer, so its key stays used', async ({ autumn }) => {
  const use = { customerId: 'freed', featureId: 'messages', requiredBalance: 1000, sendEvent: true };
  assert.equal((await autumn.check(use, once('denied'))).allowed, false);
  assert.deepEqual(pick(await refusal(autumn.check(use, once('denied'))), 'status', 'code'), duplicate);
});

test('a balance is created once per key', async ({ autumn }) => {
  const grant = () => autumn.balances.create({ customerId: 'created', featureId: 'messages', includedGrant: 50 }, once('grant-1'));
  await grant();
  assert.deepEqual(pick(await refusal(grant()), 'status', 'code'), duplicate);
  assert.equal(await left(autumn, 'created'), 150);
});

test('sandbox and live do not share keys', async ({ autumn, client, server }) => {
  const live = client({ secretKey: server.liveKey });
  await live.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true }, once('env-1'));
  await autumn.track({ customerId: 'other', featureId: 'messages', value: 1 }, once('env-1'));
});
