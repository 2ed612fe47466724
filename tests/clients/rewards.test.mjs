import assert from 'node:assert/strict';
import { pick, refusal, sluice } from './sluice.mjs';

// Coupons, promo codes and referrals as the published client and a customer's browser see them.
// A month at most, and some of the next.
const month = 32 * 86_400_000;

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.plans.create({ planId: 'pro', name: 'Pro', price: { amount: 20, interval: 'month' }, items: [{ featureId: 'messages', included: 100, reset: { interval: 'month' } }] });
    await autumn.rewards.create({
      coupon: {
        id: 'half', name: 'Half', type: 'percentage_discount', value: 50, duration: { type: 'one_off', length: null }, planIds: null,
        promoCodes: [{ code: 'HALF', globalMaxRedemption: 2, firstTimeTransaction: true }],
      },
    });
    await autumn.rewards.create({
      featureGrant: { id: 'gift', name: 'Gift', grants: [{ featureId: 'messages', included: 40, expiry: { type: 'month', length: 1 } }], promoCodes: [{ code: 'GIFT', maxUses: 1 }] },
    });
    await autumn.referrals.createProgram({ id: 'friends', rewardId: 'gift', redeemOn: 'checkout', receivedBy: 'all', planIds: ['pro'], excludeTrial: true });
  },
});

async function customer({ autumn, post }, customerId, card) {
  const { createdAt } = await autumn.customers.getOrCreate({ customerId, name: customerId });
  if (card) assert.equal((await post('/v1/customers.set_test_card', { customer_id: customerId, payment_method: card })).status, 200);
  return createdAt;
}

const invoices = async (autumn, customerId) => (await autumn.customers.get({ customerId, expand: ['invoices'] })).invoices.map(({ total, status }) => `${total} ${status}`).reverse();
const left = async (autumn, customerId) => (await autumn.customers.get({ customerId })).balances.messages?.remaining ?? 0;

test('a code takes half off the first invoice, as the preview said', async world => {
  const { autumn } = world;
  const createdAt = await customer(world, 'ada', 'pm_card_visa');
  const asked = { customerId: 'ada', planId: 'pro', discounts: [{ promotionCode: 'HALF' }] };
  const preview = await autumn.billing.previewAttach(asked);
  assert.deepEqual([preview.total, preview.nextCycle.total, preview.lineItems[0].discounts], [10, 20, [{ amountOff: 10, rewardId: 'half' }]]);
  await autumn.billing.attach(asked);
  await autumn.customers.advanceTestClock({ customerId: 'ada', frozenTime: createdAt + month });
  assert.deepEqual(await invoices(autumn, 'ada'), ['10 paid', '20 paid']);
  assert.deepEqual(pick(await refusal(autumn.billing.attach({ ...asked, planId: 'pro' })), 'status'), { status: 409 });
});

test('a code typed in on the checkout page changes what is paid there', async world => {
  const { autumn } = world;
  await customer(world, 'bea');
  const { paymentUrl } = await autumn.billing.attach({ customerId: 'bea', planId: 'pro' });
  const send = fields => fetch(paymentUrl, { method: 'POST', redirect: 'manual', headers: { origin: new URL(paymentUrl).origin }, body: new URLSearchParams(fields) });
  assert.match(await (await send({ code: 'HALF' })).text(), /Pay 10\.00 USD/);
  await send({ card: 'pm_card_visa' });
  assert.deepEqual(await invoices(autumn, 'bea'), ['10 paid']);
});

test('a coupon put on by the server stands among the rewards of the customer', async world => {
  const { autumn } = world;
  await customer(world, 'cleo', 'pm_card_visa');
  await autumn.rewards.create({ coupon: { id: 'five', name: 'Five off', type: 'fixed_discount', value: 5, duration: { type: 'months', length: 3 }, planIds: ['pro'], promoCodes: [] } });
  await autumn.billing.attach({ customerId: 'cleo', planId: 'pro', discounts: [{ rewardId: 'five' }] });
  const { rewards: { discounts: [discount] } } = await autumn.customers.get({ customerId: 'cleo', expand: ['rewards'] });
  assert.deepEqual(pick(discount, 'id', 'name', 'type', 'discountValue', 'durationType', 'durationValue', 'currency'),
    { id: 'five', name: 'Five off', type: 'fixed_discount', discountValue: 5, durationType: 'months', durationValue: 3, currency: 'usd' });
  assert.deepEqual(await invoices(autumn, 'cleo'), ['15 paid']);
});

