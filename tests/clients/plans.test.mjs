import assert from 'node:assert/strict';
import { pick, refusal, refused, sluice } from './sluice.mjs';

const { test } = sluice();
const monthly = (featureId, included) => ({ featureId, included, reset: { interval: 'month' } });
const metered = (autumn, featureId) => autumn.features.create({ featureId, name: featureId, type: 'metered', consumable: true });

test('a plan comes back whole: price, items, what they include and what more costs', async ({ autumn }) => {
  for (const featureId of ['words', 'images', 'voices']) await metered(autumn, featureId);
  await autumn.features.create({ featureId: 'people', name: 'People', type: 'metered', consumable: false });
  await autumn.features.create({ featureId: 'api', name: 'API', type: 'boolean' });
  const plan = await autumn.plans.create({
    planId: 'pro', name: 'Pro', description: 'For teams', group: 'main', price: { amount: 20, interval: 'month' }, metadata: { tier: 2 },
    items: [
      { featureId: 'words', included: 1000, price: { amount: 0.5, interval: 'month', billingMethod: 'usage_based', billingUnits: 10 } },
      { featureId: 'images', price: { tiers: [{ to: 100, amount: 1 }, { to: 'inf', amount: 0.5 }], tierBehavior: 'graduated', interval: 'month', billingMethod: 'prepaid' } },
      { featureId: 'voices', unlimited: true },
      { featureId: 'people', included: 5 },
      { featureId: 'api' },
    ],
  });
  assert.deepEqual(pick(plan, 'id', 'name', 'description', 'group', 'version', 'addOn', 'autoEnable', 'env', 'archived', 'metadata', 'baseVariantId'), {
    id: 'pro', name: 'Pro', description: 'For teams', group: 'main', version: 1, addOn: false, autoEnable: false, env: 'sandbox', archived: false, metadata: { tier: 2 }, baseVariantId: null,
  });
  assert.deepEqual(pick(plan.price, 'amount', 'interval'), { amount: 20, interval: 'month' });
  const item = featureId => plan.items.find(each => each.featureId === featureId);
  assert.deepEqual(pick(item('words'), 'included', 'unlimited', 'reset'), { included: 1000, unlimited: false, reset: { interval: 'month' } }, 'the reset follows the price interval');
  assert.deepEqual(pick(item('words').price, 'amount', 'interval', 'billingUnits', 'billingMethod', 'maxPurchase'),
    { amount: 0.5, interval: 'month', billingUnits: 10, billingMethod: 'usage_based', maxPurchase: null });
  assert.deepEqual(item('images').price.tiers.map(tier => pick(tier, 'to', 'amount')), [{ to: 100, amount: 1 }, { to: 'inf', amount: 0.5 }]);
  assert.deepEqual(pick(item('voices'), 'unlimited', 'included', 'reset', 'price'), { unlimited: true, included: 0, reset: null, price: null });
  assert.deepEqual(pick(item('people'), 'included', 'reset'), { included: 5, reset: null }, 'seats never reset');
  assert.deepEqual(pick(item('api'), 'included', 'unlimited', 'reset', 'price'), { included: 0, unlimited: false, reset: null, price: null });
  assert.deepEqual(await autumn.plans.get({ planId: 'pro' }), plan);
});

test('an item without a reset is granted once', async ({ autumn }) => {
  await metered(autumn, 'trial-runs');
  const plan = await autumn.plans.create({ planId: 'lifetime', name: 'Lifetime', items: [{ featureId: 'trial-runs', included: 7 }] });
  assert.deepEqual(plan.items[0].reset, { interval: 'one_off' });
});

test('plans that contradict themselves are refused and leave nothing behind', async ({ autumn, post }) => {
  await metered(autumn, 'calls');
  const usage = { amount: 1, interval: 'month', billing_method: 'usage_based' };
  const wrongItems = {
    'a reset unlike the price interval': { included: 1, reset: { interval: 'week' }, price: usage },
    'amount and tiers': { price: { ...usage, tiers: [{ to: 'inf', amount: 1 }] } },
    'neither amount nor tiers': { price: { interval: 'month', billing_method: 'usage_based' } },
    'tiers without an end': { price: { interval: 'month', billing_method: 'usage_based', tiers: [{ to: 10, amount: 1 }] } },
    'tiers that go down': { price: { interval: 'month', billing_method: 'usage_based', tiers: [{ to: 500, amount: 1 }, { to: 200, amount: 1 }, { to: 'inf', amount: 1 }] } },
    'a daily price': { price: { ...usage, interval: 'day' } },
    'packs of nothing': { price: { ...usage, billing_units: 0 } },
    'less than nothing included': { included: -1, reset: { interval: 'month' } },
    'an unheard-of interval': { included: 1, reset: { interval: 'decade' } },
  };
  for (const [why, item] of Object.entries(wrongItems)) {
    const answer = await post('/v1/plans.create', { plan_id: 'wrong', name: 'Wrong', items: [{ feature_id: 'calls', ...item }] });
    assert.equal(answer.status, 400, `${why}: ${JSON.stringify(answer.body)}`);
  }
  const twice = { feature_id: 'calls', included: 1, reset: { interval: 'month' } };
  for (const [why, body] of Object.entries({
    'the same item twice': { items: [twice, twice] },
    'a negative price': { price: { amount: -1, interval: 'month' } },
    'enabling itself with a price': { auto_enable: true, price: { amount: 5, interval: 'month' } },
    'an empty name': { name: '' },
  })) {
    assert.equal((await post('/v1/plans.create', { plan_id: 'wrong', name: 'Wrong', ...body })).status, 400, why);
  }
  refused(await post('/v1/plans.create', { plan_id: 'a:b', name: 'Wrong' }), 400, 'invalid_inputs');
  refused(await post('/v1/plans.create', { plan_id: 'wrong', name: 'Wrong', items: [{ feature_id: 'nope', included: 1 }] }), 404, 'feature_not_found');
  assert.deepEqual(pick(await refusal(autumn.plans.get({ planId: 'wrong' })), 'status', 'code'), { status: 404, code: 'product_not_found' });
});

