import assert from 'node:assert/strict';
import { pick, refusal, sluice } from './sluice.mjs';

const day = 86_400_000;
const today = Math.floor(Date.now() / day) * day;

const { test } = sluice({
  async given({ autumn }) {
    for (const featureId of ['messages', 'images']) await autumn.features.create({ featureId, name: featureId, type: 'metered', consumable: true });
    await autumn.customers.getOrCreate({ customerId: 'c' });
    await autumn.customers.getOrCreate({ customerId: 'other' });
    const track = (customerId, featureId, value, timestamp, model) => autumn.track({ customerId, featureId, value, timestamp, properties: model ? { model } : {} });
    await track('c', 'messages', 3, today, 'small');
    await track('c', 'messages', 4, today - day, 'large');
    await track('c', 'messages', -1, today, 'small');
    await track('c', 'images', 0.1, today, 'large');
    await track('c', 'images', 0.2, today, 'large');
    await track('other', 'messages', 100, today, 'large');
  },
});

test('usage is summed up by day: every day of the range is there, empty ones as zero', async ({ autumn }) => {
  const { list, total } = await autumn.events.aggregate({ customerId: 'c', featureId: 'messages', range: '7d', binSize: 'day' });
  const byDay = Object.fromEntries(list.map(bucket => [bucket.period, bucket.values.messages]));
  assert.deepEqual([byDay[today], byDay[today - day], byDay[today - 2 * day]], [2, 4, 0]);
  assert.deepEqual(pick(total.messages, 'count', 'sum'), { count: 3, sum: 6 });
  assert.ok(list.length >= 7 && list.length <= 8, `${list.length} days`);
  assert.ok(list.every(bucket => bucket.period % day === 0 && bucket.period <= Date.now()));
});

test('several features at once, decimals exact', async ({ autumn }) => {
  const { list, total } = await autumn.events.aggregate({ customerId: 'c', featureId: ['messages', 'images'], range: '7d', binSize: 'day' });
  assert.deepEqual(list.find(bucket => bucket.period === today).values, { messages: 2, images: 0.3 });
  assert.deepEqual(Object.fromEntries(Object.entries(total).map(([id, each]) => [id, each.sum])), { messages: 6, images: 0.3 });
});

test('usage is split by a property', async ({ autumn }) => {
  const { list } = await autumn.events.aggregate({ customerId: 'c', featureId: 'messages', range: '7d', binSize: 'day', groupBy: 'properties.model' });
  const groups = at => list.find(bucket => bucket.period === at).groupedValues.messages;
  assert.deepEqual([groups(today).small, groups(today - day).large], [2, 4]);
});

test('only what lies in a range of one\'s own counts, its end not included', async ({ autumn }) => {
  const { total } = await autumn.events.aggregate({ customerId: 'c', featureId: 'messages', customRange: { start: today - day, end: today }, binSize: 'day' });
  assert.deepEqual(pick(total.messages, 'count', 'sum'), { count: 1, sum: 4 });
});

test('without a customer everyone\'s usage is summed up; an unknown one is a 404', async ({ autumn }) => {
  const { total } = await autumn.events.aggregate({ featureId: 'messages', range: '7d', binSize: 'day' });
  assert.equal(total.messages.sum, 106);
  assert.deepEqual(pick(await refusal(autumn.events.aggregate({ customerId: 'nobody', featureId: 'messages', range: '7d' })), 'status', 'code'), { status: 404, code: 'customer_not_found' });
});
