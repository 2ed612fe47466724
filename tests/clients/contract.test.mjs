import assert from 'node:assert/strict';
import { judge, routesDescribed, routesSeen, takeFaults } from './contract/witness.mjs';
import { sluice } from './sluice.mjs';

// Every answer in every test is held against contract/answers.json; here every route of it answers curl at least once,
// as it answers the Python client: without a version header.
const { test } = sluice();

// Old callers of the REST addresses say id, newer ones the RPC's names; both are sent.
const feature = id => ({ id, feature_id: id, name: id, type: 'metered', consumable: true });
const plan = id => ({ id, plan_id: id, name: id, items: [{ feature_id: 'f', included: 100, reset: { interval: 'month' } }] });
const usage = { customer_id: 'c', feature_id: 'f' };
const tokens = { customer_id: 'c', model_id: 'openai/gpt-4o', input_tokens: 1000, output_tokens: 10 };

const walk = [
  ['POST', '/v1/features.create', feature('f')],
  ['POST', '/v1/features.create', { feature_id: 'pool', name: 'Pool', type: 'credit_system', credit_schema: [{ metered_feature_id: 'f', credit_cost: 0.5 }], display: { singular: 'credit', plural: 'credits' } }],
  ['POST', '/v1/features.create', { feature_id: 'flag', name: 'Flag', type: 'boolean' }],
  ['POST', '/v1/features.create', { feature_id: 'ai', name: 'AI', type: 'ai_credit_system', default_markup: 20, provider_markups: { openai: { markup: 10 } }, model_markups: { 'custom/m': { markup: 5, input_cost: 1, output_cost: 2 } } }],
  ['POST', '/v1/features.create', { feature_id: 'curve', name: 'Curve', type: 'credit_system', credit_schema: [
    { metered_feature_id: 'ai', tier_behavior: 'graduated', tiers: [{ to: 10, credit_cost: 2 }, { to: 'inf', credit_cost: 1 }], billing_units: 2,
      dimensions: { long: { match: { model: 'x' }, priority: 1, credit_cost: 4 } }, multipliers: { night: { match: { time: 'night' }, factor: 0.5, add: 1 } } },
  ] }],
  ['POST', '/v1/features.create', { feature_id: 'seats', name: 'Seats', type: 'metered', consumable: false }],
  ['POST', '/v1/features.create', feature('spare')],
  ['POST', '/v1/features.get', { feature_id: 'pool' }],
  ['POST', '/v1/features.list'],
  ['POST', '/v1/features.update', { feature_id: 'spare', name: 'Spare' }],
  ['POST', '/v1/features.delete', { feature_id: 'spare' }],
  ['POST', '/v1/features', feature('rest')],
  ['GET', '/v1/features'],
  ['GET', '/v1/features/rest'],
  ['POST', '/v1/features/rest', { name: 'Rest' }],
  ['PATCH', '/v1/features/rest', { name: 'Patched' }],
  ['DELETE', '/v1/features/rest'],
  ['POST', '/v1/plans.create', { ...plan('p'), auto_enable: true, free_trial: null }],
  ['POST', '/v1/plans.create', {
    plan_id: 'priced', name: 'Priced', description: 'd', group: 'g', price: { amount: 20, interval: 'year' }, metadata: { k: null },
    items: [
      { feature_id: 'f', included: 10, price: { tiers: [{ to: 100, amount: 1 }, { to: 'inf', amount: 0.5 }], interval: 'month', billing_method: 'usage_based' } },
      { feature_id: 'f', price: { tiers: [{ to: 100, amount: 1, flat_amount: 2 }, { to: 'inf', amount: 0.5 }], tier_behavior: 'volume', interval: 'year', billing_method: 'prepaid' } },
      { feature_id: 'pool', unlimited: true }, { feature_id: 'flag' },
    ],
    free_trial: { duration_length: 7, duration_type: 'day', card_required: false },
    billing_controls: { usage_limits: [{ feature_id: 'f', limit: 5, interval: 'month' }] },
  }],
  ['POST', '/v1/plans.create', { plan_id: 'addon', name: 'Addon', add_on: true, items: [
    { feature_id: 'flag' }, { feature_id: 'pool', included: 7 }, { feature_id: 'f', included: 100, price: { amount: 1, interval: 'month', billing_method: 'prepaid', billing_units: 100 } },
  ] }],
  ['POST', '/v1/plans.create', { plan_id: 'rolling', name: 'Rolling', items: [{ feature_id: 'f', included: 5, reset: { interval: 'week', interval_count: 2 }, rollover: { max: 5, expiry_duration_type: 'month' } }] }],
  ['POST', '/v1/plans.create', { plan_id: 'rolls', name: 'Rolls', group: 'rolls', items: [{ feature_id: 'f', included: 5, reset: { interval: 'week' }, rollover: { max_percentage: 50, expiry_duration_type: 'forever' } }] }],
  ['POST', '/v1/plans.get', { plan_id: 'priced' }],
  ['POST', '/v1/plans.list', { include_archived: true, all_versions: true }],
  ['POST', '/v1/plans.update', { plan_id: 'rolling', name: 'Rolled' }],
  ['POST', '/v1/plans.delete', { plan_id: 'rolling' }],
  ...['products', 'plans'].flatMap(name => [
    ['POST', `/v1/${name}`, plan(`rest-${name}`)],
    ['GET', `/v1/${name}`],
    ['GET', `/v1/products/rest-${name}`],
    ['POST', `/v1/products/rest-${name}`, { name: 'Posted' }],
    ['PATCH', `/v1/products/rest-${name}`, { name: 'Patched' }],
    ['DELETE', `/v1/products/rest-${name}`],
  ]),
  ...['preview_update', 'update'].map(name => ['POST', `/v1/catalog.${name}`, {
    features: [{ feature_id: 'pushed', name: 'Pushed', type: 'metered', consumable: true }], plans: [{ plan_id: 'pushed', name: 'Pushed', items: [{ feature_id: 'pushed', included: 5 }] }], skip_deletions: true,
  }]),
  ['POST', '/v1/rewards.create', { coupon: { id: 'off', name: 'Off', type: 'percentage_discount', value: 20, duration: { type: 'months', length: 3 }, plan_ids: ['priced'], promo_codes: [{ code: 'OFF', global_max_redemption: 5, first_time_transaction: true }, { code: 'MORE' }] } }],
  ['POST', '/v1/rewards.create', { coupon: { id: 'credit', name: 'Credit', type: 'invoice_credits', value: 5, duration: { type: 'one_off', length: null }, plan_ids: null, promo_codes: [] } }],
  ['POST', '/v1/rewards.create', { feature_grant: { id: 'units', grants: [{ feature_id: 'f', included: 5, expiry: { type: 'week', length: 2 } }, { feature_id: 'flag', included: null, expiry: null }], promo_codes: [{ code: 'UNITS', max_uses: null }] } }],
  ['POST', '/v1/rewards.get', { reward_id: 'off' }],
  ['POST', '/v1/rewards.update', { reward_id: 'off', coupon: { name: 'Less', plan_ids: null } }],
  ['POST', '/v1/rewards.list'],
  ['POST', '/v1/referral_programs.create', { id: 'friends', reward_id: 'off', redeem_on: 'customer_creation', received_by: 'all' }],
  ['POST', '/v1/referral_programs.create', { id: 'others', reward_id: 'units', redeem_on: 'checkout', received_by: 'referrer', max_redemptions: 5, plan_ids: ['priced'], exclude_trial: true }],
  ['POST', '/v1/referral_programs.get', { referral_program_id: 'others' }],
  ['POST', '/v1/referral_programs.update', { referral_program_id: 'others', max_redemptions: null }],
  ['POST', '/v1/referral_programs.list'],
  ['POST', '/v1/referral_programs.delete', { referral_program_id: 'others' }],
  ['POST', '/v1/rewards.delete', { reward_id: 'credit' }],
  ['GET', '/v1/organization'],
  ['GET', '/v1/organization/me'],
  ['POST', '/v1/customers.get_or_create', { customer_id: 'c', email: 'c@example.com', metadata: { list: [null] } }],
  ['POST', '/v1/billing.attach', { customer_id: 'c', plan_id: 'addon', no_billing_changes: true, feature_quantities: [{ feature_id: 'f', quantity: 300 }] }],
  ['POST', '/v1/entities.create', { customer_id: 'c', feature_id: 'seats', entity_id: 'e', name: 'E', billing_controls: { usage_limits: [{ feature_id: 'f', limit: 50, interval: 'day' }] } }],
  ['POST', '/v1/entities.create', { customer_id: 'c', feature_id: 'seats', entity_id: 'e2' }],
  ['POST', '/v1/billing.attach', { customer_id: 'c', plan_id: 'rolls', entity_id: 'e' }],
  ['POST', '/v1/balances.create', { ...usage, included_grant: 5, entity_id: 'e' }],
  ['POST', '/v1/balances.check', { ...usage, entity_id: 'e', send_event: true }],
  ['POST', '/v1/balances.track', { ...usage, entity_id: 'e', value: 2 }],
  ['POST', '/v1/plans.create', { plan_id: 'seat', name: 'Seat', group: 'seat', items: [{ feature_id: 'f', included: 5 }] }],
  ['POST', '/v1/plans.create', { plan_id: 'team', name: 'Team', group: 'team', licenses: [{ license_plan_id: 'seat', included: 2 }] }],
  ['POST', '/v1/billing.attach', { customer_id: 'c', plan_id: 'team' }],
  ['POST', '/v1/licenses.attach', { customer_id: 'c', plan_id: 'seat', entities: [{ entity_id: 'e' }, { entity_id: 'e2' }] }],
  ['POST', '/v1/licenses.release', { customer_id: 'c', license_plan_id: 'seat', entity_ids: ['e2'] }],
  ['POST', '/v1/licenses.list', { customer_id: 'c' }],
  ['POST', '/v1/licenses.list_assignments', { customer_id: 'c' }],
  ['POST', '/v1/licenses.list_assignments', { customer_id: 'c', active: false }],
  ['POST', '/v1/entities.get', { entity_id: 'e' }],
  ['POST', '/v1/entities.get', { customer_id: 'c', entity_id: 'e2', expand: ['invoices', 'subscriptions.plan', 'purchases.plan', 'balances.feature', 'flags.feature'] }],
  ['POST', '/v1/entities.update', { customer_id: 'c', entity_id: 'e', billing_controls: { usage_limits: [] } }],
  ['POST', '/v1/entities.list', {}],
  ['POST', '/v1/entities.list', {}, '2.1.0'],
  ['POST', '/v1/balances.create', { ...usage, included_grant: 5, balance_id: 'b1' }],
  ['POST', '/v1/balances/create', { ...usage, included_grant: 5, reset: { interval: 'hour' }, balance_id: 'b2' }],
  ['POST', '/v1/balances.update', { ...usage, balance_id: 'b1', remaining: 4 }],
  ['POST', '/v1/balances/update', { ...usage, balance_id: 'b2', usage: 1 }],
  ['POST', '/v1/balances.delete', { customer_id: 'c', balance_id: 'b2' }],
  ...['/v1/balances.check', '/v1/check', '/v1/entitled'].flatMap(path => [
    ['POST', path, usage],
    ['POST', path, { customer_id: 'c', feature_id: 'flag', expand: ['flag.feature'] }],
    ['POST', path, { ...usage, send_event: true, expand: ['balance.feature'] }],
    ['POST', path, { ...usage, required_balance: 1e9, with_preview: true }],
    ['POST', path, { ...usage, with_preview: true }],
    ['POST', path, { ...usage, explain: true }],
    ['POST', path, { ...usage, required_balance: 1e9, send_event: true, explain: true }],
    ['POST', path, { customer_id: 'c', product_id: 'p' }],
    ['POST', path, { customer_id: 'c', product_id: 'priced' }],
  ]),
  ...[usage, { customer_id: 'c', feature_id: 'flag' }, { ...usage, value: 1e9 }, { ...usage, value: -1 }, { ...usage, required_balance: 1e9, send_event: true }].map(asked => ['POST', '/v1/balances.explain', asked]),
  ['POST', '/v1/balances.history', { customer_id: 'c', limit: 3 }],
  ['POST', '/v1/balances.check', { ...usage, lock: { enabled: true, lock_id: 'held' } }],
  ['POST', '/v1/balances.finalize', { lock_id: 'held', action: 'confirm', override_value: 2 }],
  ...['recalculate', 'preview_recalculate'].flatMap(name => [['POST', `/v1/balances.${name}`, usage], ['POST', `/v1/balances/${name}`, usage]]),
  ...['/v1/balances.track', '/v1/track', '/v1/events'].flatMap(path => [
    ['POST', path, { ...usage, value: 1, properties: { p: null } }],
    ['POST', path, { ...usage, value: -1 }],
    ['POST', path, { ...usage, value: 1, async: true }],
  ]),
  ['POST', '/v1/usage', { ...usage, value: 3 }],
  ['POST', '/v1/balances.batch_track', [usage, usage]],
  ['POST', '/v1/balances.create', { customer_id: 'c', feature_id: 'ai', included_grant: 5 }],
  ...['/v1/balances.track_tokens', '/v1/track_tokens'].flatMap(path => [
    ['POST', path, { ...tokens, properties: { p: null } }],
    ['POST', path, { ...tokens, feature_id: 'ai', async: true }],
  ]),
  ['POST', '/v1/balances.batch_track_tokens', [tokens, tokens]],
  ['POST', '/v1/events.list', {}],
  ['POST', '/v1/events.list', {}, '2.2.0'],
  ['POST', '/v1/events/list', {}],
  ['POST', '/v1/events.aggregate', { customer_id: 'c', feature_id: 'f', range: '7d', bin_size: 'day' }],
  ['POST', '/v1/events/aggregate', { customer_id: 'c', feature_id: ['f', 'pool'], range: '24h', group_by: 'properties.p' }],
  ['POST', '/v1/query', { customer_id: 'c', feature_id: 'f', range: '30d' }],
  ['POST', '/v1/customers.get', { customer_id: 'c', expand: ['balances.feature', 'flags.feature', 'subscriptions.plan', 'purchases.plan', 'entities'] }],
  ['POST', '/v1/customers.list', {}],
  ['POST', '/v1/customers.list', {}, '2.1.0'],
  ['POST', '/v1/customers/list', {}],
  ['GET', '/v1/customers'],
  ['POST', '/v1/customers', { id: 'rest', name: 'Rest' }],
  ['GET', '/v1/customers/rest'],
  ['POST', '/v1/customers/rest', { name: 'Posted' }],
  ['PATCH', '/v1/customers/rest', { name: 'Patched' }],
  ['DELETE', '/v1/customers/rest'],
  ['POST', '/v1/plans.list', { customer_id: 'c' }],
  ['POST', '/v1/customers.update', { customer_id: 'c', name: 'C' }],
  ['POST', '/v1/entities.delete', { customer_id: 'c', entity_id: 'e' }],
  ['POST', '/v1/customers.delete', { customer_id: 'c' }],
];

