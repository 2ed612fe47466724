import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refused, sluice } from './sluice.mjs';

const prices = join(tmpdir(), `sluice-prices-${process.pid}.json`);
const priced = models => writeFileSync(prices, JSON.stringify({ as_of: '2026-01', models }));
priced({
  'acme/one': { input: 10, output: 30 },
  'acme/long': { input: 10, output: 30, cache_read: 1, tiers: [{ over: 200000, input: 20, output: 45, cache_read: 2 }] },
});
process.on('exit', () => rmSync(prices, { force: true }));

const { test } = sluice({
  env: { SLUICE_MODEL_PRICES: prices },
  async given({ autumn }) {
    await autumn.features.create({
      featureId: 'ai', name: 'AI credits', type: 'ai_credit_system', defaultMarkup: 0, providerMarkups: { resold: { markup: 25 } },
      modelMarkups: { 'custom/mine': { inputCost: 1000, outputCost: 2000 }, 'custom/dear': { inputCost: 1000, outputCost: 2000, markup: 50 }, 'acme/long': { markup: 100 } },
    });
    await autumn.features.create({ featureId: 'ai_team', name: 'Team AI', type: 'ai_credit_system' });
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'credits', name: 'Credits', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'ai', creditCost: 100 }] });
    await autumn.plans.create({ planId: 'ai', name: 'AI', autoEnable: true, items: [{ featureId: 'ai', included: 10, reset: { interval: 'month' } }] });
  },
});

const tokens = { modelId: 'custom/mine', inputTokens: 1000, outputTokens: 500 };
const eventsOf = async (autumn, customerId) => (await autumn.events.list({ customerId })).list;
const granting = (autumn, customerId, featureId, includedGrant) => autumn.balances.create({ customerId, featureId, includedGrant });
const fresh = (autumn, customerId) => autumn.customers.getOrCreate({ customerId });

for (const [name, request, value] of [
  ['a model of one\'s own', tokens, 2],
  ['with its markup', { ...tokens, modelId: 'custom/dear' }, 3],
  ['a listed model', { modelId: 'acme/one', inputTokens: 100_000, outputTokens: 50_000 }, 2.5],
  ['a long context with cached tokens', { modelId: 'acme/long', inputTokens: 150_000, outputTokens: 0, cacheReadTokens: 50_001 }, 6.200004],
  ['a context that just fits the tier below', { modelId: 'acme/long', inputTokens: 150_000, outputTokens: 0, cacheReadTokens: 50_000 }, 3.1],
  ['no tokens at all', { ...tokens, inputTokens: 0, outputTokens: 0 }, 0],
]) {
  test(`tokens cost USD: ${name}`, async ({ autumn }) => {
    const customerId = `costs-${value}`.replace('.', '-');
    await fresh(autumn, customerId);
    const answer = await autumn.trackTokens({ customerId, featureId: 'ai', ...request });
    assert.deepEqual([answer.value, answer.balance.featureId, answer.balance.remaining], [value, 'ai', Number((10 - value).toFixed(6))]);
  });
}

test('the event tells how the cost came about', async ({ autumn }) => {
  await fresh(autumn, 'told');
  await autumn.trackTokens({ customerId: 'told', modelId: 'acme/long', inputTokens: 200_001, outputTokens: 10, reasoningTokens: 5, properties: { chat: 'c1', cost: 'mine' } });
  const [event] = await eventsOf(autumn, 'told');
  assert.equal(event.value, 8.00139);
  assert.deepEqual(event.properties, {
    chat: 'c1', model: 'acme/long', input_tokens: 200001, output_tokens: 10, reasoning_tokens: 5, cost: 8.00139, base_cost: 4.000695, markup: 100, markup_source: 'model',
    context_tier: 200000, rates: { input: 20, output: 45, cache_read: 2 },
  });
});

test('the AI balance pays first, then the credits that list it', async ({ autumn }) => {
  await fresh(autumn, 'both');
  await granting(autumn, 'both', 'credits', 1000);
  await autumn.trackTokens({ customerId: 'both', ...tokens, inputTokens: 9000, outputTokens: 0 });
  const both = await autumn.trackTokens({ customerId: 'both', ...tokens, inputTokens: 3000, outputTokens: 0 });
  assert.deepEqual(both.deductions.map(taken => [taken.featureId, taken.value]), [['ai', 1], ['credits', 200]]);
  assert.deepEqual([both.balances.ai.remaining, both.balances.credits.remaining], [0, 800]);
  const [event] = await eventsOf(autumn, 'both');
  assert.deepEqual([event.value, event.properties.credits], [3, { credits: 200 }]);
});

test('what does not fit is dropped, or goes below zero when asked for', async ({ autumn, post }) => {
  for (const customerId of ['capped', 'over', 'refused']) {
    await fresh(autumn, customerId);
    await granting(autumn, customerId, 'ai_team', 0.1);
  }

  const eighth = { featureId: 'ai_team', modelId: 'acme/one', inputTokens: 12_500, outputTokens: 0 };
  const shown = ({ value, balance }) => [value, balance.remaining, balance.usage];
  assert.deepEqual(shown(await autumn.trackTokens({ customerId: 'capped', ...eighth })), [0.125, 0, 0.1]);
  assert.deepEqual(shown(await autumn.trackTokens({ customerId: 'over', ...eighth, overageBehavior: 'overflow' })), [0.125, 0, 0.125]);
  refused(await post('/v1/balances.track_tokens', { customer_id: 'refused', feature_id: 'ai_team', model_id: 'acme/one', input_tokens: 12_500, output_tokens: 0, overage_behavior: 'reject' }), 400, 'insufficient_balance');
});

