import assert from 'node:assert/strict';
import { refused, sluice } from './sluice.mjs';

// The ways to ask for usage: which stretch of time, in what bins, split by what, of which events, in whose unit.

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.now();
const dayOf = at => Math.floor(at / day) * day;
const mondayOf = at => dayOf(at) - ((dayOf(at) / day + 3) % 7) * day;
const monthOf = (at, months = 0) => Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth() + months, 1);
const today = dayOf(now);

const { test } = sluice({
  async given({ autumn }) {
    for (const featureId of ['small', 'large']) await autumn.features.create({ featureId, name: featureId, type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'credits', name: 'Credits', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'small', creditCost: 0.5 }, { meteredFeatureId: 'large', creditCost: 3 }] });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'credits', included: 100, reset: { interval: 'month' } }] });
    for (const customerId of ['ada', 'Other', 'bob', 'cid']) await autumn.customers.getOrCreate({ customerId });
    const track = (customerId, featureId, value, timestamp, properties = {}) => autumn.track({ customerId, featureId, value, timestamp, properties });
    await track('ada', 'small', 1, now - 1, { team: 'a', tier: 'x' });
    await track('ada', 'small', 20, now - 2, { team: 'b', tier: 'x' });
    await track('ada', 'small', 3, now - 3, { team: 'c', tier: 'y' });
    await track('ada', 'small', 4, now - 4, {});
    await track('ada', 'large', 2, now - 5, { team: 'a' });
    await track('ada', 'small', 100, today - 40 * day, { team: 'a' });
    for (const [customerId, value] of [['Other', 1], ['bob', 2], ['cid', 50]]) await track(customerId, 'small', value, now - 6);
  },
});

const binOf = list => list.find(bin => bin.period === today);

const ask = async ({ autumn }, how) => {
  const { list, total } = await autumn.events.aggregate({ customerId: 'ada', featureId: 'small', ...how });
  return { sum: total.small.sum, count: total.small.count, starts: list.map(bin => bin.period), groups: binOf(list)?.groupedValues?.small };
};

/** Each different beginning of the days from so many days back to the day of a moment. */
const daysBack = (days, startOf) => at => [...new Set(Array.from({ length: days + 1 }, (_, i) => startOf(at - (days - i) * day)))];

// Asked without the client, which says bin_size itself.
for (const [how, starts] of [
  [{ range: '24h' }, at => Array.from({ length: 25 }, (_, i) => Math.floor(at / hour) * hour - (24 - i) * hour)],
  [{ range: '24h', bin_size: 'day' }, daysBack(1, dayOf)],
  [{ range: '7d' }, daysBack(7, dayOf)],
  [{ range: '30d', bin_size: 'week' }, daysBack(30, mondayOf)],
  [{ range: '90d', bin_size: 'month' }, daysBack(90, at => monthOf(at))],
  [{ range: 'last_cycle', bin_size: 'month' }, at => [monthOf(at, -1)]],
  [{ range: '3bc', bin_size: 'month' }, at => [-2, -1, 0].map(months => monthOf(at, months))],
  [{}, at => daysBack((dayOf(at) - monthOf(at)) / day, dayOf)(at)],
]) {
  test(`${JSON.stringify(how)}: every bin of that range is there, and begins where an hour, a day, a Monday or a month does`, async ({ post }) => {
    let at, list;
    do {
      at = Date.now();
      ({ list } = (await post('/v1/events.aggregate', { customer_id: 'ada', feature_id: 'small', ...how })).body);
    } while (Math.floor(at / hour) !== Math.floor(Date.now() / hour));
    assert.deepEqual(list.map(bin => bin.period), starts(at));
  });
}

test('the billing cycles of a customer are those of the main plan, once it has any', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'payer' });
  await autumn.plans.create({ planId: 'pro', name: 'Pro', price: { amount: 20, interval: 'month' }, items: [{ featureId: 'credits', included: 500, reset: { interval: 'month' } }] });
  await autumn.billing.attach({ customerId: 'payer', planId: 'pro', noBillingChanges: true });
  const starts = async range => (await post('/v1/events.aggregate', { customer_id: 'payer', feature_id: 'small', range })).body.list.map(bin => bin.period);
  const attached = dayOf((await autumn.customers.get({ customerId: 'payer' })).subscriptions[0].startedAt);
  assert.deepEqual([(await starts('1bc'))[0], (await starts('3bc'))[0]], [attached, attached]);
});

