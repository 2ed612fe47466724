import assert from 'node:assert/strict';
import { pick, refusal, refused, sluice } from './sluice.mjs';
import { freshKey } from './server.mjs';

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 10, reset: { interval: 'month' } }] });
    await autumn.plans.create({ planId: 'rolling', name: 'Rolling', addOn: true, items: [{ featureId: 'messages', included: 5, reset: { interval: 'month' }, rollover: { max: 5, expiryDurationType: 'forever' } }] });
    await autumn.customers.getOrCreate({ customerId: 'c' });
  },
});

const check = { customerId: 'c', featureId: 'messages' };
const wireCheck = { customer_id: 'c', feature_id: 'messages' };

test('a wrong secret key is a 401 that the client throws, not an allowed check', async ({ client }) => {
  const stranger = client({ secretKey: freshKey('am_sk_test_') });
  assert.deepEqual(pick(await refusal(stranger.check(check)), 'status', 'code', 'env'), { status: 401, code: 'invalid_secret_key', env: 'sandbox' });
  assert.equal((await refusal(stranger.track(check))).code, 'invalid_secret_key');
  assert.equal((await refusal(client({ secretKey: freshKey('am_sk_live_') }).check(check))).code, 'invalid_secret_key');
});

test('a wrong key is not repeated in the answer', async ({ client }) => {
  const secretKey = freshKey('am_sk_test_');
  const { message } = await refusal(client({ secretKey }).check(check));
  assert.equal(message.includes(secretKey), false);
});

test('no key, or one that is none, is a 401 as well', async ({ post }) => {
  const asking = authorization => post('/v1/balances.check', wireCheck, { key: null, headers: authorization === undefined ? {} : { authorization } });
  for (const odd of [undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'am_sk_test_without_bearer']) refused(await asking(odd), 401, 'no_secret_key');
  refused(await asking('Bearer something_else'), 401, 'invalid_request');
});

test('an unknown feature is a 404, also when the customer is unknown too', async ({ autumn }) => {
  const unknown = { status: 404, code: 'feature_not_found' };
  assert.deepEqual(pick(await refusal(autumn.check({ customerId: 'c', featureId: 'nope' })), 'status', 'code'), unknown);
  assert.deepEqual(pick(await refusal(autumn.track({ customerId: 'c', featureId: 'nope' })), 'status', 'code'), unknown);
  assert.deepEqual(pick(await refusal(autumn.check({ customerId: 'nobody', featureId: 'nope' })), 'status', 'code'), unknown);
});

test('an unknown customer is a 404 and is not created by asking', async ({ autumn }) => {
  const unknown = { status: 404, code: 'customer_not_found' };
  for (const call of [
    () => autumn.check({ customerId: 'nobody', featureId: 'messages' }),
    () => autumn.check({ customerId: 'nobody', featureId: 'messages', sendEvent: true }),
    () => autumn.track({ customerId: 'nobody', featureId: 'messages' }),
    () => autumn.customers.get({ customerId: 'nobody' }),
    () => autumn.customers.update({ customerId: 'nobody', name: 'x' }),
    () => autumn.customers.delete({ customerId: 'nobody' }),
  ]) {
    assert.deepEqual(pick(await refusal(call()), 'status', 'code'), unknown);
  }
  assert.deepEqual((await autumn.customers.list({})).list.map(customer => customer.id), ['c']);
});

test('a version that is none is refused; older ones are refused until they are served', async ({ post }) => {
  for (const version of ['abc', 'v2.3.0', '9.9.9', '2026-06-01', '1.1', '0.2.0']) {
    refused(await post('/v1/balances.check', wireCheck, { version }), 400, 'invalid_api_version');
  }
});

test('the versions from 2.1 on, later ones and none at all are served', async ({ post }) => {
  for (const version of [undefined, '2.1.0', '2.2.0', '2.3', '2.3.0', '2.4.0', '2.9.0', '2026-05-13']) {
    const answer = await post('/v1/balances.check', wireCheck, { version });
    assert.deepEqual([answer.status, answer.body.allowed], [200, true], version);
  }
});

