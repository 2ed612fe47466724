import assert from 'node:assert/strict';
import { after } from 'node:test';
import { autumnHandler } from 'autumn-js/backend';
import { ask, mounts } from './mounts.mjs';
import { pick, sluice } from './sluice.mjs';

// The back end that a React front end talks to: the published handler with our address, in each framework it is made for.
const { test } = sluice({
  async given({ autumn, server }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'images', name: 'Images', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'credits', name: 'Credits', type: 'credit_system', creditSchema: [{ meteredFeatureId: 'images', creditCost: 0.05 }] });
    await autumn.features.create({ featureId: 'sso', name: 'SSO', type: 'boolean' });
    await autumn.features.create({ featureId: 'teams', name: 'Teams', type: 'metered', consumable: false });
    await autumn.plans.create({
      planId: 'free', name: 'Free', autoEnable: true,
      items: [{ featureId: 'messages', included: 10, reset: { interval: 'month' } }, { featureId: 'credits', included: 2, reset: { interval: 'month' } }, { featureId: 'sso' }],
    });
    await autumn.plans.create({ planId: 'more', name: 'More', addOn: true, items: [{ featureId: 'messages', included: 5, reset: { interval: 'month' } }] });
    await autumn.plans.create({ planId: 'pro', name: 'Pro', price: { amount: 20, interval: 'month' }, items: [{ featureId: 'messages', included: 100, reset: { interval: 'month' } }] });
    await autumn.rewards.create({ featureGrant: { id: 'five', name: 'Five', grants: [{ featureId: 'messages', included: 5, expiry: null }], promoCodes: [{ code: 'FIVE', maxUses: null }] } });
    await autumn.referrals.createProgram({ id: 'friends', rewardId: 'five', redeemOn: 'customer_creation', receivedBy: 'referrer' });
    await autumn.customers.getOrCreate({ customerId: 'friend' });
    ({ code: friend } = await autumn.referrals.createCode({ customerId: 'friend', programId: 'friends' }));
    const identify = async visitor => {
      if (visitor === 'trouble') throw new Error('the session store is away');
      return visitor && { customerId: visitor, customerData: { name: 'Visitor', email: `${visitor}@example.com` } };
    };
    for (const [name, mount] of Object.entries(mounts)) mounted[name] = await mount({ secretKey: server.sandboxKey, autumnURL: server.url, identify });
  },
});
const mounted = {};
let friend;
after(() => Object.values(mounted).forEach(mount => mount.close()));

// The handler logs every refusal with its stack, and the one for fetch every address.
const { error, log } = console;
console.error = (...said) => /^\[Autumn\]/.test(said[0]) || error(...said);
console.log = (...said) => said[0] instanceof URL || log(...said);

/** Asserts that an address is one of Sluice's pages for customers. */
function page(url, kind) {
  assert.match(new URL(url).pathname, new RegExp(`^/pay/${kind}/`));
}

