import assert from 'node:assert/strict';
import { autumnHandler } from 'autumn-js/backend';
import { pick, sluice } from './sluice.mjs';

// The back end that a React front end talks to: the published handler, mounted with our address.
const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'sso', name: 'SSO', type: 'boolean' });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 10, reset: { interval: 'month' } }, { featureId: 'sso' }] });
    await autumn.plans.create({ planId: 'more', name: 'More', addOn: true, items: [{ featureId: 'messages', included: 5, reset: { interval: 'month' } }] });
  },
});

const visitor = (server, customerId) => async (route, body = {}) => {
  const { statusCode, response } = await autumnHandler({
    request: { url: `http://shop.example/api/autumn/${route}`, method: 'POST', body },
    customerId,
    customerData: { name: 'Visitor', email: 'visitor@example.com' },
    clientOptions: { secretKey: server.sandboxKey, baseURL: server.url },
  });
  return { status: statusCode, body: response };
};

test('the page asks for its customer and gets one, with the features the local check needs', async ({ server }) => {
  const ask = visitor(server, 'visitor');
  const { status, body } = await ask('getOrCreateCustomer');
  assert.equal(status, 200);
  assert.deepEqual(pick(body, 'id', 'name', 'email'), { id: 'visitor', name: 'Visitor', email: 'visitor@example.com' });
  assert.equal(body.balances.messages.feature.id, 'messages');
  assert.equal(body.flags.sso.feature.id, 'sso');
});

test('the page lists plans as they stand for its customer, attaches a free one and lists events', async ({ server, autumn }) => {
  const ask = visitor(server, 'shopper');
  await ask('getOrCreateCustomer');
  const plans = await ask('listPlans');
  assert.deepEqual(plans.body.list.map(plan => [plan.id, plan.customerEligibility.attachAction]), [['free', 'none'], ['more', 'activate']]);
  assert.deepEqual(pick((await ask('attach', { planId: 'more', successUrl: 'http://shop.example/thanks' })).body, 'customerId', 'paymentUrl'), { customerId: 'shopper', paymentUrl: null });
  assert.equal((await ask('getOrCreateCustomer')).body.balances.messages.granted, 15);
  await autumn.track({ customerId: 'shopper', featureId: 'messages', value: 4 });
  assert.deepEqual((await ask('listEvents')).body.list.map(event => event.value), [4]);
});

test('a refusal reaches the page with its status, code and message', async ({ server }) => {
  const ask = visitor(server, 'refused-visitor');
  await ask('getOrCreateCustomer');
  const { status, body } = await ask('attach', { planId: 'nope' });
  assert.deepEqual([status, body.code], [404, 'product_not_found']);
  assert.ok(body.message);
});
