import assert from 'node:assert/strict';
import { refusal, sluice } from './sluice.mjs';

// Seats of a customer, each with messages of its own and a share of those of all, as the published client sees them.
const { test } = sluice({
  async given({ autumn, post }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'seats', name: 'Seats', type: 'metered', consumable: false });
    // The published client has no word for an item that each entity has its own part of.
    const monthly = { feature_id: 'messages', reset: { interval: 'month' } };
    await post('/v1/plans.create', { plan_id: 'main', name: 'Main', items: [{ ...monthly, included: 100 }, { ...monthly, included: 50, entity_feature_id: 'seats' }, { feature_id: 'seats', included: 3 }] });
    await autumn.plans.create({ planId: 'extra', name: 'Extra', addOn: true, items: [{ featureId: 'messages', included: 70, reset: { interval: 'month' } }] });
    await autumn.customers.getOrCreate({ customerId: 'c' });
    await autumn.billing.attach({ customerId: 'c', planId: 'main' });
  },
});

const left = async (autumn, entityId) => {
  const { balances } = entityId ? await autumn.entities.get({ customerId: 'c', entityId }) : await autumn.customers.getOrCreate({ customerId: 'c' });
  return balances.messages.remaining;
};

test('an entity is created, used, given a plan, and deleted', async ({ autumn }) => {
  for (const entityId of ['e1', 'e2', 'e3']) await autumn.entities.create({ customerId: 'c', featureId: 'seats', entityId });
  assert.deepEqual([await left(autumn), await left(autumn, 'e2')], [250, 150]);

  const track = await autumn.track({ customerId: 'c', featureId: 'messages', entityId: 'e1', value: 60 });
  assert.deepEqual([track.entityId, track.value, track.balance.remaining], ['e1', 60, 90]);
  assert.deepEqual([await left(autumn), await left(autumn, 'e1'), await left(autumn, 'e2')], [190, 90, 140]);
  assert.equal((await autumn.check({ customerId: 'c', featureId: 'messages', entityId: 'e1', requiredBalance: 91 })).allowed, false);

  await autumn.billing.attach({ customerId: 'c', planId: 'extra', entityId: 'e2' });
  assert.equal(await left(autumn, 'e2'), 210);
  const { list } = await autumn.entities.list({ customerId: 'c' });
  assert.deepEqual(list.map(entity => [entity.id, entity.subscriptions.length]), [['e3', 1], ['e2', 2], ['e1', 1]]);

  const limited = await autumn.entities.update({ customerId: 'c', entityId: 'e3', billingControls: { usageLimits: [{ featureId: 'messages', limit: 5, interval: 'day' }] } });
  assert.equal(limited.billingControls.usageLimits[0].limit, 5);
  await autumn.track({ customerId: 'c', featureId: 'messages', entityId: 'e3', value: 20 });
  assert.equal(await left(autumn, 'e3'), 135);

  assert.equal((await refusal(autumn.entities.create({ customerId: 'c', featureId: 'seats', entityId: 'e1' }))).code, 'entity_already_exists');
  assert.deepEqual(await autumn.entities.delete({ customerId: 'c', entityId: 'e1' }), { success: true });
  assert.equal((await refusal(autumn.entities.get({ customerId: 'c', entityId: 'e1' }))).code, 'entity_not_found');
  assert.equal((await autumn.customers.getOrCreate({ customerId: 'c' })).balances.seats.remaining, 1);
});