test('bins that begin after now are not there, nor any when the whole range lies ahead', async world => {
  const { starts } = await ask(world, { customRange: { start: today - day, end: today + 5 * day } });
  assert.deepEqual(starts, [today - day, today]);
  assert.deepEqual((await ask(world, { customRange: { start: now + 2 * day, end: now + 5 * day } })).starts, []);
});

test('the groups beyond max_groups are folded into Other, the largest first; what lacks the property is the group ""', async world => {
  const groups = async how => (await ask(world, { range: '7d', groupBy: 'properties.team', ...how })).groups;
  assert.deepEqual(await groups(), { a: 1, b: 20, c: 3, '': 4 });
  assert.deepEqual(await groups({ maxGroups: 2 }), { b: 20, '': 4, Other: 4 });
  assert.deepEqual(await groups({ maxGroups: 1 }), { b: 20, Other: 8 });
});

test('customers as groups, also one that is called as the rest is', async ({ autumn }) => {
  const groups = async maxGroups => {
    const { list } = await autumn.events.aggregate({ featureId: 'small', range: '7d', groupBy: '$customer_id', maxGroups });
    return binOf(list).groupedValues.small;
  };
  assert.deepEqual(await groups(), { ada: 28, bob: 2, cid: 50, Other: 1 });
  assert.deepEqual(await groups(1), { cid: 50, Other: 31 });
  assert.deepEqual(await groups(3), { cid: 50, ada: 28, bob: 2, Other: 1 });
});

test('only events that have all the properties asked for', async world => {
  assert.equal((await ask(world, { range: '7d', filterBy: { 'properties.tier': 'x' } })).sum, 21);
  const both = await ask(world, { range: '7d', filterBy: { tier: 'x', team: 'b' }, groupBy: 'properties.team' });
  assert.deepEqual([both.sum, both.count, both.groups], [20, 1, { b: 20 }]);
});

test('what a plan paid for', async world => {
  assert.deepEqual((await ask(world, { range: '7d', groupBy: '$plan_id' })).groups, { free: 28 });
});

test('what was deducted, in the unit of the balance, by the feature that was tracked', async ({ autumn }) => {
  const { list, total, deductions } = await autumn.events.aggregate({ customerId: 'ada', featureId: 'credits', range: '7d', aggregateOn: 'deducted', groupBy: '$feature_id' });
  assert.deepEqual(binOf(list).values, { credits: 20 });
  assert.deepEqual(binOf(list).groupedValues.credits, { small: 14, large: 6 });
  assert.deepEqual(total.credits, { count: 5, sum: 20 });
  const { values, groupedValues } = binOf(deductions);
  assert.deepEqual([values.credits.deducted, values.credits.events, values.credits.balances.length, values.credits.balances[0].planId], [20, 5, 1, 'free']);
  assert.deepEqual(groupedValues.credits, { small: { deducted: 14, creditCost: 0.5 }, large: { deducted: 6, creditCost: 3 } });
});

for (const [why, how] of [
  ['range', { range: '5d' }],
  ['custom_range', { range: '7d', custom_range: { start: 1, end: 2 } }],
  ['start', { custom_range: { start: 2, end: 2 } }],
  ['bin_size', { bin_size: 'year' }],
  ['bin_size', { custom_range: { start: 1, end: now }, bin_size: 'hour' }],
  ['group_by', { group_by: 'team' }],
  ['group_by', { group_by: '$feature_id' }],
  ['group_by', { group_by: '$plan_id', aggregate_on: 'deducted' }],
  ['filter_by', { filter_by: { a: '1' }, aggregate_on: 'deducted' }],
  ['filter_by', { filter_by: Object.fromEntries([...'abcdef'].map(name => [name, '1'])) }],
  ['max_groups', { max_groups: 0 }],
  ['max_groups', { max_groups: 251 }],
  ['customer_id', { customer_id: undefined, aggregate_on: 'deducted' }],
  ['feature_id', { feature_id: [] }],
]) {
  test(`refused, and says why: ${JSON.stringify(how).slice(0, 80)}`, async ({ post }) =>
    refused(await post('/v1/events.aggregate', { customer_id: 'ada', feature_id: 'small', ...how }), 400, 'invalid_inputs', new RegExp(why)));
}
