import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { chatbotCatalog } from './chatbot.mjs';
import { pick, refusal, refused, sluice } from './sluice.mjs';

const { test } = sluice({ given: chatbotCatalog });

test('a new customer checks, works and tracks: the balance goes down by what was used', async ({ autumn }) => {
  const customer = await autumn.customers.getOrCreate({ customerId: 'anna', name: 'Anna', email: 'anna@example.com' });
  assert.equal(customer.balances.messages.remaining, 5);

  const before = await autumn.check({ customerId: 'anna', featureId: 'messages' });
  assert.deepEqual(pick(before, 'allowed', 'customerId', 'requiredBalance', 'flag'), { allowed: true, customerId: 'anna', requiredBalance: 1, flag: null });
  assert.deepEqual(pick(before.balance, 'featureId', 'granted', 'remaining', 'usage'), { featureId: 'messages', granted: 5, remaining: 5, usage: 0 });

  const tracked = await autumn.track({ customerId: 'anna', featureId: 'messages', value: 2 });
  assert.equal(tracked.value, 2);
  assert.deepEqual(pick(tracked.balance, 'featureId', 'granted', 'remaining', 'usage'), { featureId: 'messages', granted: 5, remaining: 3, usage: 2 });

  const after = await autumn.check({ customerId: 'anna', featureId: 'messages' });
  assert.deepEqual(pick(after.balance, 'remaining', 'usage'), { remaining: 3, usage: 2 });
});

test('a balance says where it comes from and when it is filled up again', async ({ autumn }) => {
  const customer = await autumn.customers.getOrCreate({ customerId: 'origin' });
  const { balance } = await autumn.check({ customerId: 'origin', featureId: 'messages' });
  const [row, ...others] = balance.breakdown;
  assert.equal(others.length, 0);
  assert.deepEqual(pick(row, 'planId', 'includedGrant', 'prepaidGrant', 'remaining', 'usage', 'unlimited', 'price', 'expiresAt'),
    { planId: 'free', includedGrant: 5, prepaidGrant: 0, remaining: 5, usage: 0, unlimited: false, price: null, expiresAt: null });
  assert.equal(row.reset.interval, 'month');
  assert.equal(row.reset.resetsAt, balance.nextResetAt);
  const days = (balance.nextResetAt - customer.createdAt) / 86_400_000;
  assert.ok(days >= 28 && days <= 31, `the next reset is ${days} days away`);
});

test('a check by itself uses nothing up', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'curious' });
  for (let i = 0; i < 3; i++) await autumn.check({ customerId: 'curious', featureId: 'messages', requiredBalance: 5 });
  assert.equal((await autumn.check({ customerId: 'curious', featureId: 'messages' })).balance.remaining, 5);
});

test('check compares what is required with what remains, to the last decimal', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'exact' });
  const allowed = async requiredBalance => (await autumn.check({ customerId: 'exact', featureId: 'messages', requiredBalance })).allowed;
  assert.equal(await allowed(5), true);
  assert.equal(await allowed(5.01), false);
  assert.equal(await allowed(0.5), true);
  assert.equal(await allowed(0), true);
  assert.equal(await allowed(-1), true);
});

test('a denied check tells which plans would help, an allowed one has nothing to tell', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'tempted' });
  const asking = requiredBalance => autumn.check({ customerId: 'tempted', featureId: 'messages', requiredBalance, withPreview: true });
  assert.equal((await asking(5)).preview, undefined, 'the client reads null as nothing');

  const { allowed, preview } = await asking(6);
  assert.equal(allowed, false);
  assert.deepEqual(pick(preview, 'scenario', 'featureId', 'featureName'), { scenario: 'usage_limit', featureId: 'messages', featureName: 'Messages' });
  assert.match(preview.title, /Messages/);
  assert.ok(preview.message.includes(preview.products[0].name), preview.message);
  const offered = preview.products.map(product => product.id);
  const grants = (await autumn.plans.list({ customerId: 'tempted' })).list.filter(plan => plan.items.some(item => item.featureId === 'messages') && ['upgrade', 'activate', 'purchase'].includes(plan.customerEligibility.attachAction));
  assert.deepEqual(offered, grants.map(plan => plan.id));
  assert.ok(offered.length > 0);
});

test('when everything is used up a check says no and still shows the balance', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'used-up' });
  await autumn.track({ customerId: 'used-up', featureId: 'messages', value: 5 });
  const denied = await autumn.check({ customerId: 'used-up', featureId: 'messages' });
  assert.equal(denied.allowed, false);
  assert.deepEqual(pick(denied.balance, 'granted', 'remaining', 'usage'), { granted: 5, remaining: 0, usage: 5 });
});

