import assert from 'node:assert/strict';
import { chatbotCatalog } from './chatbot.mjs';
import { pick, refused, sluice } from './sluice.mjs';

const { test } = sluice({ given: chatbotCatalog });

test('what a track would do is told before it is done, and it does that', async ({ autumn, post }) => {
  await autumn.customers.getOrCreate({ customerId: 'c' });
  const asked = { customer_id: 'c', feature_id: 'messages', value: 7 };
  const { body: told } = await post('/v1/balances.explain', asked);
  assert.deepEqual(pick(told, 'allowed', 'summary'), { allowed: true, summary: 'Allowed: capped, 7 of messages asked for, 5 available.' });
  assert.equal((await autumn.check({ customerId: 'c', featureId: 'messages' })).balance.usage, 0);

  const { body: track } = await post('/v1/balances.track', asked);
  const gives = told.considered[0].balances.filter(balance => balance.amount !== 0).map(balance => [balance.balance_id, balance.amount]);
  assert.deepEqual(track.deductions.map(deduction => [deduction.balance_id, deduction.value]), gives);
});

test('the published client is not disturbed by an explanation beside its answer', async ({ autumn }) => {
  await autumn.customers.getOrCreate({ customerId: 'd' });
  const plainFetch = globalThis.fetch;
  let explained;
  globalThis.fetch = async input => {
    const body = JSON.stringify({ ...await input.clone().json(), explain: true });
    const answer = await plainFetch(new Request(input, { body }));
    explained = (await answer.clone().json()).explanation;
    return answer;
  };
  try {
    const check = await autumn.check({ customerId: 'd', featureId: 'messages', requiredBalance: 6 });
    assert.deepEqual(pick(check, 'allowed', 'customerId', 'requiredBalance'), { allowed: false, customerId: 'd', requiredBalance: 6 });
  } finally {
    globalThis.fetch = plainFetch;
  }
  assert.deepEqual([explained.allowed, explained.considered[0].rule], [false, 'included']);
});

test('curl asks why; a page with a publishable key may not', async ({ curlPost, post }) => {
  await post('/v1/customers.get_or_create', { customer_id: 'e' });
  const answer = await curlPost('/v1/balances.explain', { customer_id: 'e', feature_id: 'messages', required_balance: 6 });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.considered[0].compared.available, 5);
  refused(await post('/v1/balances.explain', { customer_id: 'e', feature_id: 'messages' }, { key: 'am_pk_test_x' }), 401, 'endpoint_not_public');
});
