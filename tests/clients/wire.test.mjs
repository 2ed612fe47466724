import assert from 'node:assert/strict';
import { pick, refused, sluice } from './sluice.mjs';

// What curl, the Python client and the command line client send: no version header, bodies that are empty, a JSON
// content type where there is no JSON.
const { test } = sluice({
  async given({ post }) {
    await post('/v1/features.create', { feature_id: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await post('/v1/plans.create', { plan_id: 'free', name: 'Free', auto_enable: true, items: [{ feature_id: 'messages', included: 100, reset: { interval: 'month' } }] });
    await post('/v1/customers.get_or_create', { customer_id: 'c' });
  },
});

const json = ['-H', 'Content-Type: application/json'];
const check = { customer_id: 'c', feature_id: 'messages' };

test('check and track by curl, on both of their addresses', async ({ curlPost }) => {
  for (const path of ['/v1/balances.check', '/v1/check', '/v1/entitled']) {
    const { status, contentType, body } = await curlPost(path, check);
    assert.equal(status, 200, path);
    assert.match(contentType, /^application\/json/);
    assert.deepEqual(pick(body, 'allowed', 'customer_id', 'required_balance', 'flag'), { allowed: true, customer_id: 'c', required_balance: 1, flag: null });
  }
  let remaining = 100;
  for (const path of ['/v1/balances.track', '/v1/track', '/v1/events']) {
    const { status, body } = await curlPost(path, { ...check, value: 2 });
    assert.deepEqual([status, body.value, body.balance.remaining], [200, 2, remaining -= 2], path);
  }
});

test('required keys are there even when they are null, optional ones are not there at all', async ({ curlPost }) => {
  const { body: customer } = await curlPost('/v1/customers.get_or_create', { customer_id: 'keys' });
  assert.deepEqual(Object.keys(customer).filter(key => customer[key] === null).sort(), ['email', 'fingerprint', 'name', 'stripe_id']);
  assert.deepEqual(pick(customer, 'metadata', 'billing_controls', 'purchases', 'licenses', 'flags'), { metadata: {}, billing_controls: {}, purchases: [], licenses: [], flags: {} });
  const { body: checked } = await curlPost('/v1/check', { customer_id: 'keys', feature_id: 'messages' });
  assert.deepEqual(Object.keys(checked).sort(), ['allowed', 'balance', 'customer_id', 'flag', 'required_balance']);
  assert.equal(checked.balance.max_purchase, null);
  assert.equal('rollovers' in checked.balance, false);
  assert.equal('feature' in checked.balance, false);
});

test('numbers are numbers, without trailing zeros', async ({ curlPost }) => {
  await curlPost('/v1/customers.get_or_create', { customer_id: 'numbers' });
  const { text } = await curlPost('/v1/track', { customer_id: 'numbers', feature_id: 'messages', value: 27.350 });
  assert.match(text, /"remaining":72\.65[,}]/);
  assert.match(text, /"value":27\.35[,}]/);
});

test('a POST without a body and without a content type lists features and plans', async ({ curl }) => {
  for (const path of ['/v1/features.list', '/v1/plans.list']) {
    const { status, body } = await curl(path, ['-X', 'POST']);
    assert.deepEqual([status, Array.isArray(body.list)], [200, true], path);
  }
});

test('a JSON content type with an empty body is an empty object', async ({ curl }) => {
  for (const path of ['/v1/features.list', '/v1/plans.list', '/v1/customers.list', '/v1/events.list']) {
    assert.equal((await curl(path, ['-X', 'POST', ...json, '-d', ''])).status, 200, path);
  }
  refused(await curl('/v1/check', ['-X', 'POST', ...json, '-d', '']), 400, 'invalid_inputs');
});

test('a GET or DELETE with a JSON content type is answered like any other', async ({ curl, curlPost }) => {
  for (const path of ['/v1/customers/c', '/v1/customers', '/v1/features', '/v1/features/messages', '/v1/products', '/v1/products/free']) {
    assert.equal((await curl(path, json)).status, 200, path);
  }
  await curlPost('/v1/customers', { id: 'short-lived' });
  assert.deepEqual((await curl('/v1/customers/short-lived', ['-X', 'DELETE', ...json])).body, { success: true });
});

test('JSON is read whatever the content type says', async ({ curl }) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8']) {
    const { status, body } = await curl('/v1/check', ['-X', 'POST', '-H', `Content-Type: ${type}`, '-d', JSON.stringify(check)]);
    assert.deepEqual([status, body.allowed], [200, true], type);
  }
});

test('malformed JSON, a list and a string are refused as inputs, null is an empty object', async ({ curl }) => {
  for (const data of ['{bad json', '[]', '"x"', '5', 'null', '{}']) {
    refused(await curl('/v1/check', ['-X', 'POST', ...json, '-d', data]), 400, 'invalid_inputs');
  }
  assert.equal((await curl('/v1/features.list', ['-X', 'POST', ...json, '-d', 'null'])).status, 200);
});

test('an unknown address is a 404 that says so', async ({ curl }) => {
  for (const path of ['/v1/nope.nope', '/v1/nope', '/v1/customers.get/extra', '/v2/foo', '/health']) {
    const { status, body } = await curl(path, ['-X', 'POST', ...json, '-d', '{}']);
    assert.deepEqual([status, body.code], [404, 'route_not_found'], path);
  }
});

