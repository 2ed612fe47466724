import assert from 'node:assert/strict';
import { pick, refusal, refused, sluice } from './sluice.mjs';

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'sso', name: 'SSO', type: 'boolean' });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 10, reset: { interval: 'month' } }, { featureId: 'sso' }] });
  },
});

test('a customer comes back with everything that was told and every key the clients need', async ({ autumn }) => {
  const created = await autumn.customers.getOrCreate({
    customerId: 'full', name: 'Full', email: 'full@example.com', fingerprint: 'fp', metadata: { team: 'a', size: 3, nested: { list: [1, null] } }, sendEmailReceipts: true,
  });
  assert.deepEqual(pick(created, 'id', 'name', 'email', 'fingerprint', 'stripeId', 'env', 'sendEmailReceipts', 'purchases', 'licenses'), {
    id: 'full', name: 'Full', email: 'full@example.com', fingerprint: 'fp', stripeId: null, env: 'sandbox', sendEmailReceipts: true, purchases: [], licenses: [],
  });
  assert.deepEqual(created.metadata, { team: 'a', size: 3, nested: { list: [1, null] } });
  assert.ok(Math.abs(created.createdAt - Date.now()) < 60_000, 'times are milliseconds');
  assert.deepEqual(await autumn.customers.get({ customerId: 'full' }), created);
});

test('get_or_create fills in an empty name and email and overwrites nothing', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'blank' });
  const filled = await autumn.customers.getOrCreate({ customerId: 'blank', name: 'First', email: 'first@example.com', metadata: { late: true } });
  assert.deepEqual(pick(filled, 'name', 'email', 'metadata'), { name: 'First', email: 'first@example.com', metadata: {} });
  const kept = await autumn.customers.getOrCreate({ customerId: 'blank', name: 'Second', email: 'second@example.com' });
  assert.deepEqual(pick(kept, 'name', 'email'), { name: 'First', email: 'first@example.com' });
});

test('a customer without an id is known by email until an id comes', async ({ autumn }) => {
  const nameless = await autumn.customers.getOrCreate({ customerId: null, email: 'later@example.com' });
  assert.deepEqual(pick(nameless, 'id', 'email'), { id: null, email: 'later@example.com' });
  const adopted = await autumn.customers.getOrCreate({ customerId: 'later', email: 'later@example.com' });
  assert.deepEqual(pick(adopted, 'id', 'createdAt'), { id: 'later', createdAt: nameless.createdAt });
  assert.equal((await refusal(autumn.customers.getOrCreate({ customerId: null, name: 'Nobody' }))).status, 400);
});

test('ids with spaces, at signs or dots are refused', async ({ autumn }) => {
  for (const customerId of ['bad id', 'a@b.com', 'with.dot', '']) {
    assert.deepEqual(pick(await refusal(autumn.customers.getOrCreate({ customerId })), 'status', 'code'), { status: 400, code: 'invalid_inputs' }, customerId);
  }
  assert.equal((await autumn.customers.getOrCreate({ customerId: 'team:7_a-B' })).id, 'team:7_a-B');
});

test('update changes what is given, merges metadata and answers with current balances', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'updated', name: 'Old', metadata: { a: 1, b: 2 } });
  await autumn.track({ customerId: 'updated', featureId: 'messages', value: 4 });
  const updated = await autumn.customers.update({ customerId: 'updated', name: 'New', metadata: { b: null, c: 3 } });
  assert.deepEqual(pick(updated, 'name', 'metadata'), { name: 'New', metadata: { a: 1, c: 3 } });
  assert.deepEqual(pick(updated.balances.messages, 'remaining', 'usage'), { remaining: 6, usage: 4 });
  assert.equal((await autumn.customers.update({ customerId: 'updated', name: null })).name, null);
  assert.deepEqual(pick(await refusal(autumn.customers.update({ customerId: 'updated', email: 'not-an-email' })), 'status', 'code'), { status: 400, code: 'invalid_inputs' });
});

test('a renamed customer keeps balances and history under the new id, the old id is free', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'caterpillar' });
  await autumn.track({ customerId: 'caterpillar', featureId: 'messages', value: 3 });
  assert.equal((await autumn.customers.update({ customerId: 'caterpillar', newCustomerId: 'butterfly' })).id, 'butterfly');

  assert.equal((await autumn.check({ customerId: 'butterfly', featureId: 'messages' })).balance.usage, 3);
  const { list } = await autumn.events.list({ customerId: 'butterfly' });
  assert.deepEqual(list.map(event => [event.customerId, event.value]), [['butterfly', 3]]);
  assert.deepEqual(pick(await refusal(autumn.customers.get({ customerId: 'caterpillar' })), 'status', 'code'), { status: 404, code: 'customer_not_found' });
  assert.equal((await autumn.customers.getOrCreate({ customerId: 'caterpillar' })).balances.messages.usage, 0, 'a new customer may take the old id');
  assert.deepEqual(pick(await refusal(autumn.customers.update({ customerId: 'caterpillar', newCustomerId: 'butterfly' })), 'status', 'code'),
    { status: 409, code: 'customer_already_exists' });
});

