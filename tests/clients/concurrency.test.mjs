import assert from 'node:assert/strict';
import { pick, sluice } from './sluice.mjs';

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'seats', name: 'Seats', type: 'metered', consumable: false });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 200 }, { featureId: 'seats', included: 5 }] });
  },
});

const together = (count, call) => Promise.all(Array.from({ length: count }, (_, i) => call(i)));
const tally = (answers, by) => answers.reduce((counts, answer) => ({ ...counts, [by(answer)]: (counts[by(answer)] ?? 0) + 1 }), {});
const status = answer => answer.status;

// By itself the client gives up after some seconds and then answers "allowed" without the server: no measure of the server on a busy machine.
const patient = client => client({ timeoutMs: 60_000 });

async function customer(autumn, customerId, grant) {
  await autumn.customers.getOrCreate({ customerId });
  if (grant) await autumn.balances.create({ customerId, featureId: 'messages', includedGrant: grant });
}
const messages = async (autumn, customerId) => pick((await autumn.customers.get({ customerId })).balances.messages, 'remaining', 'usage');

test('150 parallel atomic checks of 2 on a balance of 200: exactly 100 are allowed', async ({ autumn, client }) => {
  await customer(autumn, 'gate');
  const asking = patient(client);
  const answers = await together(150, () => asking.check({ customerId: 'gate', featureId: 'messages', requiredBalance: 2, sendEvent: true }));
  assert.deepEqual(tally(answers, answer => answer.allowed), { true: 100, false: 50 });
  assert.deepEqual(await messages(autumn, 'gate'), { remaining: 0, usage: 200 });
  const shown = answers.filter(answer => answer.allowed).map(answer => answer.balance.remaining).sort((a, b) => b - a);
  assert.deepEqual(shown, Array.from({ length: 100 }, (_, i) => 198 - 2 * i), 'each allowed answer shows the balance right after its own draw');
});

test('7 parallel atomic checks on 5 seats: exactly 5 sit down', async ({ autumn, client }) => {
  await customer(autumn, 'seats');
  const asking = patient(client);
  const answers = await together(7, () => asking.check({ customerId: 'seats', featureId: 'seats', requiredBalance: 1, sendEvent: true }));
  assert.deepEqual(tally(answers, answer => answer.allowed), { true: 5, false: 2 });
});

test('20 parallel tracks with one key in the body: one counts, 19 are told it is a repeat', async ({ autumn, post }) => {
  await customer(autumn, 'one-key');
  const answers = await together(20, () => post('/v1/balances.track', { customer_id: 'one-key', feature_id: 'messages', value: 1, idempotency_key: 'k' }));
  assert.deepEqual(tally(answers, status), { 200: 1, 409: 19 });
  assert.ok(answers.every(answer => answer.status === 200 || answer.body.code === 'duplicate_idempotency_key'));
  assert.deepEqual(await messages(autumn, 'one-key'), { remaining: 199, usage: 1 });
});

test('20 parallel tracks with one key in the header, on two customers: one counts', async ({ autumn, post }) => {
  await customer(autumn, 'header-1');
  await customer(autumn, 'header-2');
  const answers = await together(20, i => post('/v1/balances.track', { customer_id: `header-${1 + i % 2}`, feature_id: 'messages', value: 1 }, { headers: { 'Idempotency-Key': 'h' } }));
  assert.deepEqual(tally(answers, status), { 200: 1, 409: 19 });
  assert.equal((await messages(autumn, 'header-1')).usage + (await messages(autumn, 'header-2')).usage, 1);
});

