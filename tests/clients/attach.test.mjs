import assert from 'node:assert/strict';
import { pick, refusal, sluice } from './sluice.mjs';

const monthly = (featureId, included) => ({ featureId, included, reset: { interval: 'month' } });

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'seats', name: 'Seats', type: 'metered', consumable: false });
    await autumn.features.create({ featureId: 'export', name: 'Export', type: 'boolean' });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [monthly('messages', 100), { featureId: 'seats', included: 3 }] });
    await autumn.plans.create({ planId: 'beta', name: 'Beta', items: [monthly('messages', 500), { featureId: 'seats', included: 5 }, { featureId: 'export' }] });
    await autumn.plans.create({ planId: 'extra', name: 'Extra messages', addOn: true, items: [monthly('messages', 50)] });
    await autumn.plans.create({ planId: 'support', name: 'Support', group: 'support', items: [{ featureId: 'export' }] });
    await autumn.plans.create({
      planId: 'pro', name: 'Pro', group: 'paid', price: { amount: 20, interval: 'month' },
      items: [{ featureId: 'messages', included: 1000, price: { amount: 0.5, interval: 'month', billingMethod: 'usage_based', maxPurchase: 400 } }],
    });
    await autumn.plans.create({
      planId: 'packs', name: 'Packs', addOn: true,
      items: [{ featureId: 'messages', included: 100, price: { amount: 10, interval: 'month', billingMethod: 'prepaid', billingUnits: 100 } }],
    });
  },
});

const held = customer => customer.subscriptions.map(subscription => subscription.planId).sort();

test('a new customer holds the free plan that enables itself', async ({ autumn }) => {
  const customer = await autumn.customers.getOrCreate({ customerId: 'new' });
  const [subscription, ...others] = customer.subscriptions;
  assert.equal(others.length, 0);
  assert.deepEqual(
    pick(subscription, 'planId', 'autoEnable', 'addOn', 'status', 'pastDue', 'canceledAt', 'expiresAt', 'trialEndsAt', 'currentPeriodStart', 'currentPeriodEnd', 'quantity', 'scope'),
    { planId: 'free', autoEnable: true, addOn: false, status: 'active', pastDue: false, canceledAt: null, expiresAt: null, trialEndsAt: null, currentPeriodStart: null, currentPeriodEnd: null, quantity: 1, scope: 'customer' });
  assert.equal(subscription.startedAt, customer.createdAt);
  assert.deepEqual([customer.balances.messages.granted, customer.balances.seats.granted], [100, 3]);
  assert.deepEqual([customer.purchases, customer.licenses, customer.flags], [[], [], {}]);
});

test('asking again for the same customer attaches nothing twice', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'again' });
  const again = await autumn.customers.getOrCreate({ customerId: 'again' });
  assert.deepEqual(held(again), ['free']);
  assert.equal(again.balances.messages.granted, 100);
});

test('another free plan of the same group takes the place of the old one at once', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'switching' });
  await autumn.track({ customerId: 'switching', featureId: 'messages', value: 40 });
  await autumn.track({ customerId: 'switching', featureId: 'seats', value: 2 });

  const attached = await autumn.billing.attach({ customerId: 'switching', planId: 'beta' });
  assert.deepEqual(pick(attached, 'customerId', 'paymentUrl', 'invoice', 'requiredAction'),
    { customerId: 'switching', paymentUrl: null, invoice: undefined, requiredAction: undefined });

  const customer = await autumn.customers.get({ customerId: 'switching' });
  assert.deepEqual(held(customer), ['beta']);
  assert.deepEqual(pick(customer.balances.messages, 'granted', 'remaining', 'usage'), { granted: 500, remaining: 500, usage: 0 }, 'messages start fresh');
  assert.deepEqual(pick(customer.balances.seats, 'granted', 'remaining', 'usage'), { granted: 5, remaining: 3, usage: 2 }, 'seats stay taken');
  assert.deepEqual(Object.keys(customer.flags), ['export']);
});