for (const [at, [method, path, body, version]] of walk.entries()) {
  test(`${at + 1} ${method} ${path} answers as described${version ? ` at version ${version}` : ''}${body ? `: ${JSON.stringify(body).slice(0, 70)}` : ''}`, async ({ curl }) => {
    const json = body ? ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)] : [];
    const answer = await curl(path, ['-X', method, ...(version ? ['-H', `x-api-version: ${version}`] : []), ...json]);
    assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
  });
}

test('tokens and sandboxes, whose calls need what others answered', async ({ curl, curlPost }) => {
  await curlPost('/v1/customers.get_or_create', { customer_id: 'held' });
  const { body: minted } = await curlPost('/v1/keys.mint', { customer_id: 'held' });
  assert.equal((await curl('/v1/keys.refresh', ['-X', 'POST'], { key: minted.refresh_token })).status, 200);
  assert.equal((await curlPost('/v1/keys.revoke', { customer_id: 'held' })).status, 200);
  const { body: sandbox } = await curlPost('/v1/sandboxes.create', { name: 'Other' });
  assert.equal((await curlPost('/v1/sandboxes.list')).status, 200);
  assert.equal((await curl('/v1/sandboxes.reset', ['-X', 'POST'], { key: sandbox.secret_key })).status, 200);
  assert.equal((await curlPost('/v1/sandboxes.delete', { id: sandbox.id })).status, 200);
});

