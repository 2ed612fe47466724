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

test('the published client is not disturbed by an explanation beside its answer', async ({ client, server }) => {
  const autumn = client({ serverURL: server.url });
  await autumn.customers.getOrCreate({ customerId: 'd' });
  const plain = await autumn.check({ customerId: 'd', featureId: 'messages', requiredBalance: 6 });
  const wire = await fetch(`${server.url}/v1/balances.check`, {
    method: 'POST', headers: { authorization: `Bearer ${server.sandboxKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ customer_id: 'd', feature_id: 'messages', required_balance: 6, explain: true }),
  });
  const { allowed, explanation } = await wire.json();
  assert.deepEqual([plain.allowed, allowed, explanation.allowed, explanation.considered[0].rule], [false, false, false, 'included']);
});

test('curl asks why, and a key without the scope may not', async ({ curlPost, post }) => {
  await post('/v1/customers.get_or_create', { customer_id: 'e' });
  const answer = await curlPost('/v1/balances.explain', { customer_id: 'e', feature_id: 'messages', required_balance: 6 });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.considered[0].compared.available, 5);
  refused(await post('/v1/balances.explain', { customer_id: 'e', feature_id: 'messages' }, { key: 'am_pk_test_x' }), 401, 'endpoint_not_public');
});