test('the key is judged before the version', async ({ post }) => {
  refused(await post('/v1/balances.check', wireCheck, { key: freshKey('am_sk_test_'), version: 'abc' }), 401, 'invalid_secret_key');
});

test('values of the wrong type are named', async ({ post }) => {
  refused(await post('/v1/balances.check', { customer_id: 'c' }), 400, 'invalid_inputs', /feature_id/);
  refused(await post('/v1/balances.check', { feature_id: 'messages' }), 400, 'invalid_inputs', /customer_id/);
  refused(await post('/v1/balances.check', { ...wireCheck, required_balance: '5' }), 400, 'invalid_inputs', /required_balance/);
  refused(await post('/v1/balances.check', { ...wireCheck, required_balance: null }), 400, 'invalid_inputs', /required_balance/);
  refused(await post('/v1/balances.check', { ...wireCheck, send_event: 'yes' }), 400, 'invalid_inputs', /send_event/);
  refused(await post('/v1/balances.track', { ...wireCheck, value: 'abc' }), 400, 'invalid_inputs', /value/);
  refused(await post('/v1/balances.track', { ...wireCheck, properties: 'x' }), 400, 'invalid_inputs', /properties/);
  refused(await post('/v1/balances.track', { ...wireCheck, overage_behavior: 'bogus' }), 400, 'invalid_inputs', /overage_behavior/);
  for (const timestamp of [0, -5, 1.5]) refused(await post('/v1/balances.track', { ...wireCheck, timestamp }), 400, 'invalid_inputs', /timestamp/);
  refused(await post('/v1/plans.create', { plan_id: 'x', name: 'x', items: [{ feature_id: 'messages', included: 'z' }] }), 400, 'invalid_inputs', /items.*included/);
});

test('a track names a feature or an event, not both and not neither', async ({ post }) => {
  refused(await post('/v1/balances.track', { customer_id: 'c' }), 400, 'invalid_inputs');
  refused(await post('/v1/balances.track', { ...wireCheck, event_name: 'e' }), 400, 'invalid_inputs');
  refused(await post('/v1/balances.track', { customer_id: 'c', event_name: '' }), 400, 'invalid_inputs');
});

test('amounts beyond every measure are refused, not rounded', async ({ post, autumn }) => {
  for (const value of [1e30, 1e16]) assert.equal((await post('/v1/balances.track', { ...wireCheck, value })).status, 400, String(value));
  assert.equal((await autumn.check(check)).balance.usage, 0);
});

test('what is not built yet is refused by name and changes nothing', async ({ autumn, post }) => {
  const notYet = async (call, field) => {
    const no = await refusal(call);
    assert.deepEqual(pick(no, 'status', 'code'), { status: 400, code: 'not_supported' }, field);
    assert.match(no.message, new RegExp(field));
  };
  await notYet(autumn.billing.update({ customerId: 'c', planId: 'free', recalculateBalances: { enabled: true } }), 'recalculate_balances');
  assert.equal((await autumn.check(check)).balance.usage, 0);
});

test('a tax rate that no setting names is refused, and what to set is said', async ({ autumn }) => {
  const no = await refusal(autumn.billing.attach({ customerId: 'c', planId: 'rolling', taxRateId: 'txr_1' }));
  assert.deepEqual(pick(no, 'status', 'code'), { status: 400, code: 'invalid_inputs' });
  assert.match(no.message, /txr_1.*SLUICE_TAX_RATES/);
});

test('what a plan saves over its resets is granted and shown', async ({ autumn }) => {
  const { items: [item] } = await autumn.plans.get({ planId: 'rolling' });
  assert.deepEqual(pick(item.rollover, 'max', 'expiryDurationType'), { max: 5, expiryDurationType: 'forever' });
  await autumn.billing.attach({ customerId: 'c', planId: 'rolling' });
  assert.ok((await autumn.check(check)).balance.granted > 10);
});

test('fields the contract does not know are ignored', async ({ post }) => {
  const answer = await post('/v1/balances.check', { ...wireCheck, made_up: { by: 'me' } });
  assert.deepEqual([answer.status, answer.body.allowed], [200, true]);
});