/** What each route answers. */
const served = {
  getOrCreateCustomer: [{}, ({ id, name, email, balances }, visitor) => assert.deepEqual([id, name, email, balances.messages.remaining], [visitor, 'Visitor', `${visitor}@example.com`, 10])],
  attach: [{ planId: 'more', successUrl: 'http://shop.example/thanks' }, (body, visitor) => assert.deepEqual(pick(body, 'customerId', 'paymentUrl'), { customerId: visitor, paymentUrl: null })],
  listPlans: [{}, ({ list }) => assert.deepEqual(list.map(plan => [plan.id, plan.customerEligibility.attachAction]), [['free', 'none'], ['pro', 'upgrade'], ['more', 'none']])],
  listEvents: [{ startCursor: '', limit: 100 }, ({ list }) => assert.deepEqual(list.map(event => [event.featureId, event.value]), [['messages', 4]])],
  aggregateEvents: [{ featureId: 'messages', range: '7d', binSize: 'day' }, ({ total }) => assert.deepEqual(total, { messages: { count: 1, sum: 4 } })],
  getEntity: [{ entityId: 'team' }, ({ id, featureId, balances }) => assert.deepEqual([id, featureId, balances.messages.remaining], ['team', 'teams', 11])],
  previewAttach: [{ planId: 'pro' }, body => assert.deepEqual(
    [body.total, body.currency, body.redirectToCheckout, body.incoming.map(move => move.planId), body.outgoing.map(move => move.planId)], [20, 'usd', true, ['pro'], ['free']])],
  previewMultiAttach: [{ plans: [{ planId: 'pro' }, { planId: 'more' }] }, body => assert.deepEqual([body.total, body.incoming.map(move => move.planId)], [20, ['pro', 'more']])],
  multiAttach: [{ plans: [{ planId: 'pro' }, { planId: 'more' }], successUrl: 'http://shop.example/thanks' }, ({ paymentUrl }) => page(paymentUrl, 'checkout')],
  setupPayment: [{ successUrl: 'http://shop.example/' }, ({ url }) => page(url, 'checkout')],
  openCustomerPortal: [{ returnUrl: 'http://shop.example/' }, ({ url }) => page(url, 'portal')],
  previewUpdateSubscription: [{ planId: 'more', cancelAction: 'cancel_immediately' }, ({ intent, total, outgoing }) => assert.deepEqual([intent, total, outgoing.map(move => move.planId)], ['cancel_immediately', 0, ['more']])],
  createReferralCode: [{ programId: 'friends' }, (body, visitor) => assert.deepEqual([body.customerId, body.code.length], [visitor, 8])],
  redeemReferralCode: [() => ({ code: friend }), (body, visitor) => assert.deepEqual(pick(body, 'customerId', 'rewardId'), { customerId: visitor, rewardId: 'five' })],
  updateSubscription: [{ planId: 'more', cancelAction: 'cancel_immediately' }, (body, visitor) => assert.deepEqual(pick(body, 'customerId', 'paymentUrl'), { customerId: visitor, paymentUrl: null })],
};

test('these are the 15 routes of the handler', () => assert.equal(Object.keys(served).length, 15));