test('a route handler answers 402 with the balance once the messages are used up', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'route' });
  const shop = createServer(async (request, response) => {
    const customerId = request.headers['x-user'];
    const { allowed, balance } = await autumn.check({ customerId, featureId: 'messages' });
    const reply = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!allowed) return reply(402, { error: 'out_of_messages', granted: balance.granted, remaining: balance.remaining, nextResetAt: balance.nextResetAt });
    await autumn.track({ customerId, featureId: 'messages', value: 1 });
    return reply(200, { said: 'hello' });
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  const call = () => fetch(`http://127.0.0.1:${shop.address().port}/chat`, { headers: { 'x-user': 'route' } });

  try {
    for (let i = 0; i < 5; i++) assert.equal((await call()).status, 200);
    const denied = await call();
    assert.equal(denied.status, 402);
    const body = await denied.json();
    assert.deepEqual(pick(body, 'error', 'granted', 'remaining'), { error: 'out_of_messages', granted: 5, remaining: 0 });
    assert.ok(body.nextResetAt > Date.now());
  } finally {
    shop.closeAllConnections();
    shop.close();
  }
});

test('a boolean feature is closed without a plan that has it and open with one', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'gated' });
  assert.deepEqual(pick(await autumn.check({ customerId: 'gated', featureId: 'sso' }), 'allowed', 'balance', 'flag'), { allowed: false, balance: null, flag: null });

  await autumn.billing.attach({ customerId: 'gated', planId: 'team' });
  const open = await autumn.check({ customerId: 'gated', featureId: 'sso' });
  assert.deepEqual(pick(open, 'allowed', 'balance'), { allowed: true, balance: null });
  assert.deepEqual(pick(open.flag, 'featureId', 'planId', 'expiresAt'), { featureId: 'sso', planId: 'team', expiresAt: null });

  const customer = await autumn.customers.get({ customerId: 'gated' });
  assert.deepEqual(Object.keys(customer.flags), ['sso']);
  assert.equal('sso' in customer.balances, false, 'a boolean feature is a flag, not a balance');
});

test('a boolean feature cannot be used up: an atomic check on it is refused, a track changes nothing', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'boolean-use' });
  await autumn.billing.attach({ customerId: 'boolean-use', planId: 'team' });
  assert.deepEqual(pick(await refusal(autumn.check({ customerId: 'boolean-use', featureId: 'sso', sendEvent: true })), 'status', 'code'),
    { status: 400, code: 'invalid_request' });
  const tracked = await autumn.track({ customerId: 'boolean-use', featureId: 'sso', value: 1 });
  assert.deepEqual(pick(tracked, 'value', 'balance', 'deductions'), { value: 1, balance: null, deductions: [] });
});

test('an unlimited plan allows everything, counts the usage and leaves the limited balance alone', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'endless' });
  await autumn.billing.attach({ customerId: 'endless', planId: 'endless' });
  assert.equal((await autumn.check({ customerId: 'endless', featureId: 'messages', requiredBalance: 1e12 })).allowed, true);

  const { balance } = await autumn.track({ customerId: 'endless', featureId: 'messages', value: 500 });
  assert.deepEqual(pick(balance, 'unlimited', 'remaining', 'overageAllowed', 'maxPurchase', 'nextResetAt'),
    { unlimited: true, remaining: 0, overageAllowed: false, maxPurchase: null, nextResetAt: null });
  assert.equal(balance.usage, 500);
  assert.equal(balance.breakdown.length, 1);
  assert.deepEqual(pick(balance.breakdown[0], 'unlimited', 'includedGrant', 'reset'), { unlimited: true, includedGrant: 0, reset: null });
});

test('seats are held until they are given back, and free ones may be overbooked by track only', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'seated' });
  const seats = value => autumn.track({ customerId: 'seated', featureId: 'seats', value });
  const { balance } = await seats(2);
  assert.deepEqual(pick(balance, 'remaining', 'usage', 'nextResetAt'), { remaining: 0, usage: 2, nextResetAt: null });
  assert.equal(balance.breakdown[0].reset, null);

  assert.equal((await autumn.check({ customerId: 'seated', featureId: 'seats' })).allowed, false);
  refused(await post('/v1/balances.track', { customer_id: 'seated', feature_id: 'seats', value: 1, overage_behavior: 'reject' }), 400, 'insufficient_balance');
  assert.deepEqual(pick((await seats(3)).balance, 'remaining', 'usage'), { remaining: 0, usage: 5 });
  assert.deepEqual(pick((await seats(-4)).balance, 'remaining', 'usage'), { remaining: 1, usage: 1 });
});
