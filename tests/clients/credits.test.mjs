import assert from 'node:assert/strict';
import { pick, sluice } from './sluice.mjs';

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'basic_messages', name: 'Basic messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'premium_messages', name: 'Premium messages', type: 'metered', consumable: true });
    await autumn.features.create({
      featureId: 'usd_credits', name: 'USD credits', type: 'credit_system',
      creditSchema: [
        { meteredFeatureId: 'basic_messages', creditCost: 0.01 },
        { meteredFeatureId: 'premium_messages', creditCost: 0.10 },
      ],
    });
    await autumn.plans.create({
      planId: 'starter', name: 'Starter', autoEnable: true, items: [{ featureId: 'usd_credits', included: 5, reset: { interval: 'month' } }],
    });
    await autumn.plans.create({
      planId: 'bundle', name: 'Bundle', addOn: true, items: [{ featureId: 'basic_messages', included: 10, reset: { interval: 'month' } }],
    });
  },
});

const credits = answer => pick(answer.balance, 'featureId', 'remaining', 'usage');

test('two features draw on one pool of credits, each at its own cost', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'pool' });
  assert.deepEqual(credits(await autumn.track({ customerId: 'pool', featureId: 'basic_messages', value: 100 })), { featureId: 'usd_credits', remaining: 4, usage: 1 });
  assert.deepEqual(credits(await autumn.track({ customerId: 'pool', featureId: 'premium_messages', value: 10 })), { featureId: 'usd_credits', remaining: 3, usage: 2 });
});

test('a check answers in credits: the balance of the pool and the requirement converted', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'converted' });
  const basic = await autumn.check({ customerId: 'converted', featureId: 'basic_messages', requiredBalance: 5 });
  assert.deepEqual([basic.allowed, basic.requiredBalance, basic.balance.featureId], [true, 0.05, 'usd_credits']);
  const premium = await autumn.check({ customerId: 'converted', featureId: 'premium_messages', requiredBalance: 5 });
  assert.deepEqual([premium.allowed, premium.requiredBalance], [true, 0.5]);
});

test('five dollars pay for 500 basic or 50 premium messages and not one more', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'limits' });
  const allowed = async (featureId, requiredBalance) => (await autumn.check({ customerId: 'limits', featureId, requiredBalance })).allowed;
  assert.equal(await allowed('basic_messages', 500), true);
  assert.equal(await allowed('basic_messages', 501), false);
  assert.equal(await allowed('premium_messages', 50), true);
  assert.equal(await allowed('premium_messages', 51), false);
});

test('a track names what was taken from which balance, in that balance\'s own unit', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'taken' });
  const tracked = await autumn.track({ customerId: 'taken', featureId: 'premium_messages', value: 3 });
  assert.equal(tracked.value, 3, 'the value stays in messages');
  assert.deepEqual(tracked.deductions.map(taken => [taken.featureId, taken.planId, taken.value]), [['usd_credits', 'starter', 0.3]]);
  assert.deepEqual(Object.keys(tracked.balances).sort(), ['premium_messages', 'usd_credits']);
  assert.equal(tracked.balances.premium_messages, null, 'the customer owns no premium messages of its own');
  assert.equal(tracked.balances.usd_credits.remaining, 4.7);
});

test('messages of the customer\'s own go first, credits pay for the rest in the same call', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'own-first' });
  await autumn.billing.attach({ customerId: 'own-first', planId: 'bundle' });

  const own = await autumn.track({ customerId: 'own-first', featureId: 'basic_messages', value: 4 });
  assert.deepEqual(credits(own), { featureId: 'basic_messages', remaining: 6, usage: 4 });
  assert.equal(own.balances.usd_credits.remaining, 5);

  const both = await autumn.track({ customerId: 'own-first', featureId: 'basic_messages', value: 8 });
  assert.equal(both.balance.featureId, 'basic_messages');
  assert.deepEqual(both.deductions.map(taken => [taken.featureId, taken.value]), [['basic_messages', 6], ['usd_credits', 0.02]]);
  assert.deepEqual([both.balances.basic_messages.remaining, both.balances.usd_credits.remaining], [0, 4.98]);

  const pool = await autumn.track({ customerId: 'own-first', featureId: 'basic_messages', value: 1 });
  assert.deepEqual(credits(pool), { featureId: 'usd_credits', remaining: 4.97, usage: 0.03 });
});

test('a check looks at one balance at a time: own messages while they suffice, then the credits', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'one-at-a-time' });
  await autumn.billing.attach({ customerId: 'one-at-a-time', planId: 'bundle' });
  const asked = async requiredBalance => {
    const { allowed, balance, requiredBalance: converted } = await autumn.check({ customerId: 'one-at-a-time', featureId: 'basic_messages', requiredBalance });
    return [allowed, balance.featureId, converted];
  };
  assert.deepEqual(await asked(10), [true, 'basic_messages', 10]);
  assert.deepEqual(await asked(11), [true, 'usd_credits', 0.11]);
  assert.deepEqual(await asked(505), [false, 'usd_credits', 5.05], '10 own and 500 by credits would do together, but a check never adds two balances up');
});