test('going back to fewer seats than are taken leaves none to give', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'shrinking' });
  await autumn.billing.attach({ customerId: 'shrinking', planId: 'beta' });
  await autumn.track({ customerId: 'shrinking', featureId: 'seats', value: 4 });
  await autumn.billing.attach({ customerId: 'shrinking', planId: 'free' });
  const { balances, flags } = await autumn.customers.get({ customerId: 'shrinking' });
  assert.deepEqual(pick(balances.seats, 'granted', 'remaining', 'usage'), { granted: 3, remaining: 0, usage: 4 });
  assert.deepEqual(flags, {});
});

test('the plan a customer already has is refused', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'twice' });
  assert.deepEqual(pick(await refusal(autumn.billing.attach({ customerId: 'twice', planId: 'free' })), 'status', 'code'), { status: 409, code: 'plan_already_attached' });
});

test('an add-on stands beside the main plan, and the same add-on again adds up', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'adding' });
  await autumn.billing.attach({ customerId: 'adding', planId: 'extra' });
  await autumn.billing.attach({ customerId: 'adding', planId: 'extra' });
  const customer = await autumn.customers.get({ customerId: 'adding' });
  assert.deepEqual(held(customer), ['extra', 'extra', 'free']);
  assert.equal(customer.balances.messages.granted, 200);
  assert.deepEqual(customer.balances.messages.breakdown.map(row => [row.planId, row.includedGrant]), [['free', 100], ['extra', 50], ['extra', 50]]);

  const tracked = await autumn.track({ customerId: 'adding', featureId: 'messages', value: 120 });
  assert.deepEqual(tracked.balance.breakdown.map(row => row.remaining), [0, 30, 50], 'the main plan pays before the add-ons');
});

test('plans of different groups do not push each other out', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'groups' });
  await autumn.billing.attach({ customerId: 'groups', planId: 'support' });
  assert.deepEqual(held(await autumn.customers.get({ customerId: 'groups' })), ['free', 'support']);
});

test('a customer may start on another free plan than the default', async ({ autumn }) => {
  const customer = await autumn.customers.getOrCreate({ customerId: 'other-default', autoEnablePlanId: 'beta' });
  assert.deepEqual(held(customer), ['beta']);
});

test('a priced plan is not given away: without a card the answer says where it is paid', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'paying' });
  const attached = await autumn.billing.attach({ customerId: 'paying', planId: 'pro' });
  assert.deepEqual(pick(attached, 'customerId', 'invoice', 'requiredAction'), { customerId: 'paying', invoice: undefined, requiredAction: undefined });
  assert.match(await (await fetch(attached.paymentUrl)).text(), /Pay 20\.00 USD/);
  assert.deepEqual(held(await autumn.customers.get({ customerId: 'paying' })), ['free']);
});

test('a priced plan attached without billing grants its usage with room for overage', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'overage' });
  await autumn.billing.attach({ customerId: 'overage', planId: 'pro', noBillingChanges: true });
  const allowed = async requiredBalance => (await autumn.check({ customerId: 'overage', featureId: 'messages', requiredBalance })).allowed;
  assert.equal(await allowed(1500), true, '100 free, 1000 included, 400 to buy');
  assert.equal(await allowed(1501), false);

  const { balance } = await autumn.track({ customerId: 'overage', featureId: 'messages', value: 1300 });
  assert.deepEqual(pick(balance, 'granted', 'remaining', 'usage', 'overageAllowed', 'maxPurchase'),
    { granted: 1100, remaining: 0, usage: 1300, overageAllowed: true, maxPurchase: 400 });
  const priced = balance.breakdown.find(row => row.planId === 'pro');
  assert.deepEqual(pick(priced.price, 'amount', 'billingUnits', 'billingMethod', 'maxPurchase'), { amount: 0.5, billingUnits: 1, billingMethod: 'usage_based', maxPurchase: 400 });
  assert.deepEqual([priced.remaining, priced.usage], [0, 1200]);

  const { balance: full } = await autumn.track({ customerId: 'overage', featureId: 'messages', value: 900 });
  assert.equal(full.usage, 1500, 'not more than can be bought');
  assert.equal(await allowed(1), false);
});

