import assert from 'node:assert/strict';
import { refused, sluice } from './sluice.mjs';

// What a unit costs in credits may depend on how many there are and on the properties of the usage.
const { test } = sluice({
  async given({ autumn, post }) {
    for (const featureId of ['images', 'tokens', 'calls']) await autumn.features.create({ featureId, name: featureId, type: 'metered', consumable: true });
    const { status } = await post('/v1/features.create', {
      feature_id: 'credits', name: 'Credits', type: 'credit_system',
      credit_schema: [
        { metered_feature_id: 'calls', tier_behavior: 'graduated', tiers: [{ to: 10, credit_cost: 2 }, { to: 'inf', credit_cost: 1 }] },
        { metered_feature_id: 'tokens', credit_cost: 3, billing_units: 1000 },
        {
          metered_feature_id: 'images', credit_cost: 1,
          dimensions: { hd: { match: { size: 'hd' }, credit_cost: 4 }, deep: { match: { size: 'hd', steps: '50' }, credit_cost: 10 } },
          multipliers: { rush: { match: { rush: 'true' }, factor: 2, add: 0.5 } },
        },
      ],
    });
    assert.equal(status, 200);
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'credits', included: 100, reset: { interval: 'month' } }] });
  },
});

for (const [name, featureId, value, properties, taken] of [
  ['the first tier', 'calls', 10, undefined, 20],
  ['into the second tier', 'calls', 25, undefined, 35],
  ['a thousand at a time', 'tokens', 2000, undefined, 6],
  ['part of a thousand', 'tokens', 500, undefined, 1.5],
  ['the usual cost', 'images', 3, { size: 'sd' }, 3],
  ['a dimension', 'images', 3, { size: 'hd' }, 12],
  ['the closer dimension, a number as text', 'images', 3, { size: 'hd', steps: 50 }, 30],
  ['a multiplier, a boolean as text', 'images', 2, { rush: true }, 5],
  ['both', 'images', 2, { rush: true, size: 'hd' }, 17],
]) {
  test(`credits for ${featureId}: ${name}`, async ({ autumn }) => {
    const customerId = `${featureId}-${taken}`.replace('.', '-');
    await autumn.customers.getOrCreate({ customerId });
    const check = await autumn.check({ customerId, featureId, requiredBalance: value, properties });
    assert.deepEqual([check.allowed, check.requiredBalance, check.balance.featureId], [true, taken, 'credits']);
    const tracked = await autumn.track({ customerId, featureId, value, properties });
    assert.deepEqual(tracked.deductions.map(one => [one.featureId, one.value]), [['credits', taken]]);
    const back = await autumn.track({ customerId, featureId, value: -value, properties });
    assert.deepEqual([back.balance.remaining, back.deductions[0].value], [100, -taken]);
    const sent = await autumn.check({ customerId, featureId, requiredBalance: value, properties, sendEvent: true });
    assert.deepEqual([sent.requiredBalance, sent.balance.remaining], [taken, 100 - taken]);
  });
}

test('half a character matches nothing and breaks nothing', async ({ autumn, curl }) => {
  await autumn.customers.getOrCreate({ customerId: 'half' });
  const body = String.raw`{"customer_id":"half","feature_id":"images","properties":{"size":"\ud800"}}`;
  const answer = await curl('/v1/track', ['-H', 'Content-Type: application/json', '-d', body]);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(JSON.parse(answer.text).balance.remaining, 99);
});

test('a cost that nobody can be charged is refused', async ({ post }) => {
  const create = row => post('/v1/features.create', { feature_id: 'bad', name: 'Bad', type: 'credit_system', credit_schema: [{ metered_feature_id: 'calls', ...row }] });
  const tiers = (...ends) => ({ tier_behavior: 'graduated', tiers: ends.map(to => ({ to, credit_cost: 1 })) });
  refused(await create(tiers(10, 5, 'inf')), 400, 'invalid_feature', /ascending/);
  refused(await create(tiers(10, 20)), 400, 'invalid_feature', /inf/);
  refused(await create({ credit_cost: 1, billing_units: 0 }), 400, 'invalid_feature', /billing_units/);
  refused(await create({ credit_cost: 1, multipliers: { m: { match: {}, factor: -1 } } }), 400, 'invalid_feature', /factor/);
  refused(await create({ credit_cost: 1, dimensions: { d: { match: {}, ...tiers(3) } } }), 400, 'invalid_feature', /dimension d/);
  refused(await create({ credit_cost: 1, ...tiers('inf') }), 400, 'invalid_inputs', /credit_cost/);
  refused(await create({ credit_cost: 1, dimensions: { d: { match: {} } } }), 400, 'invalid_inputs', /dimensions\.d\.credit_cost/);
  refused(await create({ credit_cost: 1, dimensions: { d: { credit_cost: 1 } } }), 400, 'invalid_inputs', /dimensions\.d\.match/);
});