test('an atomic check draws credits to the exact decimal', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'decimals' });
  const drawn = await autumn.check({ customerId: 'decimals', featureId: 'basic_messages', requiredBalance: 27.35, sendEvent: true });
  assert.deepEqual([drawn.allowed, drawn.requiredBalance], [true, 0.2735]);
  assert.deepEqual(credits(drawn), { featureId: 'usd_credits', remaining: 4.7265, usage: 0.2735 });

  const denied = await autumn.check({ customerId: 'decimals', featureId: 'basic_messages', requiredBalance: 10_000, sendEvent: true });
  assert.deepEqual([denied.allowed, denied.requiredBalance, denied.balance.remaining], [false, 100, 4.7265]);
});

test('credits can be tracked directly, then nothing is converted', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'direct' });
  const tracked = await autumn.track({ customerId: 'direct', featureId: 'usd_credits', value: 1.25 });
  assert.deepEqual(credits(tracked), { featureId: 'usd_credits', remaining: 3.75, usage: 1.25 });
  assert.equal(tracked.balances, undefined, 'no credit system lists another credit system here');
});

test('a refund on a feature fills its own balance before the credits', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'refund-order' });
  await autumn.billing.attach({ customerId: 'refund-order', planId: 'bundle' });
  await autumn.track({ customerId: 'refund-order', featureId: 'basic_messages', value: 30 });
  const refund = await autumn.track({ customerId: 'refund-order', featureId: 'basic_messages', value: -12 });
  assert.deepEqual(refund.deductions.map(taken => [taken.featureId, taken.value]), [['basic_messages', -10], ['usd_credits', -0.02]]);
  assert.deepEqual([refund.balances.basic_messages.remaining, refund.balances.usd_credits.remaining], [10, 4.82]);
});

test('hundreds of small draws add up exactly', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'small-draws' });
  for (let i = 0; i < 10; i++) {
    await autumn.batchTrack(Array.from({ length: 30 }, () => ({ customerId: 'small-draws', featureId: 'basic_messages', value: 0.7 })));
  }
  const customer = await autumn.customers.get({ customerId: 'small-draws' });
  assert.deepEqual(pick(customer.balances.usd_credits, 'remaining', 'usage'), { remaining: 2.9, usage: 2.1 });
});

test('an action that costs nothing is free: allowed without credits, and nothing is drawn', async ({ autumn }) => {
  await autumn.features.create({ featureId: 'greetings', name: 'Greetings', type: 'metered', consumable: true });
  await autumn.features.create({ featureId: 'coins', name: 'Coins', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'greetings', creditCost: 0 }] });
  await autumn.customers.getOrCreate({ customerId: 'greeter' });
  await autumn.balances.create({ customerId: 'greeter', featureId: 'coins', includedGrant: 1 });
  assert.deepEqual(pick(await autumn.check({ customerId: 'greeter', featureId: 'greetings', requiredBalance: 1000 }), 'allowed', 'requiredBalance'), { allowed: true, requiredBalance: 0 });
  await autumn.track({ customerId: 'greeter', featureId: 'greetings', value: 1000 });
  assert.deepEqual(pick((await autumn.customers.get({ customerId: 'greeter' })).balances.coins, 'remaining', 'usage'), { remaining: 1, usage: 0 });
});

// React's check() only knows features that the customer has an entry for, and reads what they cost from the credits'.
const entries = [
  ['credits', {}, ['balances.feature'], { usd_credits: 5, basic_messages: 0, premium_messages: 0 }],
  ['credits, and messages of its own', { planId: 'bundle' }, ['balances.feature'], { usd_credits: 5, basic_messages: 10, premium_messages: 0 }],
  ['credits, flags asked for', {}, ['flags.feature'], { usd_credits: 5, basic_messages: 0, premium_messages: 0 }],
  ['credits, nothing asked for', {}, [], { usd_credits: 5 }],
  ['nothing', { disableDefaults: true }, ['balances.feature'], {}],
  ['messages without credits', { disableDefaults: true, planId: 'bundle' }, ['balances.feature'], { basic_messages: 10 }],
];
for (const [at, [holds, { planId, disableDefaults }, expand, expected]] of entries.entries()) {
  test(`who holds ${holds} is shown ${JSON.stringify(expected)}`, async ({ autumn, post }) => {
    const customerId = `entries-${at}`;
    await post('/v1/customers.get_or_create', { customer_id: customerId, internal_options: { disable_defaults: disableDefaults ?? false } });
    if (planId) await autumn.billing.attach({ customerId, planId });
    const { balances } = await autumn.customers.get({ customerId, expand });
    assert.deepEqual(Object.fromEntries(Object.entries(balances).map(([id, { remaining }]) => [id, remaining])), expected);
    for (const [id, balance] of Object.entries(balances)) {
      assert.equal(balance.feature?.id, expand.length > 0 ? id : undefined);
      if (expected[id] === 0) assert.deepEqual(pick(balance, 'granted', 'usage', 'unlimited', 'overageAllowed', 'maxPurchase', 'nextResetAt', 'breakdown'), { granted: 0, usage: 0, unlimited: false, overageAllowed: false, maxPurchase: null, nextResetAt: null, breakdown: [] });
    }
  });
}
