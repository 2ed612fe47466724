import assert from 'node:assert/strict';
import { pick, refusal, sluice } from './sluice.mjs';

const { test } = sluice();
const monthly = (featureId, included) => ({ featureId, included, reset: { interval: 'month' } });
const metered = (autumn, featureId) => autumn.features.create({ featureId, name: featureId, type: 'metered', consumable: true });

test('a feature of each kind comes back as it was made', async ({ autumn }) => {
  const messages = await autumn.features.create({
    featureId: 'messages', name: 'Messages', type: 'metered', consumable: true, eventNames: ['message.sent'], display: { singular: 'message', plural: 'messages' },
  });
  assert.deepEqual(pick(messages, 'id', 'name', 'type', 'consumable', 'eventNames', 'display', 'archived'), {
    id: 'messages', name: 'Messages', type: 'metered', consumable: true, eventNames: ['message.sent'], display: { singular: 'message', plural: 'messages' }, archived: false,
  });
  const seats = await autumn.features.create({ featureId: 'seats', name: 'Seats', type: 'metered', consumable: false });
  assert.deepEqual(pick(seats, 'type', 'consumable', 'eventNames', 'display'), { type: 'metered', consumable: false, eventNames: [], display: undefined });
  const sso = await autumn.features.create({ featureId: 'sso', name: 'SSO', type: 'boolean' });
  assert.deepEqual(pick(sso, 'type', 'consumable'), { type: 'boolean', consumable: false });
  const credits = await autumn.features.create({
    featureId: 'credits', name: 'Credits', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'messages', creditCost: 0.25 }],
  });
  assert.deepEqual(pick(credits, 'type', 'consumable', 'creditSchema'), {
    type: 'credit_system', consumable: true, creditSchema: [{ meteredFeatureId: 'messages', creditCost: 0.25 }],
  });
  assert.deepEqual(await autumn.features.get({ featureId: 'credits' }), credits);
  assert.deepEqual((await autumn.features.list()).list.map(feature => feature.id).sort(), ['credits', 'messages', 'seats', 'sso']);
});

test('a feature id is taken once', async ({ autumn }) => {
  await metered(autumn, 'taken');
  assert.deepEqual(pick(await refusal(metered(autumn, 'taken')), 'status', 'code'), { status: 409, code: 'duplicate_feature_id' });
});

test('a feature without a proper id or name, or metered without saying how, is refused', async ({ autumn, post }) => {
  for (const [why, body] of Object.entries({
    'a space in the id': { feature_id: 'bad id', name: 'Bad', type: 'boolean' },
    'a colon in the id': { feature_id: 'a:b', name: 'Bad', type: 'boolean' },
    'an empty id': { feature_id: '', name: 'Bad', type: 'boolean' },
    'an empty name': { feature_id: 'ok', name: '', type: 'boolean' },
    'no type': { feature_id: 'ok', name: 'Ok' },
    'metered without consumable': { feature_id: 'ok', name: 'Ok', type: 'metered' },
  })) {
    const answer = await post('/v1/features.create', body);
    assert.equal(answer.status, 400, why);
  }
  assert.deepEqual(pick(await refusal(autumn.features.get({ featureId: 'ok' })), 'status', 'code'), { status: 404, code: 'feature_not_found' });
});

test('a credit system cannot list itself into trouble: no other credit system, no seats, no feature twice', async ({ autumn }) => {
  await metered(autumn, 'action');
  await autumn.features.create({ featureId: 'desks', name: 'Desks', type: 'metered', consumable: false });
  const system = (featureId, ...members) => autumn.features.create({
    featureId, name: featureId, type: 'credit_system', creditSchema: members.map(meteredFeatureId => ({ meteredFeatureId, creditCost: 1 })),
  });
  await system('pool', 'action');
  for (const members of [['pool'], ['desks'], ['action', 'action'], []]) {
    assert.equal((await refusal(system('wrong', ...members))).status, 400, members.join());
  }
});