test('500 parallel tracks of decimals add up to the exact sum', async ({ autumn, post }) => {
  await customer(autumn, 'decimals', 30_000);
  const cents = Array.from({ length: 500 }, (_, i) => 1 + (i * 7919) % 5000);
  const answers = await together(500, i => post('/v1/balances.track', { customer_id: 'decimals', feature_id: 'messages', value: cents[i] / 100 }));
  assert.deepEqual(tally(answers, status), { 200: 500 });
  const sum = cents.reduce((total, each) => total + each, 0);
  assert.deepEqual(await messages(autumn, 'decimals'), { remaining: (3_020_000 - sum) / 100, usage: sum / 100 });
  const { list } = await autumn.events.list({ customerId: 'decimals', limit: 1000 });
  assert.equal(list.length, 500);
});

test('50 parallel get_or_create of one id make one customer with one plan', async ({ autumn, post }) => {
  const answers = await together(50, () => post('/v1/customers.get_or_create', { customer_id: 'born-once', name: 'Once' }));
  assert.deepEqual(tally(answers, status), { 200: 50 });
  assert.equal(new Set(answers.map(answer => answer.body.created_at)).size, 1);
  assert.equal(new Set(answers.map(answer => answer.body.subscriptions.map(subscription => subscription.id).join())).size, 1);
  const { list } = await autumn.customers.list({ search: 'born-once' });
  assert.deepEqual(list.map(each => [each.id, each.subscriptions.length]), [['born-once', 1]]);
});

test('two parallel attaches of one plan: one attaches, the other is told so', async ({ autumn, post }) => {
  await autumn.plans.create({ planId: 'other', name: 'Other', items: [{ featureId: 'messages', included: 300 }] });
  await customer(autumn, 'attach-race');
  const answers = await together(2, () => post('/v1/billing.attach', { customer_id: 'attach-race', plan_id: 'other' }));
  assert.deepEqual(tally(answers, answer => answer.body.code ?? answer.status), { 200: 1, plan_already_attached: 1 });
});

test('parallel additions by hand all count', async ({ autumn }) => {
  await customer(autumn, 'additions');
  await together(40, () => autumn.balances.update({ customerId: 'additions', featureId: 'messages', addToBalance: 0.25 }));
  assert.equal((await messages(autumn, 'additions')).remaining, 210);
});

test('parallel creations of one feature: one is made', async ({ post }) => {
  const answers = await together(10, () => post('/v1/features.create', { feature_id: 'raced', name: 'Raced', type: 'boolean' }));
  assert.deepEqual(tally(answers, status), { 200: 1, 409: 9 });
});

test('batches over shared customers and single tracks interleave without losing anything', async ({ autumn, post }) => {
  const ids = ['mix-1', 'mix-2', 'mix-3'];
  for (const id of ids) await customer(autumn, id, 10_000);
  const item = (customer_id, value) => ({ customer_id, feature_id: 'messages', value });
  const answers = await together(60, i => i % 2 === 0
    ? post('/v1/balances.batch_track', i % 4 === 0 ? ids.map(id => item(id, 1)) : ids.toReversed().map(id => item(id, 1)))
    : post('/v1/balances.track', item(ids[i % 3], 0.5)));
  assert.deepEqual(tally(answers, status), { 200: 30, 202: 30 });
  for (const [at, id] of ids.entries()) {
    const singles = Array.from({ length: 60 }, (_, i) => i).filter(i => i % 2 === 1 && i % 3 === at).length;
    assert.equal((await messages(autumn, id)).usage, 30 + singles * 0.5, id);
  }
});

test('a reader never sees a balance go back up while it is only drawn from', async ({ autumn, post }) => {
  await customer(autumn, 'monotone');
  let drawing = true;
  const seen = [];
  const reader = (async () => {
    while (drawing) seen.push((await autumn.check({ customerId: 'monotone', featureId: 'messages' })).balance.remaining);
  })();
  await together(100, () => post('/v1/balances.track', { customer_id: 'monotone', feature_id: 'messages', value: 1 }));
  drawing = false;
  await reader;
  assert.deepEqual(seen, seen.toSorted((a, b) => b - a));
  assert.deepEqual(await messages(autumn, 'monotone'), { remaining: 100, usage: 100 });
});