test('units are redeemed by code, and refusals keep their codes', async world => {
  const { autumn } = world;
  await customer(world, 'dora');
  const redeemed = await autumn.rewards.redeemCode({ code: 'GIFT', customerId: 'dora' });
  assert.deepEqual(redeemed, { rewardId: 'gift', entitlementsGranted: [{ featureId: 'messages', balance: 40 }] });
  assert.equal(await left(autumn, 'dora'), 40);
  await customer(world, 'emma');
  for (const [code, customerId, status, said] of [['GIFT', 'dora', 400, 'invalid_request'], ['GIFT', 'emma', 400, 'invalid_request'], ['NONE', 'emma', 404, 'reward_not_found']])
    assert.deepEqual(pick(await refusal(autumn.rewards.redeemCode({ code, customerId })), 'status', 'code'), { status, code: said });
  assert.deepEqual(pick(await refusal(autumn.billing.attach({ customerId: 'ada', planId: 'pro', discounts: [{ promotionCode: 'NONE' }] })), 'status', 'code'), { status: 404, code: 'reward_not_found' });
});

test('who brings a customer is rewarded when that customer first pays', async world => {
  const { autumn } = world;
  await customer(world, 'faye');
  await customer(world, 'gwen', 'pm_card_visa');
  const { code } = await autumn.referrals.createCode({ customerId: 'faye', programId: 'friends' });
  assert.equal((await autumn.referrals.createCode({ customerId: 'faye', programId: 'friends' })).code, code);
  assert.deepEqual(pick(await refusal(autumn.referrals.redeemCode({ customerId: 'faye', code })), 'status', 'code'), { status: 400, code: 'customer_cannot_redeem_own_code' });
  assert.deepEqual(pick(await autumn.referrals.redeemCode({ customerId: 'gwen', code }), 'customerId', 'rewardId'), { customerId: 'gwen', rewardId: 'gift' });
  assert.equal(await left(autumn, 'faye'), 0);
  await autumn.billing.attach({ customerId: 'gwen', planId: 'pro' });
  assert.deepEqual([await left(autumn, 'faye'), await left(autumn, 'gwen')], [40, 140]);
  const { referrals } = await autumn.customers.get({ customerId: 'faye', expand: ['referrals'] });
  assert.deepEqual(referrals.map(({ programId, customer: { id }, rewardApplied }) => [programId, id, rewardApplied]), [['friends', 'gwen', true]]);
});

test('rewards and programs are listed, changed and deleted', async ({ autumn }) => {
  const { coupons, featureGrants } = await autumn.rewards.list();
  assert.deepEqual([coupons.map(one => one.id).includes('half'), featureGrants.map(one => one.id)], [true, ['gift']]);
  assert.equal((await autumn.rewards.get({ rewardId: 'half' })).coupon.value, 50);
  assert.equal((await autumn.rewards.update({ rewardId: 'half', coupon: { name: 'Not half' } })).coupon.name, 'Not half');
  assert.equal((await autumn.referrals.updateProgram({ referralProgramId: 'friends', receivedBy: 'referrer' })).receivedBy, 'referrer');
  assert.equal((await autumn.referrals.getProgram({ referralProgramId: 'friends' })).rewardId, 'gift');
  assert.deepEqual(pick(await refusal(autumn.rewards.delete({ rewardId: 'gift' })), 'status'), { status: 409 });
  await autumn.referrals.deleteProgram({ referralProgramId: 'friends' });
  await autumn.rewards.delete({ rewardId: 'gift' });
  assert.deepEqual((await autumn.referrals.listPrograms()).list, []);
});