test('a feature is renamed everywhere, and its old id is free again', async ({ autumn }) => {
  await metered(autumn, 'old-name');
  await autumn.features.create({ featureId: 'tokens', name: 'Tokens', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'old-name', creditCost: 2 }] });
  await autumn.plans.create({ planId: 'renamed-item', name: 'Plan', items: [monthly('old-name', 10)] });
  const renamed = await autumn.features.update({ featureId: 'old-name', newFeatureId: 'new-name', name: 'New name' });
  assert.deepEqual(pick(renamed, 'id', 'name'), { id: 'new-name', name: 'New name' });
  assert.equal((await refusal(autumn.features.get({ featureId: 'old-name' }))).code, 'feature_not_found');
  assert.equal((await autumn.features.get({ featureId: 'tokens' })).creditSchema[0].meteredFeatureId, 'new-name');
  assert.equal((await autumn.plans.get({ planId: 'renamed-item' })).items[0].featureId, 'new-name');
});

test('a new credit cost counts from the next use on', async ({ autumn }) => {
  await metered(autumn, 'pages');
  const cost = creditCost => [{ meteredFeatureId: 'pages', creditCost }];
  await autumn.features.create({ featureId: 'paper', name: 'Paper', type: 'credit_system', creditSchema: cost(1) });
  await autumn.customers.getOrCreate({ customerId: 'printer' });
  await autumn.balances.create({ customerId: 'printer', featureId: 'paper', includedGrant: 100 });
  assert.equal((await autumn.track({ customerId: 'printer', featureId: 'pages', value: 10 })).balance.remaining, 90);
  await autumn.features.update({ featureId: 'paper', creditSchema: cost(2.5) });
  assert.equal((await autumn.track({ customerId: 'printer', featureId: 'pages', value: 10 })).balance.remaining, 65);
});

test('an archived feature keeps working for those who have it, and comes back', async ({ autumn }) => {
  await metered(autumn, 'legacy');
  await autumn.customers.getOrCreate({ customerId: 'archivist' });
  await autumn.balances.create({ customerId: 'archivist', featureId: 'legacy', includedGrant: 3 });
  assert.equal((await autumn.features.update({ featureId: 'legacy', archived: true })).archived, true);
  assert.equal((await autumn.check({ customerId: 'archivist', featureId: 'legacy' })).allowed, true);
  assert.equal((await autumn.track({ customerId: 'archivist', featureId: 'legacy' })).balance.remaining, 2);
  assert.equal((await autumn.features.update({ featureId: 'legacy', archived: false })).archived, false);
});

test('a feature in use is not deleted, an unused one is', async ({ autumn }) => {
  await metered(autumn, 'in-plan');
  await metered(autumn, 'in-pool');
  await metered(autumn, 'unused');
  await autumn.plans.create({ planId: 'user', name: 'User', items: [monthly('in-plan', 1)] });
  await autumn.features.create({ featureId: 'member-pool', name: 'Pool', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'in-pool', creditCost: 1 }] });
  for (const featureId of ['in-plan', 'in-pool']) {
    assert.deepEqual(pick(await refusal(autumn.features.delete({ featureId })), 'status', 'code'), { status: 409, code: 'invalid_request' }, featureId);
  }
  assert.deepEqual(await autumn.features.delete({ featureId: 'unused' }), { success: true });
  assert.deepEqual(pick(await refusal(autumn.features.delete({ featureId: 'unused' })), 'status', 'code'), { status: 404, code: 'feature_not_found' });
});

test('what a customer holds decides about changes of kind', async ({ autumn }) => {
  await metered(autumn, 'held');
  await autumn.customers.getOrCreate({ customerId: 'holder' });
  await autumn.balances.create({ customerId: 'holder', featureId: 'held', includedGrant: 3 });
  assert.deepEqual(pick(await refusal(autumn.features.update({ featureId: 'held', type: 'boolean' })), 'status', 'code'), { status: 400, code: 'invalid_feature' });
  assert.deepEqual(pick(await refusal(autumn.features.update({ featureId: 'held', consumable: false })), 'status', 'code'), { status: 400, code: 'invalid_feature' });
});