test('prepaid units are granted by the quantity asked for, the included ones counted in', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'prepaid' });
  await autumn.billing.attach({
    customerId: 'prepaid', planId: 'packs', noBillingChanges: true, featureQuantities: [{ featureId: 'messages', quantity: 500 }],
  });
  const { balances } = await autumn.customers.get({ customerId: 'prepaid' });
  const row = balances.messages.breakdown.find(each => each.planId === 'packs');
  assert.deepEqual(pick(row, 'includedGrant', 'prepaidGrant', 'remaining'), { includedGrant: 100, prepaidGrant: 400, remaining: 500 });
  assert.deepEqual(pick(row.price, 'amount', 'billingUnits', 'billingMethod', 'maxPurchase'), { amount: 10, billingUnits: 100, billingMethod: 'prepaid', maxPurchase: null });
  assert.equal(balances.messages.granted, 600);

  await autumn.track({ customerId: 'prepaid', featureId: 'messages', value: 600 });
  assert.equal((await autumn.check({ customerId: 'prepaid', featureId: 'messages' })).allowed, false, 'prepaid units end');
});

test('a prepaid quantity that is no whole number of packs is rounded up to the next pack', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'rounded' });
  await autumn.billing.attach({
    customerId: 'rounded', planId: 'packs', noBillingChanges: true, featureQuantities: [{ featureId: 'messages', quantity: 350 }],
  });
  const { balances } = await autumn.customers.get({ customerId: 'rounded' });
  const row = balances.messages.breakdown.find(each => each.planId === 'packs');
  assert.deepEqual(pick(row, 'includedGrant', 'prepaidGrant'), { includedGrant: 100, prepaidGrant: 300 });
});

test('an older version of a plan is attached when asked for by number', async ({ autumn }) => {
  await autumn.plans.create({ planId: 'aged', name: 'Aged', group: 'aged', items: [monthly('messages', 10)] });
  for (const customerId of ['aged-1', 'aged-2']) await autumn.customers.getOrCreate({ customerId });
  await autumn.billing.attach({ customerId: 'aged-1', planId: 'aged' });
  await autumn.plans.update({ planId: 'aged', items: [monthly('messages', 20)] });
  await autumn.billing.attach({ customerId: 'aged-2', planId: 'aged', version: 1 });
  assert.equal((await autumn.customers.get({ customerId: 'aged-2' })).balances.messages.granted, 110);
  assert.equal((await refusal(autumn.billing.attach({ customerId: 'aged-2', planId: 'aged', version: 9 }))).status, 404);
});

test('a caller may name the subscription, once per customer', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'naming' });
  const attach = () => autumn.billing.attach({ customerId: 'naming', planId: 'extra', subscriptionId: 'mine' });
  await attach();
  const { subscriptions } = await autumn.customers.get({ customerId: 'naming' });
  assert.equal(subscriptions.find(subscription => subscription.planId === 'extra').id, 'mine');
  assert.ok([400, 409].includes((await refusal(attach())).status));
});

test('a quantity for a feature the plan does not sell, or below zero, is refused', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'quantities' });
  const attach = feature_quantities => post('/v1/billing.attach', { customer_id: 'quantities', plan_id: 'packs', no_billing_changes: true, feature_quantities });
  for (const [why, quantities] of Object.entries({
    'unknown feature': [{ feature_id: 'nope', quantity: 100 }],
    'less than nothing': [{ feature_id: 'messages', quantity: -100 }],
  })) {
    assert.ok([400, 404].includes((await attach(quantities)).status), why);
  }
  assert.deepEqual(held(await autumn.customers.get({ customerId: 'quantities' })), ['free']);
});

test('attaching an unknown plan, or to an unknown customer, is refused', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'known' });
  assert.deepEqual(pick(await refusal(autumn.billing.attach({ customerId: 'known', planId: 'nope' })), 'status', 'code'), { status: 404, code: 'product_not_found' });
  assert.deepEqual(pick(await refusal(autumn.billing.attach({ customerId: 'nobody', planId: 'free' })), 'status', 'code'), { status: 404, code: 'customer_not_found' });
});

test('plans.list tells for a customer what attaching each plan would mean', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'shopping' });
  const { list } = await autumn.plans.list({ customerId: 'shopping' });
  const meaning = Object.fromEntries(list.map(plan => [plan.id, plan.customerEligibility.attachAction]));
  assert.deepEqual(pick(meaning, 'free', 'beta', 'extra', 'support'), { free: 'none', beta: 'upgrade', extra: 'activate', support: 'activate' });
  assert.equal(list.find(plan => plan.id === 'free').customerEligibility.status, 'active');
});