test('referrals, whose calls need what others answered', async ({ curlPost }) => {
  for (const customer_id of ['brings', 'brought']) await curlPost('/v1/customers.get_or_create', { customer_id });
  assert.equal((await curlPost('/v1/rewards.redeem', { code: 'UNITS', customer_id: 'brought' })).status, 200);
  const { body: { code } } = await curlPost('/v1/referrals.create_code', { customer_id: 'brings', program_id: 'friends' });
  assert.equal((await curlPost('/v1/referrals.redeem_code', { code, customer_id: 'brought' })).status, 200);
  const { body } = await curlPost('/v1/customers.get', { customer_id: 'brings', expand: ['rewards', 'referrals'] });
  assert.deepEqual([body.rewards.discounts.length, body.referrals.length], [1, 1]);
});

test('webhooks, whose calls need what others answered', async ({ curlPost }) => {
  const ok = async (call, body) => {
    const answer = await curlPost(`/v1/webhooks.${call}`, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  // Nobody listens there: what is sent fails, and is in the log.
  const { id: webhook_id } = await ok('create', { url: 'https://webhooks.invalid/hook', events: ['balances.limit_reached'], description: 'Mine' });
  await ok('list');
  await ok('get', { webhook_id });
  await ok('update', { webhook_id, events: [] });
  await ok('rotate_secret', { webhook_id, overlap_hours: 1 });
  const { message_id } = await ok('test', { webhook_id });
  assert.deepEqual((await ok('deliveries', {})).list.map(one => one.message_id), [message_id]);
  await ok('replay', { message_id });
  await ok('delete', { webhook_id });
});

test('billing, whose invoices are paid and voided by the ids that others answered', async ({ curlPost, post }) => {
  const ok = async (call, body) => {
    const answer = await curlPost(`/v1/${call}`, { customer_id: 'payer', ...body });
    assert.equal(answer.status, 200, `${call}: ${answer.text}`);
    return answer.body;
  };
  for (const [plan_id, amount] of [['small', 20], ['large', 50]]) await ok('plans.create', { plan_id, name: plan_id, group: 'paid', price: { amount, interval: 'month' } });
  await ok('plans.create', { plan_id: 'packs', name: 'Packs', add_on: true, items: [{ feature_id: 'f', included: 10, price: { amount: 5, interval: 'month', billing_method: 'prepaid', billing_units: 10 } }] });
  await ok('customers.get_or_create');
  const [quantities, expand] = [[{ feature_id: 'f', quantity: 30 }], ['incoming.plan', 'outgoing.plan']];
  await ok('billing.preview_attach', { plan_id: 'small', expand });
  assert.ok((await ok('billing.attach', { plan_id: 'small' })).payment_url);
  await ok('billing.setup_payment', { plan_id: 'small' });
  await ok('customers.set_test_card', { payment_method: 'pm_card_visa' });
  assert.equal((await ok('billing.attach', { plan_id: 'small' })).invoice.status, 'paid');
  await ok('billing.preview_attach', { plan_id: 'large', expand });
  await ok('billing.preview_multi_attach', { plans: [{ plan_id: 'large' }, { plan_id: 'packs', feature_quantities: quantities }], expand });
  await ok('billing.multi_attach', { plans: [{ plan_id: 'large' }, { plan_id: 'packs', feature_quantities: quantities }] });
  await ok('billing.preview_update', { plan_id: 'packs', feature_quantities: [{ feature_id: 'f', quantity: 50 }] });
  await ok('billing.update', { plan_id: 'packs', feature_quantities: [{ feature_id: 'f', quantity: 50 }] });
  await ok('billing.preview_update', { plan_id: 'large', cancel_action: 'cancel_immediately', expand });
  await ok('billing.preview_multi_update', { updates: [{ plan_id: 'large', cancel_action: 'cancel_immediately' }, { plan_id: 'packs', cancel_action: 'cancel_immediately' }] });
  await ok('billing.multi_update', { updates: [{ plan_id: 'large', cancel_action: 'cancel_end_of_cycle' }, { plan_id: 'packs', cancel_action: 'cancel_end_of_cycle' }] });
  await ok('billing.update', { plan_id: 'large', cancel_action: 'uncancel' });
  await ok('billing.create_schedule', { phases: [{ starts_at: 'now', plans: [{ plan_id: 'large' }] }, { starting_after: { duration_type: 'month', duration_count: 2 }, plans: [{ plan_id: 'small' }] }] });
  const everything = ['invoices', 'invoice_previews', 'trials_used', 'payment_method', 'subscriptions.plan'];
  await ok('customers.get', { expand: everything });
  await ok('billing.open_customer_portal', { return_url: 'http://localhost/' });
  await ok('customers.advance_test_clock', { frozen_time: Date.now() + 40 * 86_400_000 });
  await ok('customers.get', { expand: everything });
  await ok('customers.set_test_card', { payment_method: null });
  const sent = async plan_id => (await ok('billing.attach', { plan_id, invoice_mode: { enabled: true, enable_plan_immediately: true } })).invoice.stripe_id;
  await ok('plans.create', { plan_id: 'extra', name: 'Extra', add_on: true, price: { amount: 5, interval: 'month' } });
  await ok('invoices.pay', { invoice_id: await sent('extra') });
  await ok('invoices.void', { invoice_id: await sent('extra') });
  await ok('invoices.create', { plans: [{ plan_id: 'small' }], preview: true });
  const { invoice } = await ok('invoices.create', { plans: [{ plan_id: 'small' }], custom_line_items: [{ amount: 5, description: 'Setup' }] });
  await ok('invoices.reissue', { invoice_id: invoice.id, lines: { remove: [invoice.items[1].id] }, invoice: { memo: 'Thanks' } });
  await ok('invoices.insert', { invoices: [{ customer_id: 'payer', stripe_id: 'in_1', status: 'paid', total: 5, created_at: 1_700_000_000_000 }] });
  await ok('invoices.listTemplates');
  assert.ok((await ok('invoices.list')).list.length > 3);
  await ok('plans.update', { plan_id: 'extra', price: { amount: 6, interval: 'month' } });
  const { id: migration_id } = await ok('migrations.create', { plan_id: 'extra' });
  assert.ok((await ok('migrations.preview', { migration_id })).list.length > 0);
  await ok('migrations.run', { migration_id });
  // One is done in a moment, so another one is begun until one could be stopped.
  for (let stopped = false; !stopped;) {
    const { id } = await ok('migrations.create', { plan_id: 'extra' });
    const [, { status }] = await Promise.all([post('/v1/migrations.run', { migration_id: id }), post('/v1/migrations.cancel', { migration_id: id })]);
    stopped = status === 200;
  }
  await ok('migrations.get', { migration_id });
  await ok('migrations.list');
  await ok('migrations.list_items', { migration_id });
});

test('every described route has answered', () => {
  const seen = routesSeen();
  assert.deepEqual(routesDescribed().filter(route => !seen.has(route)), []);
});

// The Python client's models are the strictest: they read nothing but the type they name.
const damages = {
  'a required key is missing': customer => { delete customer.licenses; },
  'null where a text must be': customer => { customer.env = null; },
  'null where a list must be': customer => { customer.subscriptions = null; },
  'null where an optional object may be': customer => { customer.balances.f.feature = null; },
  'a number as a text': customer => { customer.created_at = String(customer.created_at); },
  'a number for a boolean': customer => { customer.balances.f.unlimited = 0; },
  'a text for a boolean': customer => { customer.send_email_receipts = 'false'; },
  'a word that is not of the list': customer => { customer.subscriptions[0].status = 'paused'; },
};
test('an answer that the strictest client would not read is found out', async ({ server, curlPost }) => {
  const { text } = await curlPost('/v1/customers.get_or_create', { customer_id: 'whole' });
  const faultsOf = damage => {
    const customer = JSON.parse(text);
    damage(customer);
    judge({ method: 'POST', url: `${server.url}/v1/customers.get`, status: 200, contentType: 'application/json', text: JSON.stringify(customer) });
    return takeFaults();
  };
  assert.deepEqual(faultsOf(() => {}), []);
  for (const [what, damage] of Object.entries(damages)) assert.equal(faultsOf(damage).length, 1, what);
});

test('the server describes itself as serving exactly these routes', async ({ server }) => {
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json();
  const said = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, ':id')}`));
  assert.deepEqual(said.filter(route => route.includes(' /v1/')).sort(), routesDescribed().sort());
});
