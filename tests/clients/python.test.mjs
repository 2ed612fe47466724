import assert from 'node:assert/strict';
import { refused, sluice } from './sluice.mjs';

// What the Python client sends, as recorded: no version header, defaults of its own, and no body at all for lists. Its
// models are strict about what they read; contract.test.mjs shows that the answers here are held to no less.
const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'sso', name: 'SSO', type: 'boolean' });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 10, reset: { interval: 'month' } }] });
    await autumn.plans.create({ planId: 'plus', name: 'Plus', items: [{ featureId: 'messages', included: 50, reset: { interval: 'month' } }, { featureId: 'sso' }] });
    await autumn.plans.create({ planId: 'later', name: 'Later', addOn: true, items: [{ featureId: 'sso' }] });
  },
});

const headers = { accept: 'application/json', 'user-agent': 'speakeasy-sdk/python 1.0.2 2.884.0 2.3.0 autumn-sdk' };
const ada = { customer_id: 'ada' };
const messages = { ...ada, feature_id: 'messages' };

/** A call, what Python makes of its arguments, and what its model must find. */
const calls = [
  ['customers.get_or_create', { ...ada, name: 'Ada', email: 'ada@example.com' }, ({ id, subscriptions }) => assert.deepEqual([id, subscriptions[0].plan_id], ['ada', 'free'])],
  ['plans.list', undefined, ({ list }) => assert.deepEqual(list.map(plan => plan.id), ['free', 'plus', 'later'])],
  ['features.list', undefined, ({ list }) => assert.deepEqual(list.map(feature => feature.id), ['messages', 'sso'])],
  ['balances.check', messages, ({ allowed, balance }) => assert.deepEqual([allowed, balance.remaining], [true, 10])],
  ['balances.check', { ...messages, required_balance: 4, send_event: true }, ({ allowed, balance }) => assert.deepEqual([allowed, balance.remaining], [true, 6])],
  ['balances.check', { ...messages, required_balance: 7 }, ({ allowed, balance }) => assert.deepEqual([allowed, balance.remaining], [false, 6])],
  ['balances.check', { ...ada, feature_id: 'sso' }, ({ allowed, balance, flag }) => assert.deepEqual([allowed, balance, flag], [false, null, null])],
  ['balances.track', { ...messages, value: 2 }, ({ value, balance }) => assert.deepEqual([value, balance.remaining], [2, 4])],
  ['balances.track', { ...messages, value: -1 }, ({ value, balance }) => assert.deepEqual([value, balance.remaining], [-1, 5])],
  ['events.list', { ...ada, start_cursor: '', limit: 50 }, ({ list, next_cursor }) => assert.deepEqual([list.map(event => event.value), next_cursor], [[-1, 2, 4], null])],
  ['events.aggregate', { ...messages, range: '7d', bin_size: 'day' }, ({ total }) => assert.deepEqual(total, { messages: { count: 3, sum: 5 } })],
  ['billing.attach', { ...ada, plan_id: 'plus', redirect_mode: 'if_required', billing_cycle_anchor: 'now' }, answer => assert.deepEqual(answer, { ...ada, payment_url: null })],
  ['customers.get', { ...ada, expand: ['subscriptions.plan', 'balances.feature'] }, ({ subscriptions, flags }) => assert.deepEqual([subscriptions.map(held => held.plan.id), Object.keys(flags)], [['plus'], ['sso']])],
  ['customers.list', { start_cursor: '', limit: 50 }, ({ list }) => assert.deepEqual(list.map(customer => customer.id), ['ada'])],
  ['customers.update', { ...ada, name: 'Ada L.' }, ({ name }) => assert.equal(name, 'Ada L.')],
];

for (const [at, [operation, body, holds]] of calls.entries()) {
  test(`${at + 1} ${operation} ${JSON.stringify(body) ?? 'without a body'}`, async ({ post }) => {
    const answer = await post(`/v1/${operation}`, body, { headers });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    holds(answer.body);
  });
}

test('a cycle begins now or at a moment of the caller\'s, and at nothing else', async ({ post }) => {
  const attach = billing_cycle_anchor => post('/v1/billing.attach', { ...ada, plan_id: 'later', billing_cycle_anchor }, { headers });
  refused(await attach('tomorrow'), 400, 'invalid_inputs', /billing_cycle_anchor/);
  refused(await attach(true), 400, 'invalid_inputs', /billing_cycle_anchor/);
  refused(await attach(Date.now() - 86_400_000), 400, 'invalid_request', /billing_cycle_anchor/);
  assert.deepEqual((await attach(Date.now() + 86_400_000)).body, { ...ada, payment_url: null });
});

test('an unknown customer is an error with a status, a code and a message', async ({ post }) => {
  refused(await post('/v1/balances.check', { customer_id: 'nobody', feature_id: 'messages' }, { headers }), 404, 'customer_not_found');
});