test('before 2.3 lists come as pages by offset, from 2.3 on by cursor', async ({ curlPost }) => {
  for (let i = 0; i < 3; i++) await curlPost('/v1/customers.get_or_create', { customer_id: `offset-${i}` });
  const old = { args: ['-H', 'x-api-version: 2.2.0'] };
  const { body: page } = await curlPost('/v1/customers.list', { limit: 2, offset: 1, start_cursor: 'ignored' }, old);
  assert.deepEqual(pick(page, 'limit', 'offset', 'has_more', 'total'), { limit: 2, offset: 1, has_more: true, total: 2 });
  assert.deepEqual(page.list.map(customer => customer.id), ['offset-1', 'offset-0']);
  assert.equal('next_cursor' in page, false);

  const { body: cursor } = await curlPost('/v1/customers.list', { limit: 2, offset: 1 });
  assert.deepEqual(Object.keys(cursor).sort(), ['list', 'next_cursor']);
  assert.deepEqual(cursor.list.map(customer => customer.id), ['offset-2', 'offset-1'], 'the offset is ignored');

  await curlPost('/v1/track', { customer_id: 'offset-0', feature_id: 'messages' });
  const { body: events } = await curlPost('/v1/events.list', { customer_id: 'offset-0' }, old);
  assert.deepEqual(pick(events, 'limit', 'offset', 'has_more', 'total'), { limit: 100, offset: 0, has_more: false, total: 1 });
  assert.deepEqual(Object.keys((await curlPost('/v1/events.list', { customer_id: 'offset-0' })).body).sort(), ['list', 'next_cursor']);
});

test('customers by their REST addresses', async ({ curl, curlPost }) => {
  const { body: created } = await curlPost('/v1/customers', { id: 'rest', name: 'Rest', email: 'rest@example.com' });
  assert.deepEqual(pick(created, 'id', 'name', 'email'), { id: 'rest', name: 'Rest', email: 'rest@example.com' });
  assert.equal((await curl('/v1/customers/rest')).body.balances.messages.remaining, 100);
  const { body: expanded } = await curl('/v1/customers/rest?expand=balances.feature,subscriptions.plan');
  assert.deepEqual([expanded.balances.messages.feature.id, expanded.subscriptions[0].plan.id], ['messages', 'free']);
  assert.equal((await curlPost('/v1/customers/rest', { name: 'Posted' })).body.name, 'Posted');
  assert.equal((await curl('/v1/customers/rest', ['-X', 'PATCH', ...json, '-d', '{"name":"Patched"}'])).body.name, 'Patched');
  const { body: page } = await curl('/v1/customers?limit=10');
  assert.deepEqual(pick(page, 'limit', 'offset'), { limit: 10, offset: 0 });
  assert.ok(page.list.some(customer => customer.id === 'rest'));
  assert.ok((await curlPost('/v1/customers/list', {})).body.list.some(customer => customer.id === 'rest'));
  assert.deepEqual((await curl('/v1/customers/rest', ['-X', 'DELETE'])).body, { success: true });
  refused(await curl('/v1/customers/rest'), 404, 'customer_not_found');
  assert.equal((await curlPost('/v1/customers/update', { customer_id: 'c', name: 'z' })).body.name, 'z');
  refused(await curlPost('/v1/customers/update', { customer_id: 'nobody', name: 'z' }), 404, 'customer_not_found');
});

test('features and plans by their REST addresses', async ({ curl, curlPost }) => {
  assert.ok((await curl('/v1/features')).body.list.some(feature => feature.id === 'messages'));
  assert.equal((await curl('/v1/features/messages')).body.name, 'Messages');
  assert.equal((await curlPost('/v1/features/messages', { name: 'Chat messages' })).body.name, 'Chat messages');
  assert.equal((await curl('/v1/features/messages')).body.consumable, true, 'a new name does not change the kind');
  assert.equal((await curl('/v1/products')).body.list[0].id, 'free');
  assert.equal((await curl('/v1/plans')).body.list[0].id, 'free');
  assert.equal((await curl('/v1/products/free')).body.version, 1);
  refused(await curl('/v1/products/nope'), 404, 'product_not_found');
  refused(await curl('/v1/features/nope'), 404, 'feature_not_found');
});

test('usage is set outright by its old address', async ({ curl, curlPost }) => {
  await curlPost('/v1/customers.get_or_create', { customer_id: 'outright' });
  await curlPost('/v1/track', { customer_id: 'outright', feature_id: 'messages', value: 40.5 });
  assert.deepEqual((await curlPost('/v1/usage', { customer_id: 'outright', feature_id: 'messages', value: 27.35 })).body, { success: true });
  assert.deepEqual(pick((await curl('/v1/customers/outright')).body.balances.messages, 'remaining', 'usage'), { remaining: 72.65, usage: 27.35 });
});

test('an asynchronous track is taken in with 202', async ({ curlPost, curl }) => {
  await curlPost('/v1/customers.get_or_create', { customer_id: 'async' });
  const { status, body } = await curlPost('/v1/track', { customer_id: 'async', feature_id: 'messages', value: 3, async: true });
  assert.deepEqual([status, body], [202, { customer_id: 'async', value: 3, balance: null }]);
  assert.equal((await curl('/v1/customers/async')).body.balances.messages.remaining, 97);
});

test('the server says that it lives, that it is ready, what it is and what it serves', async ({ server }) => {
  const get = path => fetch(server.url + path);
  assert.equal((await get('/health/live')).status, 200);
  assert.equal((await get('/health/ready')).status, 200);
  const version = await get('/version');
  assert.equal(version.status, 200);
  assert.match(await version.text(), /\d+\.\d+/);
  const openapi = await (await get('/openapi.json')).json();
  assert.match(openapi.openapi, /^3\./);
  for (const path of ['/v1/balances.check', '/v1/balances.track', '/v1/customers.get_or_create', '/v1/plans.create', '/v1/features.list', '/v1/billing.attach', '/v1/events.list']) {
    assert.ok(openapi.paths[path]?.post, `${path} is described`);
  }
});
