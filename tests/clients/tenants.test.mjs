import assert from 'node:assert/strict';
import { Autumn } from 'autumn-js';
import { sluice } from './sluice.mjs';

const { test } = sluice({
  given: async ({ autumn }) => {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 10, reset: { interval: 'month' } }] });
    for (const customerId of ['ada', 'bob']) await autumn.customers.getOrCreate({ customerId });
  },
});

const as = (server, secretKey) => new Autumn({ secretKey, serverURL: server.url, failOpen: false });

test('a token minted for a customer checks and tracks for that customer only', async ({ autumn, server }) => {
  const minted = await autumn.keys.mint({ customerId: 'ada' });
  const ada = as(server, minted.accessToken);
  assert.equal((await ada.check({ customerId: 'bob', featureId: 'messages' })).customerId, 'ada');
  await ada.track({ customerId: 'bob', featureId: 'messages', value: 4 });
  assert.equal((await autumn.check({ customerId: 'ada', featureId: 'messages' })).balance.remaining, 6);
  assert.equal((await autumn.check({ customerId: 'bob', featureId: 'messages' })).balance.remaining, 10);
  await assert.rejects(ada.customers.list({}), { statusCode: 403 });

  const next = await as(server, minted.refreshToken).keys.refresh();
  assert.equal((await as(server, next.accessToken).customers.get({ customerId: 'x' })).id, 'ada');
  assert.equal((await autumn.keys.revoke({ customerId: 'ada' })).revoked, true);
  await assert.rejects(ada.check({ customerId: 'ada', featureId: 'messages' }), { statusCode: 401 });
});

test('a sandbox is made, used, emptied and removed', async ({ autumn, server }) => {
  const made = await autumn.sandboxes.create({ name: 'Pull request 7', color: 'blue' });
  const inside = as(server, made.secretKey);
  assert.deepEqual((await inside.features.list()).list, []);
  await inside.customers.getOrCreate({ customerId: 'ada' });
  await inside.sandboxes.reset();
  await assert.rejects(inside.customers.get({ customerId: 'ada' }), { statusCode: 404 });
  assert.deepEqual((await autumn.sandboxes.list()).list.map(one => [one.id, one.name, one.color]), [[made.id, 'Pull request 7', 'blue']]);
  assert.equal((await autumn.customers.get({ customerId: 'ada' })).id, 'ada');
  await autumn.sandboxes.delete({ id: made.id });
  await assert.rejects(inside.features.list(), { statusCode: 401 });
});