test('a deleted customer is gone, and the id starts afresh', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'leaving', name: 'Leaving', email: 'leaving@example.com' });
  await autumn.track({ customerId: 'leaving', featureId: 'messages', value: 9 });
  assert.deepEqual(await autumn.customers.delete({ customerId: 'leaving' }), { success: true });
  for (const call of [() => autumn.customers.get({ customerId: 'leaving' }), () => autumn.customers.delete({ customerId: 'leaving' }), () => autumn.check({ customerId: 'leaving', featureId: 'messages' })]) {
    assert.deepEqual(pick(await refusal(call()), 'status', 'code'), { status: 404, code: 'customer_not_found' });
  }
  const back = await autumn.customers.getOrCreate({ customerId: 'leaving' });
  assert.deepEqual([back.name, back.balances.messages.remaining], [null, 10]);
});

test('customers are listed newest first, page by page, each once', async ({ autumn }) => {
  const ids = Array.from({ length: 7 }, (_, i) => `page-${i}`);
  for (const customerId of ids) await autumn.customers.getOrCreate({ customerId });
  const pages = [];
  let startCursor = '';
  do {
    const page = await autumn.customers.list({ limit: 3, startCursor });
    pages.push(page.list.map(customer => customer.id));
    startCursor = page.nextCursor;
  } while (startCursor);
  assert.ok(pages.slice(0, -1).every(page => page.length === 3), JSON.stringify(pages));
  const listed = pages.flat();
  assert.equal(new Set(listed).size, listed.length, 'nobody twice');
  assert.deepEqual(listed.filter(id => id?.startsWith('page-')), ids.toReversed());
});

test('a list right after a write shows it', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'fresh', name: 'Fresh' });
  await autumn.track({ customerId: 'fresh', featureId: 'messages', value: 2 });
  const { list: [first] } = await autumn.customers.list({ limit: 1 });
  assert.deepEqual([first.id, first.balances.messages.usage], ['fresh', 2]);
});

test('the list can be searched and narrowed to holders of a plan', async ({ autumn }) => {
  await autumn.plans.create({ planId: 'vip', name: 'VIP', addOn: true });
  await autumn.customers.getOrCreate({ customerId: 'needle', name: 'Haystack 100%', email: 'needle@example.com' });
  await autumn.billing.attach({ customerId: 'needle', planId: 'vip' });
  const found = async how => (await autumn.customers.list(how)).list.map(customer => customer.id);
  assert.deepEqual(await found({ search: 'needle@' }), ['needle']);
  assert.deepEqual(await found({ search: '100%' }), ['needle']);
  assert.deepEqual(await found({ search: 'no such customer' }), []);
  assert.deepEqual(await found({ plans: [{ id: 'vip' }] }), ['needle']);
});

test('the list can be turned round and narrowed to a time of creation', async ({ autumn }) => {
  const { createdAt } = await autumn.customers.getOrCreate({ customerId: 'dated' });
  const oldest = (await autumn.customers.list({ limit: 1, sortOrder: 'asc' })).list[0];
  assert.ok((await autumn.customers.list({ limit: 1000 })).list.every(customer => customer.createdAt >= oldest.createdAt));
  const since = async range => (await autumn.customers.list({ limit: 1000, createdAtRange: range })).list.map(customer => customer.id);
  assert.ok((await since({ start: createdAt })).includes('dated'));
  assert.equal((await since({ end: createdAt - 1 })).includes('dated'), false);
});

test('what cannot be shown inside a customer is refused, one name may be given as a text', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'shown' });
  refused(await post('/v1/customers.get', { customer_id: 'shown', expand: ['bogus'] }), 400, 'invalid_inputs', /expand/);
  const { body } = await post('/v1/customers.get', { customer_id: 'shown', expand: 'balances.feature' });
  assert.equal(body.balances.messages.feature.id, 'messages');
});

test('a page larger than allowed and a made-up cursor are refused', async ({ autumn, post }) => {
  assert.deepEqual(pick(await refusal(autumn.customers.list({ limit: 1001 })), 'status', 'code'), { status: 400, code: 'invalid_request' });
  assert.deepEqual(pick(await refusal(autumn.customers.list({ startCursor: 'garbage!' })), 'status', 'code'), { status: 400, code: 'invalid_cursor' });
  refused(await post('/v1/customers.list', { limit: 0 }), 400, 'invalid_inputs');
  refused(await post('/v1/customers.list', { limit: 6000 }), 400, 'invalid_inputs');
});

test('features are shown inside balances and flags when asked for', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'expanded' });
  const plain = await autumn.customers.get({ customerId: 'expanded' });
  assert.equal(plain.balances.messages.feature, undefined);
  const { balances, flags } = await autumn.customers.get({ customerId: 'expanded', expand: ['balances.feature'] });
  assert.deepEqual(pick(balances.messages.feature, 'id', 'name', 'type', 'consumable'), { id: 'messages', name: 'Messages', type: 'metered', consumable: true });
  assert.equal(flags.sso.feature?.id, 'sso', 'the local check of the React client needs both');
});

test('a plan is shown inside its subscription when asked for', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'with-plan' });
  const { subscriptions } = await autumn.customers.get({ customerId: 'with-plan', expand: ['subscriptions.plan'] });
  assert.deepEqual(pick(subscriptions[0].plan, 'id', 'name', 'version'), { id: 'free', name: 'Free', version: 1 });
});
