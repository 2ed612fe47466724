import assert from 'node:assert/strict';
import { pick, refusal, refused, sluice } from './sluice.mjs';

const { test } = sluice({
  async given({ autumn }) {
    for (const featureId of ['messages', 'reports']) await autumn.features.create({ featureId, name: featureId, type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'sso', name: 'SSO', type: 'boolean' });
    await autumn.plans.create({
      planId: 'main', name: 'Main',
      items: [{ featureId: 'messages', included: 100, reset: { interval: 'month' } }, { featureId: 'messages', included: 50, reset: { interval: 'one_off' } }],
    });
    await autumn.plans.create({
      planId: 'paid', name: 'Paid', price: { amount: 10, interval: 'month' },
      items: [{ featureId: 'messages', included: 100, price: { amount: 1, interval: 'month', billingMethod: 'usage_based' } }],
    });
  },
});

const days = count => Date.now() + count * 86_400_000;
const inHours = hours => Date.now() + hours * 3_600_000;

async function customer(autumn, customerId, planId) {
  await autumn.customers.getOrCreate({ customerId });
  if (planId) await autumn.billing.attach({ customerId, planId });
}
const messagesOf = async (autumn, customerId) => (await autumn.customers.get({ customerId })).balances.messages;
const rows = balance => balance.breakdown.map(row => row.remaining);

test('a balance of its own is granted without a plan', async ({ autumn }) => {
  await customer(autumn, 'loose');
  assert.deepEqual(await autumn.balances.create({ customerId: 'loose', featureId: 'messages', includedGrant: 500, balanceId: 'gift', reset: { interval: 'month' } }), { success: true });
  const balance = await messagesOf(autumn, 'loose');
  assert.deepEqual(pick(balance, 'granted', 'remaining'), { granted: 500, remaining: 500 });
  assert.deepEqual(pick(balance.breakdown[0], 'id', 'planId', 'includedGrant'), { id: 'gift', planId: null, includedGrant: 500 });
  assert.equal(balance.breakdown[0].reset.interval, 'month');
});

test('a balance without a reset is for life; an unlimited one never ends; a boolean one is a flag', async ({ autumn }) => {
  await customer(autumn, 'kinds');
  await autumn.balances.create({ customerId: 'kinds', featureId: 'messages', includedGrant: 5 });
  assert.deepEqual((await messagesOf(autumn, 'kinds')).breakdown[0].reset, { interval: 'one_off', resetsAt: null });
  await autumn.balances.create({ customerId: 'kinds', featureId: 'reports', unlimited: true });
  assert.equal((await autumn.check({ customerId: 'kinds', featureId: 'reports', requiredBalance: 1e9 })).allowed, true);
  await autumn.balances.create({ customerId: 'kinds', featureId: 'sso' });
  assert.equal((await autumn.check({ customerId: 'kinds', featureId: 'sso' })).allowed, true);
  assert.equal((await refusal(autumn.balances.create({ customerId: 'kinds', featureId: 'sso' }))).status, 409, 'the flag is held already');
});

test('plan first, then the balance of its own that lives for ever', async ({ autumn }) => {
  await customer(autumn, 'mixed', 'main');
  await autumn.balances.create({ customerId: 'mixed', featureId: 'messages', includedGrant: 30, balanceId: 'gift' });
  const { balance } = await autumn.track({ customerId: 'mixed', featureId: 'messages', value: 160 });
  assert.deepEqual(rows(balance), [0, 0, 20]);
  assert.deepEqual(pick(balance, 'granted', 'remaining', 'usage'), { granted: 180, remaining: 20, usage: 160 });
});

test('what expires sooner is used first', async ({ autumn }) => {
  await customer(autumn, 'expiring');
  const grant = (balanceId, expiresAt) => autumn.balances.create({ customerId: 'expiring', featureId: 'messages', includedGrant: 100, balanceId, ...(expiresAt && { expiresAt }) });
  await grant('never');
  await grant('in-ten', days(10));
  await grant('in-five', days(5));
  await autumn.track({ customerId: 'expiring', featureId: 'messages', value: 60 });
  const { balance } = await autumn.track({ customerId: 'expiring', featureId: 'messages', value: 60 });
  assert.deepEqual(balance.breakdown.map(row => [row.id, row.remaining]), [['in-five', 0], ['in-ten', 80], ['never', 100]]);
});

test('hours before months: the shorter interval pays first', async ({ autumn }) => {
  await customer(autumn, 'intervals');
  const grant = (includedGrant, interval) => autumn.balances.create({ customerId: 'intervals', featureId: 'messages', includedGrant, reset: { interval } });
  await grant(10, 'month');
  await grant(5, 'hour');
  assert.deepEqual(rows((await autumn.track({ customerId: 'intervals', featureId: 'messages', value: 8 })).balance), [0, 7]);
});