test('without a feature the only AI balance pays; none or several must be named', async ({ autumn, post }) => {
  const body = customer_id => ({ customer_id, model_id: 'acme/one', input_tokens: 1, output_tokens: 1 });
  await fresh(autumn, 'several');
  assert.equal((await autumn.trackTokens({ customerId: 'several', ...tokens })).balance.featureId, 'ai');
  await granting(autumn, 'several', 'ai_team', 1);
  refused(await post('/v1/balances.track_tokens', body('several')), 400, 'invalid_request', /ai, ai_team/);
  assert.equal((await post('/v1/balances.track_tokens', { ...body('several'), feature_id: 'ai_team' })).status, 200);
  await post('/v1/customers.get_or_create', { customer_id: 'none', internal_options: { disable_defaults: true } });
  refused(await post('/v1/balances.track_tokens', body('none')), 404, 'feature_not_found', /no balance of an ai_credit_system/);
  refused(await post('/v1/balances.track_tokens', body('nobody')), 404, 'customer_not_found');
  refused(await post('/v1/balances.track_tokens', { ...body('several'), feature_id: 'messages' }), 400, 'invalid_request', /no ai_credit_system/);
  refused(await post('/v1/balances.track_tokens', { ...body('several'), feature_id: 'nope' }), 404, 'feature_not_found');
});

test('a model without a price is refused and told how to get one', async ({ autumn, post }) => {
  await fresh(autumn, 'unpriced');
  const asked = { customer_id: 'unpriced', input_tokens: 1, output_tokens: 1 };
  refused(await post('/v1/balances.track_tokens', { ...asked, model_id: 'acme/unknown' }), 400, 'invalid_request', /no price for the model acme\/unknown/);
  refused(await post('/v1/balances.track_tokens', { ...asked, model_id: 'custom/unknown' }), 400, 'invalid_request', /input_cost and output_cost/);
  for (const wrong of [{ input_tokens: -1 }, { input_tokens: 1.5 }, { output_tokens: '1' }, { output_tokens: 1e17 }, { model_id: '' }, { reasoning_tokens: null }])
    refused(await post('/v1/balances.track_tokens', { ...asked, model_id: 'acme/one', ...wrong }), 400, 'invalid_inputs', new RegExp(Object.keys(wrong)[0]));
  assert.deepEqual(await eventsOf(autumn, 'unpriced'), []);
});

test('an idempotency key counts once, async answers 202, and the older address works', async ({ autumn, post }) => {
  await fresh(autumn, 'once');
  const body = { customer_id: 'once', model_id: 'custom/mine', input_tokens: 1000, output_tokens: 0, idempotency_key: 'tokens-1' };
  assert.equal((await post('/v1/track_tokens', body)).status, 200);
  refused(await post('/v1/track_tokens', body), 409, 'duplicate_idempotency_key');
  assert.equal((await post('/v1/track_tokens', { ...body, idempotency_key: 'tokens-2', async: true })).status, 202);
  assert.equal((await autumn.check({ customerId: 'once', featureId: 'ai' })).balance.remaining, 8);
});

test('a batch of tokens is recorded whole or not at all', async ({ autumn, post }) => {
  await fresh(autumn, 'batch');
  const item = { customer_id: 'batch', model_id: 'custom/mine', input_tokens: 1000, output_tokens: 0 };
  assert.equal((await post('/v1/balances.batch_track_tokens', [item, { ...item, output_tokens: 500 }, { ...item, idempotency_key: 'bt' }, { ...item, idempotency_key: 'bt' }])).status, 202);
  assert.equal((await autumn.check({ customerId: 'batch', featureId: 'ai' })).balance.usage, 4);
  refused(await post('/v1/balances.batch_track_tokens', [item, { ...item, model_id: 'acme/unknown' }]), 400, 'invalid_request', /items\[1\]/);
  refused(await post('/v1/balances.batch_track_tokens', []), 400, 'invalid_inputs');
  assert.equal((await autumn.check({ customerId: 'batch', featureId: 'ai' })).balance.usage, 4);
});

test('new prices come into force without a restart, a bad file does not', async ({ autumn, server }) => {
  await fresh(autumn, 'repriced');
  const cost = async () => (await autumn.trackTokens({ customerId: 'repriced', featureId: 'ai', modelId: 'acme/one', inputTokens: 10_000, outputTokens: 0 })).value;
  assert.equal(await cost(), 0.1);
  writeFileSync(prices, '{"models": {"acme/one": {"input": "cheap"}}}');
  await server.printed(/prices stay as they were: acme\/one\.input is "cheap"/);
  assert.equal(await cost(), 0.1);
  priced({ 'acme/one': { input: 20, output: 60 }, 'acme/two': { input: 1, output: 1 } });
  await server.printed(/Prices of 2 models read/);
  assert.equal(await cost(), 0.2);
});
