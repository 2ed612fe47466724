import assert from 'node:assert/strict';
import { sluice } from './sluice.mjs';

// Every field of every request, one at a time, with a value nobody should send. The answer may be a refusal or not; it
// must never be a 5xx, which the clients take for "allowed", and must keep to the contract.
const { test } = sluice({
  async given({ post }) {
    await post('/v1/features.create', { feature_id: 'f', name: 'F', type: 'metered', consumable: true, event_names: ['e'] });
    await post('/v1/features.create', { feature_id: 'pool', name: 'Pool', type: 'credit_system', credit_schema: [{ metered_feature_id: 'f', credit_cost: 0.5 }] });
    await post('/v1/plans.create', { plan_id: 'p', name: 'P', auto_enable: true, items: [{ feature_id: 'f', included: 1000, reset: { interval: 'month' } }] });
    await post('/v1/customers.get_or_create', { customer_id: 'c' });
  },
});

const odd = [
  null, true, '', ' ', 'x', '\u0000', '\ud83d\ude80', '__proto__', 'x'.repeat(10_000), 0, -1, 0.1, 1e-11, 1e15, 1e16, 2 ** 53, 1e308, -1e308,
  [], [null], [[]], {}, { $ne: 1 }, [{ feature_id: 'f' }], '2026-01-01', 8.64e15, -8.64e15,
];

const price = { amount: 1, interval: 'month', billing_method: 'usage_based' };
const requests = {
  '/v1/balances.check': { customer_id: 'c', feature_id: 'f', required_balance: 1, send_event: false, properties: {}, expand: ['balance.feature'] },
  '/v1/balances.track': { customer_id: 'c', feature_id: 'f', value: 1, properties: {}, timestamp: 1, overage_behavior: 'cap', idempotency_key: 'k', skip_event: false, async: false },
  '/v1/balances.create': { customer_id: 'c', feature_id: 'f', included_grant: 1, unlimited: false, balance_id: 'b', expires_at: 1, next_reset_at: 1, reset: { interval: 'month', interval_count: 1 } },
  '/v1/balances.update': { customer_id: 'c', feature_id: 'f', remaining: 1, usage: 1, add_to_balance: 1, included_grant: 1, balance_id: 'b', interval: 'month', next_reset_at: 1, expires_at: 1 },
  '/v1/balances.delete': { customer_id: 'c', feature_id: 'nope', balance_id: 'b', interval: 'month' },
  '/v1/usage': { customer_id: 'c', feature_id: 'f', value: 1 },
  '/v1/events.list': { customer_id: 'c', feature_id: 'f', limit: 1, start_cursor: '', custom_range: { start: 1, end: 2 } },
  '/v1/events.aggregate': { customer_id: 'c', feature_id: 'f', range: '7d', bin_size: 'day', group_by: 'properties.p', filter_by: { p: 'x' }, max_groups: 3 },
  '/v1/customers.get_or_create': { customer_id: 'n', name: 'n', email: 'n@example.com', fingerprint: 'f', metadata: {}, send_email_receipts: true, expand: [], auto_enable_plan_id: 'p', customer_data: {} },
  '/v1/customers.get': { customer_id: 'c', expand: [] },
  '/v1/customers.list': { limit: 1, start_cursor: '', search: 's', plans: [{ id: 'p', versions: [1] }], subscription_status: 'active', sort_order: 'asc', created_at_range: { start: 1, end: 2 } },
  '/v1/customers.update': { customer_id: 'c', name: 'n', email: 'n@example.com', metadata: {}, new_customer_id: 'c', send_email_receipts: true },
  '/v1/features.create': { feature_id: 'new', name: 'N', type: 'credit_system', consumable: true, event_names: ['e'], display: { singular: 's', plural: 'p' }, credit_schema: [{ metered_feature_id: 'f', credit_cost: 1 }] },
  '/v1/features.update': { feature_id: 'f', name: 'N', event_names: ['e'], display: { singular: 's', plural: 'p' }, archived: false },
  '/v1/plans.create': {
    plan_id: 'new', name: 'N', description: 'd', group: 'g', add_on: true, auto_enable: false, price: { amount: 1, interval: 'month', interval_count: 1 }, metadata: {}, billing_controls: {}, free_trial: { duration_length: 1 },
    items: [{ feature_id: 'f', included: 1, unlimited: false, reset: { interval: 'month', interval_count: 1 }, price: { ...price, billing_units: 1, max_purchase: 1 } }],
  },
  '/v1/plans.update': { plan_id: 'p', name: 'P', description: 'd', version: 1, archived: false, items: [{ feature_id: 'f', included: 1000, reset: { interval: 'month' } }] },
  '/v1/plans.list': { customer_id: 'c', include_archived: true, all_versions: true },
  '/v1/billing.attach': { customer_id: 'c', plan_id: 'p', version: 1, no_billing_changes: true, feature_quantities: [{ feature_id: 'f', quantity: 1 }], subscription_id: 's' },
};

/** The request with one field, however deep, replaced by each odd value in turn. */
function* variants(request) {
  for (const [name, value] of Object.entries(request)) {
    for (const strange of odd) yield { ...request, [name]: strange };
    if (Array.isArray(value)) for (const inner of variants(value[0] ?? {})) yield { ...request, [name]: [inner] };
    else if (value !== null && typeof value === 'object') for (const inner of variants(value)) yield { ...request, [name]: inner };
  }
}

for (const [path, request] of Object.entries(requests)) {
  test(`${path} with one odd value at a time never breaks`, async ({ post }) => {
    for (const body of variants(request)) {
      const { status, body: answer } = await post(path, body);
      assert.ok(status < 500, `${JSON.stringify(body).slice(0, 300)} → ${status} ${JSON.stringify(answer)}`);
    }
  });
}

test('the odd values sent in a batch never break it, and the customer still works', async ({ post }) => {
  for (const strange of odd) {
    for (const body of [strange, [strange], [{ customer_id: 'c', feature_id: 'f', value: strange }]]) {
      const { status } = await post('/v1/balances.batch_track', body);
      assert.ok(status < 500, JSON.stringify(body).slice(0, 200));
    }
  }
  assert.equal((await post('/v1/balances.check', { customer_id: 'c', feature_id: 'f' })).status, 200);
});