test('a drained balance stays, is filled by refunds and can be selected', async ({ autumn }) => {
  await customer(autumn, 'drained');
  await autumn.balances.create({ customerId: 'drained', featureId: 'messages', includedGrant: 10, balanceId: 'gift' });
  await autumn.track({ customerId: 'drained', featureId: 'messages', value: 10 });
  assert.deepEqual(pick(await messagesOf(autumn, 'drained'), 'granted', 'remaining', 'usage'), { granted: 10, remaining: 0, usage: 10 });
  assert.equal((await autumn.track({ customerId: 'drained', featureId: 'messages', value: -4 })).balance.remaining, 4);
  await autumn.track({ customerId: 'drained', featureId: 'messages', value: 4 });
  await autumn.balances.update({ customerId: 'drained', featureId: 'messages', balanceId: 'gift', remaining: 7 });
  assert.equal((await messagesOf(autumn, 'drained')).remaining, 7);
});

test('remaining, usage and additions are set by hand, the grant stays', async ({ autumn }) => {
  await customer(autumn, 'by-hand', 'main');
  const set = change => autumn.balances.update({ customerId: 'by-hand', featureId: 'messages', ...change });
  const numbers = async () => Object.values(pick(await messagesOf(autumn, 'by-hand'), 'granted', 'remaining', 'usage'));
  assert.deepEqual(await set({ remaining: 120 }), { success: true });
  assert.deepEqual(await numbers(), [150, 120, 30]);
  await set({ remaining: 170 });
  assert.deepEqual(await numbers(), [150, 170, -20], 'more than granted is less than nothing used');
  await set({ usage: 45 });
  assert.deepEqual(await numbers(), [150, 105, 45]);
  await set({ addToBalance: 10 });
  await set({ addToBalance: -15 });
  assert.deepEqual(await numbers(), [150, 100, 50]);
  assert.deepEqual((await autumn.events.list({ customerId: 'by-hand' })).list, [], 'a change by hand is no usage');
});

test('an included grant sets the total of the selected balances, what remains is untouched', async ({ autumn }) => {
  await customer(autumn, 'regranted', 'main');
  await autumn.balances.update({ customerId: 'regranted', featureId: 'messages', includedGrant: 200 });
  const balance = await messagesOf(autumn, 'regranted');
  assert.deepEqual(pick(balance, 'granted', 'remaining', 'usage'), { granted: 200, remaining: 150, usage: 50 });
  assert.deepEqual(balance.breakdown.map(row => row.includedGrant), [150, 50]);
  await autumn.balances.update({ customerId: 'regranted', featureId: 'messages', interval: 'one_off', includedGrant: 77 });
  assert.deepEqual((await messagesOf(autumn, 'regranted')).breakdown.map(row => row.includedGrant), [150, 77]);
});

test('an interval or a balance id narrows what is changed', async ({ autumn }) => {
  await customer(autumn, 'narrow', 'main');
  await autumn.balances.create({ customerId: 'narrow', featureId: 'messages', includedGrant: 30, balanceId: 'gift' });
  await autumn.balances.update({ customerId: 'narrow', featureId: 'messages', interval: 'month', remaining: 77 });
  await autumn.balances.update({ customerId: 'narrow', featureId: 'messages', balanceId: 'gift', remaining: 11 });
  assert.deepEqual(rows(await messagesOf(autumn, 'narrow')), [77, 50, 11]);
});

test('a boundary is moved, an expiry set', async ({ autumn }) => {
  await customer(autumn, 'moved', 'main');
  await autumn.balances.create({ customerId: 'moved', featureId: 'messages', includedGrant: 30, balanceId: 'gift' });
  const soon = inHours(48);
  await autumn.balances.update({ customerId: 'moved', featureId: 'messages', nextResetAt: soon });
  assert.equal((await messagesOf(autumn, 'moved')).nextResetAt, soon);
  const end = days(3);
  await autumn.balances.update({ customerId: 'moved', featureId: 'messages', balanceId: 'gift', expiresAt: end });
  assert.equal((await messagesOf(autumn, 'moved')).breakdown.find(row => row.id === 'gift').expiresAt, end);
});

test('a boundary moved into the past is due at once: the balance is full again and the next boundary lies ahead', async ({ autumn }) => {
  await customer(autumn, 'due', 'main');
  await autumn.track({ customerId: 'due', featureId: 'messages', value: 90 });
  const yesterday = days(-1);
  await autumn.balances.update({ customerId: 'due', featureId: 'messages', nextResetAt: yesterday });
  const balance = await messagesOf(autumn, 'due');
  assert.deepEqual(rows(balance), [100, 50]);
  assert.ok(balance.nextResetAt > Date.now());
  assert.equal(balance.usage, 0);
});

