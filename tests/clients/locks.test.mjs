import assert from 'node:assert/strict';
import { sluice } from './sluice.mjs';

const { test } = sluice({
  given: async ({ autumn }) => {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 15, reset: { interval: 'month' } }] });
  },
});

const remaining = async (autumn, customerId) => (await autumn.check({ customerId, featureId: 'messages' })).balance.remaining;

test('a lock holds what a job may use, and finalize settles what it did use', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'job' });
  const held = await autumn.check({ customerId: 'job', featureId: 'messages', requiredBalance: 8, lock: { enabled: true, lockId: 'job-1' } });
  assert.equal(held.allowed, true);
  assert.equal(await remaining(autumn, 'job'), 7);
  assert.equal((await autumn.balances.finalize({ lockId: 'job-1', action: 'confirm', overrideValue: 5 })).success, true);
  assert.equal(await remaining(autumn, 'job'), 10);
  await assert.rejects(autumn.balances.finalize({ lockId: 'job-1', action: 'release' }), { statusCode: 400 });
});

test('a lock that is released gives everything back', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'off' });
  await autumn.check({ customerId: 'off', featureId: 'messages', requiredBalance: 15, lock: { enabled: true, lockId: 'off-1' } });
  await assert.rejects(autumn.check({ customerId: 'off', featureId: 'messages', requiredBalance: 1, lock: { enabled: true, lockId: 'off-1' } }), { statusCode: 409 });
  await autumn.balances.finalize({ lockId: 'off-1', action: 'release' });
  assert.equal(await remaining(autumn, 'off'), 15);
});

test('limits of a customer are set, shown with what is used of them, and hold', async ({ autumn }) => {
  const { billingControls } = await autumn.customers.getOrCreate({ customerId: 'limited', billingControls: { usageLimits: [{ featureId: 'messages', limit: 5, interval: 'month' }] } });
  assert.equal(billingControls.usageLimits[0].limit, 5);
  await autumn.track({ customerId: 'limited', featureId: 'messages', value: 10 });
  assert.equal(await remaining(autumn, 'limited'), 10);
  const customer = await autumn.customers.update({ customerId: 'limited', billingControls: { overageAllowed: [{ featureId: 'messages', enabled: true }] } });
  assert.deepEqual([customer.billingControls.usageLimits.length, customer.billingControls.overageAllowed[0].enabled], [1, true]);
  assert.equal((await autumn.check({ customerId: 'limited', featureId: 'messages' })).allowed, false);
});
