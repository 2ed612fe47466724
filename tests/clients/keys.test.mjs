import assert from 'node:assert/strict';
import { pick, refused, sluice } from './sluice.mjs';

// The server makes its own keys here, as on a first start, because it prints the publishable ones only then.
const printed = (server, prefix) => new RegExp(`${prefix}[A-Za-z0-9]+`).exec(server.output)?.[0] ?? assert.fail(`no ${prefix} key was printed:\n${server.output}`);
let keys;

const { test } = sluice({
  presetKeys: false,
  async given({ server, post }) {
    keys = Object.fromEntries(['am_sk_test_', 'am_sk_live_', 'am_pk_test_', 'am_pk_live_'].map(prefix => [prefix, printed(server, prefix)]));
    const key = keys.am_sk_test_;
    await post('/v1/features.create', { feature_id: 'messages', name: 'Messages', type: 'metered', consumable: true }, { key });
    await post('/v1/plans.create', { plan_id: 'free', name: 'Free', auto_enable: true, items: [{ feature_id: 'messages', included: 100, reset: { interval: 'month' } }] }, { key });
    await post('/v1/customers.get_or_create', { customer_id: 'c' }, { key });
  },
});

const check = { customer_id: 'c', feature_id: 'messages' };
const publishable = () => ({ key: keys.am_pk_test_ });

test('the keys tell their environment', () => {
  assert.match(keys.am_sk_test_, /^am_sk_test_[A-Za-z0-9]{42}$/);
  assert.match(keys.am_sk_live_, /^am_sk_live_[A-Za-z0-9]{42}$/);
  assert.match(keys.am_pk_test_, /^am_pk_test_[A-Za-z0-9]{27}$/);
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

test('sandbox and live are two worlds', async ({ post }) => {
  const live = { key: keys.am_sk_live_ };
  const unknown = await post('/v1/customers.get', { customer_id: 'c' }, live);
  refused(unknown, 404, 'customer_not_found');
  assert.equal(unknown.body.env, 'live');
  assert.deepEqual((await post('/v1/features.list', undefined, live)).body.list, []);
  const { body } = await post('/v1/customers.get_or_create', { customer_id: 'c', name: 'Live' }, live);
  assert.deepEqual(pick(body, 'id', 'env', 'balances'), { id: 'c', env: 'live', balances: {} });
  assert.equal((await post('/v1/customers.get', { customer_id: 'c' }, { key: keys.am_sk_test_ })).body.name, null);
});
