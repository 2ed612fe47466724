import assert from 'node:assert/strict';
import { pick, refused, sluice } from './sluice.mjs';

let publishableKey;

const { test } = sluice({
  async given({ server, post }) {
    publishableKey = await server.newKey('--env', 'sandbox', '--publishable');
    await post('/v1/features.create', { feature_id: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await post('/v1/plans.create', { plan_id: 'free', name: 'Free', auto_enable: true, items: [{ feature_id: 'messages', included: 100, reset: { interval: 'month' } }] });
    await post('/v1/customers.get_or_create', { customer_id: 'c' });
  },
});

const check = { customer_id: 'c', feature_id: 'messages' };
const publishable = () => ({ key: publishableKey });

test('keys tell their kind and environment', async ({ server }) => {
  assert.match(publishableKey, /^am_pk_test_[A-Za-z0-9]{27}$/);
  assert.match(await server.newKey('--env', 'sandbox'), /^am_sk_test_[A-Za-z0-9]{42}$/);
  assert.match(await server.newKey('--env', 'live'), /^am_sk_live_[A-Za-z0-9]{42}$/);
});

test('a key made beside the running server works at once, and the old one goes on', async ({ server, post }) => {
  const key = await server.newKey('--env', 'sandbox');
  for (const each of [key, server.sandboxKey]) assert.equal((await post('/v1/customers.get', { customer_id: 'c' }, { key: each })).body.id, 'c');
});

test('a publishable key may check, look at a customer and list plans', async ({ curl, curlPost }) => {
  assert.equal((await curlPost('/v1/check', check, publishable())).body.allowed, true);
  assert.equal((await curlPost('/v1/entitled', check, publishable())).body.allowed, true);
  assert.equal((await curl('/v1/customers/c', [], publishable())).body.id, 'c');
  assert.deepEqual((await curl('/v1/products', [], publishable())).body.list.map(plan => plan.id), ['free']);
});

test('a publishable key reaches nothing else', async ({ curl, curlPost }) => {
  for (const path of ['/v1/track', '/v1/balances.track', '/v1/balances.check', '/v1/customers.get', '/v1/customers.list', '/v1/customers', '/v1/features.create', '/v1/plans.list', '/v1/billing.attach', '/v1/usage']) {
    refused(await curlPost(path, check, publishable()), 401, 'endpoint_not_public');
  }
  for (const path of ['/v1/customers', '/v1/features', '/v1/products/free']) refused(await curl(path, [], publishable()), 401, 'endpoint_not_public');
  refused(await curl('/v1/customers/c', ['-X', 'DELETE'], publishable()), 401, 'endpoint_not_public');
});

test('a publishable key cannot use anything up', async ({ curlPost }) => {
  refused(await curlPost('/v1/check', { ...check, send_event: true }, publishable()), 400, 'invalid_request');
  refused(await curlPost('/v1/check', { ...check, lock: { enabled: true, lock_id: 'l' } }, publishable()), 400, 'invalid_request');
  assert.equal((await curlPost('/v1/check', check, publishable())).body.balance.usage, 0);
});

test('a made-up publishable key is refused', async ({ curlPost }) => {
  refused(await curlPost('/v1/check', check, { key: `am_pk_test_${'x'.repeat(27)}` }), 401, 'invalid_publishable_key');
});

test('sandbox and live are two worlds', async ({ post, server }) => {
  const live = { key: server.liveKey };
  const unknown = await post('/v1/customers.get', { customer_id: 'c' }, live);
  refused(unknown, 404, 'customer_not_found');
  assert.equal(unknown.body.env, 'live');
  assert.deepEqual((await post('/v1/features.list', undefined, live)).body.list, []);
  const { body } = await post('/v1/customers.get_or_create', { customer_id: 'c', name: 'Live' }, live);
  assert.deepEqual(pick(body, 'id', 'env', 'balances'), { id: 'c', env: 'live', balances: {} });
  assert.equal((await post('/v1/customers.get', { customer_id: 'c' })).body.name, null);
});