test('a plan id is taken once, and one plan of a group enables itself', async ({ autumn }) => {
  await autumn.plans.create({ planId: 'default', name: 'Default', autoEnable: true, group: 'defaults' });
  assert.deepEqual(pick(await refusal(autumn.plans.create({ planId: 'default', name: 'Again' })), 'status', 'code'), { status: 400, code: 'product_already_exists' });
  assert.equal((await refusal(autumn.plans.create({ planId: 'default-2', name: 'Second', autoEnable: true, group: 'defaults' }))).status, 400);
});

test('editing a plan nobody has changes it in place', async ({ autumn }) => {
  await metered(autumn, 'runs');
  await autumn.plans.create({ planId: 'draft', name: 'Draft', items: [monthly('runs', 10)] });
  const edited = await autumn.plans.update({ planId: 'draft', name: 'Final', items: [monthly('runs', 20)] });
  assert.deepEqual([edited.name, edited.version, edited.items[0].included], ['Final', 1, 20]);
});

test('editing the items of a plan in use makes a new version, and who has it keeps the old terms', async ({ autumn }) => {
  await metered(autumn, 'shots');
  await autumn.plans.create({ planId: 'versioned', name: 'Versioned', group: 'versioned', items: [monthly('shots', 10)] });
  await autumn.customers.getOrCreate({ customerId: 'grandfathered' });
  await autumn.billing.attach({ customerId: 'grandfathered', planId: 'versioned' });

  const second = await autumn.plans.update({ planId: 'versioned', items: [monthly('shots', 50)] });
  assert.deepEqual([second.version, second.items[0].included], [2, 50]);
  assert.deepEqual(pick(await autumn.plans.get({ planId: 'versioned', version: 1 }), 'version'), { version: 1 });
  assert.equal((await autumn.plans.get({ planId: 'versioned', version: 1 })).items[0].included, 10);
  assert.equal((await autumn.plans.update({ planId: 'versioned', name: 'Renamed' })).version, 2, 'a name is no reason for a version');

  assert.equal((await autumn.customers.get({ customerId: 'grandfathered' })).balances.shots.granted, 10);
  await autumn.customers.getOrCreate({ customerId: 'newcomer' });
  await autumn.billing.attach({ customerId: 'newcomer', planId: 'versioned' });
  assert.equal((await autumn.customers.get({ customerId: 'newcomer' })).balances.shots.granted, 50);

  const all = (await autumn.plans.list({ allVersions: true })).list.filter(plan => plan.id === 'versioned');
  assert.deepEqual(all.map(plan => plan.version).sort(), [1, 2]);
  assert.deepEqual((await autumn.plans.list()).list.filter(plan => plan.id === 'versioned').map(plan => plan.version), [2]);
  assert.equal((await refusal(autumn.plans.delete({ planId: 'versioned', allVersions: true }))).status, 400);
});

test('a plan is renamed and archived: hidden from the list unless asked for', async ({ autumn }) => {
  await autumn.plans.create({ planId: 'spring', name: 'Spring' });
  assert.equal((await autumn.plans.update({ planId: 'spring', newPlanId: 'summer' })).id, 'summer');
  assert.equal((await refusal(autumn.plans.get({ planId: 'spring' }))).code, 'product_not_found');
  assert.equal((await autumn.plans.update({ planId: 'summer', archived: true })).archived, true);
  const listed = async how => (await autumn.plans.list(how)).list.some(plan => plan.id === 'summer');
  assert.equal(await listed(), false);
  assert.equal(await listed({ includeArchived: true }), true);
  assert.equal((await autumn.plans.update({ planId: 'summer', archived: false })).archived, false);
});

test('a plan nobody has is deleted', async ({ autumn }) => {
  await autumn.plans.create({ planId: 'gone', name: 'Gone' });
  assert.deepEqual(await autumn.plans.delete({ planId: 'gone' }), { success: true });
  assert.deepEqual(pick(await refusal(autumn.plans.delete({ planId: 'gone' })), 'status', 'code'), { status: 404, code: 'product_not_found' });
});

test('plans are listed by price, add-ons last', async ({ autumn }) => {
  const priced = (planId, amount, addOn = false) => autumn.plans.create({ planId, name: planId, addOn, group: 'order', ...(amount && { price: { amount, interval: 'month' } }) });
  await priced('order-addon', 1, true);
  await priced('order-30', 30);
  await priced('order-0', 0);
  await priced('order-10', 10);
  const ids = (await autumn.plans.list()).list.map(plan => plan.id).filter(id => id.startsWith('order-'));
  assert.deepEqual(ids, ['order-0', 'order-10', 'order-30', 'order-addon']);
});