for (const name of Object.keys(mounts)) {
  const post = (route, body, visitor) => ask(mounted[name], `/api/autumn/${route}`, body, visitor);

  test(`${name}: the page gets its customer, sees plans, events and sums, and attaches, pays for and cancels plans`, async ({ autumn }) => {
    const visitor = `${name}-visitor`;
    for (const [route, [body, holds]] of Object.entries(served)) {
      const answer = await post(route, typeof body === 'function' ? body() : body, visitor);
      assert.equal(answer.status, 200, `${route}: ${JSON.stringify(answer.body)}`);
      holds(answer.body, visitor);
      if (route !== 'attach') continue;
      await autumn.track({ customerId: visitor, featureId: 'messages', value: 4 });
      await autumn.entities.create({ customerId: visitor, featureId: 'teams', entityId: 'team' });
    }
  });

  test(`${name}: a refusal keeps its status, code and message`, async () => {
    const { status, body } = await post('attach', { planId: 'nope' }, `${name}-visitor`);
    assert.deepEqual([status, body.code, body.statusCode], [404, 'product_not_found', 404]);
    assert.match(body.message, /nope/);
  });

  test(`${name}: who calls is what the app says, whatever the page sends`, async ({ autumn }) => {
    const claims = { customerId: 'somebody-else', name: 'Mallory', email: 'mallory@example.com', stripeId: 'cus_1', customerData: { name: 'Mallory' } };
    const { body } = await post('getOrCreateCustomer', { ...claims, metadata: { admin: true } }, `${name}-honest`);
    assert.deepEqual(pick(body, 'id', 'name', 'email', 'stripeId', 'metadata'), { id: `${name}-honest`, name: 'Visitor', email: `${name}-honest@example.com`, stripeId: null, metadata: {} });
    assert.equal((await post('attach', { ...claims, planId: 'more' }, `${name}-honest`)).body.customerId, `${name}-honest`);
    assert.equal((await autumn.customers.get({ customerId: `${name}-honest` })).balances.messages.granted, 15);
    await assert.rejects(autumn.customers.get({ customerId: 'somebody-else' }), { statusCode: 404 });
  });

  test(`${name}: a page without a visitor sees plans and nothing else`, async () => {
    const { status, body } = await post('listPlans');
    assert.equal(status, 200);
    assert.deepEqual(body.list.map(plan => [plan.id, plan.customerEligibility]), [['free', undefined], ['pro', undefined], ['more', undefined]]);
    for (const route of Object.keys(served).filter(route => route !== 'listPlans')) {
      const refused = await post(route, {});
      assert.deepEqual([refused.status, refused.body.code], [401, 'no_customer_id'], route);
    }
    assert.deepEqual(await post('getOrCreateCustomer', { errorOnNotFound: false }), { status: 204, body: null });
  });

  test(`${name}: an app that cannot tell who calls, and an unknown route`, async () => {
    const { status, body } = await post('getOrCreateCustomer', {}, 'trouble');
    assert.deepEqual([status, body.message], [500, 'the session store is away']);
    const unknown = await post('check', { featureId: 'messages' }, `${name}-visitor`);
    const passesOn = name === 'express' || name === 'hono';
    assert.deepEqual([unknown.status, unknown.body.code], [404, passesOn ? 'the_app_itself' : 'not_found']);
  });

  test(`${name}: an address, a prefix and a key of the app's own`, async ({ server }) => {
    const identify = async visitor => ({ customerId: visitor });
    const own = await mounts[name]({ secretKey: server.sandboxKey, autumnURL: `${server.url}/`, pathPrefix: '/billing', identify });
    const stranger = await mounts[name]({ secretKey: 'am_sk_test_unknown', autumnURL: server.url, identify });
    try {
      assert.equal((await ask(own, '/billing/getOrCreateCustomer', {}, `${name}-own`)).body.id, `${name}-own`);
      const refused = await ask(stranger, '/api/autumn/listPlans', {}, `${name}-own`);
      assert.deepEqual([refused.status, refused.body.code], [401, 'invalid_secret_key']);
    } finally {
      own.close();
      stranger.close();
    }
  });
}

test('without a framework: the handler as a function of a request and a customer', async ({ server }) => {
  const call = async (route, body) => autumnHandler({
    request: { url: `http://shop.example/api/autumn/${route}`, method: 'POST', body },
    customerId: 'plain',
    customerData: { name: 'Visitor' },
    clientOptions: { secretKey: server.sandboxKey, baseURL: server.url },
  });
  assert.deepEqual(pick((await call('getOrCreateCustomer', {})).response, 'id', 'name'), { id: 'plain', name: 'Visitor' });
  page((await call('openCustomerPortal', {})).response.url, 'portal');
  const { statusCode, response } = await call('createReferralCode', { programId: 'nothing' });
  assert.deepEqual([statusCode, response.code], [404, 'reward_program_not_found']);
});

test('the customer carries what the page\'s own check reads: features of balances and flags, and an entry for what credits pay for', async ({ autumn }) => {
  const { body } = await ask(mounted.fetch, '/api/autumn/getOrCreateCustomer', {}, 'reader');
  assert.equal(body.flags.sso.feature.id, 'sso');
  assert.deepEqual(Object.entries(body.balances).map(([id, { feature, granted, remaining }]) => [id, feature.id, granted, remaining]), [
    ['messages', 'messages', 10, 10], ['credits', 'credits', 2, 2], ['images', 'images', 0, 0],
  ]);
  assert.deepEqual(Object.keys((await autumn.customers.get({ customerId: 'reader' })).balances), ['messages', 'credits'], 'only for those who ask for features');
});