test('a balance is deleted by its id, and what was left in it goes', async ({ autumn }) => {
  await customer(autumn, 'deleting', 'main');
  await autumn.balances.create({ customerId: 'deleting', featureId: 'messages', includedGrant: 30, balanceId: 'gift' });
  assert.deepEqual(await autumn.balances.delete({ customerId: 'deleting', balanceId: 'gift' }), { success: true });
  assert.deepEqual(pick(await messagesOf(autumn, 'deleting'), 'granted', 'remaining'), { granted: 150, remaining: 150 });
  assert.deepEqual(pick(await refusal(autumn.balances.delete({ customerId: 'deleting', balanceId: 'gift' })), 'status', 'code'), { status: 404, code: 'invalid_request' });
});

test('usage before a new balance is not forgotten by it', async ({ autumn }) => {
  await customer(autumn, 'remembered', 'main');
  await autumn.track({ customerId: 'remembered', featureId: 'messages', value: 60 });
  await autumn.balances.create({ customerId: 'remembered', featureId: 'messages', includedGrant: 10 });
  assert.deepEqual(pick(await messagesOf(autumn, 'remembered'), 'granted', 'remaining', 'usage'), { granted: 160, remaining: 100, usage: 60 });
});

test('balances that make no sense are refused before anything is granted', async ({ autumn, post }) => {
  await customer(autumn, 'nonsense');
  const create = body => post('/v1/balances.create', { customer_id: 'nonsense', feature_id: 'messages', ...body });
  for (const [why, body] of Object.entries({
    'nothing granted': {},
    'a grant and unlimited': { included_grant: 5, unlimited: true },
    'unlimited with a reset': { unlimited: true, reset: { interval: 'month' } },
    'less than nothing': { included_grant: -5 },
    'expired already': { included_grant: 5, expires_at: days(-1) },
    'a boundary without a reset': { included_grant: 5, next_reset_at: days(1) },
    'a boundary in the past': { included_grant: 5, reset: { interval: 'month' }, next_reset_at: days(-1) },
    'a grant of a flag': { feature_id: 'sso', included_grant: 1 },
  })) {
    assert.equal((await create(body)).status, 400, why);
  }
  refused(await create({ feature_id: 'nope', included_grant: 1 }), 404, 'feature_not_found');
  refused(await create({ customer_id: 'nobody', included_grant: 1 }), 404, 'customer_not_found');
  assert.deepEqual((await autumn.customers.get({ customerId: 'nonsense' })).balances, {});
});

test('a balance id is used once per customer', async ({ autumn }) => {
  await customer(autumn, 'ids-1');
  await customer(autumn, 'ids-2');
  const grant = customerId => autumn.balances.create({ customerId, featureId: 'messages', includedGrant: 1, balanceId: 'same' });
  await grant('ids-1');
  await grant('ids-2');
  assert.deepEqual(pick(await refusal(grant('ids-1')), 'status', 'code'), { status: 409, code: 'invalid_request' });
});

test('changes that contradict each other or hit nothing are refused and change nothing', async ({ autumn, post }) => {
  await customer(autumn, 'contradicting', 'main');
  const update = body => post('/v1/balances.update', { customer_id: 'contradicting', feature_id: 'messages', ...body });
  for (const [why, body] of Object.entries({
    'remaining and usage': { remaining: 1, usage: 1 },
    'remaining and an addition': { remaining: 1, add_to_balance: 1 },
    'an expiry in the past': { expires_at: days(-1) },
    'a boundary for what never resets': { interval: 'one_off', next_reset_at: days(1) },
  })) {
    assert.equal((await update(body)).status, 400, why);
  }
  refused(await update({ balance_id: 'nope', remaining: 1 }), 404, 'invalid_request');
  refused(await update({ feature_id: 'reports', remaining: 1 }), 404, 'invalid_request');
  refused(await update({ feature_id: 'nope', remaining: 1 }), 404, 'feature_not_found');
  assert.deepEqual(rows(await messagesOf(autumn, 'contradicting')), [100, 50]);
});

test('deleting needs to be told what, and a paid balance is not deleted', async ({ autumn, post }) => {
  await customer(autumn, 'protected', 'main');
  assert.equal((await post('/v1/balances.delete', { customer_id: 'protected' })).status, 400);
  assert.equal((await messagesOf(autumn, 'protected')).granted, 150);
  await customer(autumn, 'paying');
  await autumn.billing.attach({ customerId: 'paying', planId: 'paid', noBillingChanges: true });
  assert.equal((await refusal(autumn.balances.delete({ customerId: 'paying', featureId: 'messages' }))).status, 409);
});
