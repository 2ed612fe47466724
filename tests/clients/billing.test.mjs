import assert from 'node:assert/strict';
import { pick, refusal, sluice } from './sluice.mjs';

// A plan's life as the published client and the customer's browser see it. The customer's time goes on by a call.
const day = 86_400_000;
const monthly = (featureId, included) => ({ featureId, included, reset: { interval: 'month' } });

const { test } = sluice({
  async given({ autumn }) {
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.features.create({ featureId: 'seats', name: 'Seats', type: 'metered', consumable: false });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [monthly('messages', 10)] });
    await autumn.plans.create({ planId: 'pro', name: 'Pro', price: { amount: 20, interval: 'month' }, items: [monthly('messages', 100)] });
    await autumn.plans.create({ planId: 'team', name: 'Team', price: { amount: 50, interval: 'month' }, items: [monthly('messages', 500)] });
    await autumn.plans.create({
      planId: 'seated', name: 'Seated', price: { amount: 20, interval: 'month' },
      items: [{ featureId: 'seats', price: { amount: 10, interval: 'month', billingMethod: 'prepaid', billingUnits: 1 } }],
    });
    await autumn.plans.create({
      planId: 'metered', name: 'Metered',
      items: [{ featureId: 'messages', included: 100, price: { amount: 0.5, interval: 'month', billingMethod: 'usage_based' } }],
    });
    await autumn.plans.create({
      planId: 'pack', name: 'Pack', addOn: true,
      items: [{ featureId: 'messages', price: { amount: 5, interval: 'one_off', billingMethod: 'prepaid', billingUnits: 100 } }],
    });
    await autumn.plans.create({ planId: 'tried', name: 'Tried', price: { amount: 20, interval: 'month' }, items: [monthly('messages', 100)], freeTrial: { durationLength: 7, durationType: 'day' } });
  },
});

/** A customer, and what happens to it. at() moves its time to so many days after it came. */
async function customer({ autumn, post }, customerId, { card } = {}) {
  const { createdAt } = await autumn.customers.getOrCreate({ customerId, name: 'Ada' });
  const has = async card => {
    const answer = await post('/v1/customers.set_test_card', { customer_id: customerId, payment_method: card });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  };
  if (card) await has(card);
  const shown = () => autumn.customers.get({ customerId, expand: ['invoices'] });
  return {
    customerId,
    shown,
    has,
    at: async days => {
      const frozenTime = createdAt + days * day;
      assert.deepEqual(pick(await autumn.customers.advanceTestClock({ customerId, frozenTime }), 'customerId', 'frozenTime', 'status'), { customerId, frozenTime, status: 'ready' });
    },
    plans: async () => (await shown()).subscriptions.map(held => `${held.planId} ${held.status}${held.pastDue ? ' past due' : ''}`),
    invoices: async () => (await shown()).invoices.map(invoice => `${invoice.total} ${invoice.status}`).reverse(),
    left: async () => (await shown()).balances.messages.remaining,
  };
}

/** Sends the form of a hosted page as a browser without scripts does, from that page. */
async function submit(url, fields) {
  const answer = await fetch(url, { method: 'POST', redirect: 'manual', headers: { origin: new URL(url).origin }, body: new URLSearchParams(fields) });
  return { status: answer.status, leadsTo: answer.headers.get('location'), text: await answer.text() };
}

test('a plan is bought on the hosted page, renewed, upgraded, canceled, and gone', async world => {
  const { autumn } = world;
  const ada = await customer(world, 'ada');
  const { customerId } = ada;
  await ada.at(0.01);
  const preview = await autumn.billing.previewAttach({ customerId, planId: 'pro' });
  assert.deepEqual(pick(preview, 'total', 'currency', 'redirectToCheckout'), { total: 20, currency: 'usd', redirectToCheckout: true });
  const { paymentUrl } = await autumn.billing.attach({ customerId, planId: 'pro', successUrl: 'https://shop.example/thanks' });
  assert.deepEqual([await ada.plans(), await ada.invoices()], [['free active'], []], 'nothing happens before it is paid');

  const page = await (await fetch(paymentUrl)).text();
  assert.match(page, /Pro - Base Price/);
  assert.match(page, /Pay 20\.00 USD/);
  assert.deepEqual(pick(await submit(paymentUrl, { card: 'pm_card_visa' }), 'status', 'leadsTo'), { status: 302, leadsTo: 'https://shop.example/thanks' });
  assert.deepEqual([await ada.plans(), await ada.invoices(), await ada.left()], [['pro active'], ['20 paid'], 100]);

  await autumn.track({ customerId, featureId: 'messages', value: 30 });
  await ada.at(32);
  assert.deepEqual([await ada.plans(), await ada.invoices(), await ada.left()], [['pro active'], ['20 paid', '20 paid'], 100]);

  const upgrade = await autumn.billing.previewAttach({ customerId, planId: 'team' });
  assert.ok(upgrade.total > 20 && upgrade.total < 30, `a part of the month is over: ${upgrade.total}`);
  assert.deepEqual(upgrade.lineItems.map(line => Math.sign(line.total)), [-1, 1], 'what was not used of the old plan is given back');
  const upgraded = await autumn.billing.attach({ customerId, planId: 'team' });
  assert.deepEqual([upgraded.paymentUrl, upgraded.invoice.status, upgraded.invoice.total], [null, 'paid', upgrade.total]);
  assert.deepEqual([await ada.plans(), await ada.left()], [['team active'], 500]);

  const canceling = await autumn.billing.previewUpdate({ customerId, planId: 'team', cancelAction: 'cancel_end_of_cycle' });
  assert.deepEqual([canceling.intent, canceling.total], ['cancel_end_of_cycle', 0]);
  await autumn.billing.update({ customerId, planId: 'team', cancelAction: 'cancel_end_of_cycle' });
  const [held] = (await ada.shown()).subscriptions;
  assert.equal(held.expiresAt, held.currentPeriodEnd);
  assert.deepEqual(await ada.plans(), ['team active', 'free scheduled']);
  const { list } = await autumn.plans.list({ customerId });
  assert.deepEqual(list.filter(plan => ['free', 'team'].includes(plan.id)).map(plan => pick(plan.customerEligibility, 'status', 'canceling')), [{ status: 'scheduled', canceling: undefined }, { status: 'active', canceling: true }]);
  await ada.at(64);
  assert.deepEqual([await ada.plans(), await ada.invoices(), await ada.left()], [['free active'], ['20 paid', '20 paid', `${upgrade.total} paid`], 10]);
});

test('an update costs what its preview said, to the cent', async world => {
  const { autumn } = world;
  const ben = await customer(world, 'ben', { card: 'pm_card_visa' });
  const { customerId } = ben;
  const seats = quantity => ({ customerId, planId: 'seated', featureQuantities: [{ featureId: 'seats', quantity }] });
  await ben.at(0.01);
  assert.equal((await autumn.billing.attach(seats(2))).invoice.total, 40);
  await ben.at(11.7);
  const preview = await autumn.billing.previewUpdate(seats(5));
  assert.ok(preview.total > 0 && preview.total < 30, String(preview.total));
  const { invoice } = await autumn.billing.update(seats(5));
  assert.deepEqual([preview.intent, invoice.total, invoice.status], ['update_quantity', preview.total, 'paid']);
  await ben.at(32);
  assert.deepEqual(await ben.invoices(), ['40 paid', `${preview.total} paid`, '70 paid']);
});

test('a cheaper plan waits for the end of the period, and costs nothing before it', async world => {
  const { autumn } = world;
  const lea = await customer(world, 'lea', { card: 'pm_card_visa' });
  const { customerId } = lea;
  await lea.at(0.01);
  await autumn.billing.attach({ customerId, planId: 'team' });
  const { currentPeriodEnd } = (await lea.shown()).subscriptions[0];
  const preview = await autumn.billing.previewAttach({ customerId, planId: 'pro' });
  assert.deepEqual([preview.total, preview.incoming[0].effectiveAt], [0, currentPeriodEnd]);
  await autumn.billing.attach({ customerId, planId: 'pro' });
  assert.deepEqual([await lea.plans(), await lea.left()], [['team active', 'pro scheduled'], 500]);
  await lea.at(32);
  assert.deepEqual([await lea.plans(), await lea.invoices(), await lea.left()], [['pro active'], ['50 paid', '20 paid'], 100]);
});

test('what is bought once is a purchase, not renewed', async world => {
  const { autumn } = world;
  const max = await customer(world, 'max', { card: 'pm_card_visa' });
  const { customerId } = max;
  await max.at(0.01);
  const pack = { customerId, planId: 'pack', featureQuantities: [{ featureId: 'messages', quantity: 300 }] };
  assert.equal((await autumn.billing.previewAttach(pack)).total, 15);
  assert.equal((await autumn.billing.attach(pack)).invoice.total, 15);
  const { purchases, subscriptions } = await max.shown();
  assert.deepEqual([purchases.map(held => held.planId), subscriptions.map(held => held.planId), await max.left()], [['pack'], ['free'], 310]);
  await max.at(32);
  assert.deepEqual(await max.invoices(), ['15 paid']);
});

test('what was used beyond what is included is on the next invoice', async world => {
  const { autumn } = world;
  const cleo = await customer(world, 'cleo', { card: 'pm_card_visa' });
  const { customerId } = cleo;
  await cleo.at(0.01);
  await autumn.billing.attach({ customerId, planId: 'metered' });
  await autumn.track({ customerId, featureId: 'messages', value: 130 });
  assert.deepEqual(await cleo.invoices(), []);
  await cleo.at(32);
  assert.deepEqual([await cleo.invoices(), await cleo.left()], [['15 paid'], 100]);
});

test('a trial costs nothing until it ends', async world => {
  const { autumn } = world;
  const dora = await customer(world, 'dora', { card: 'pm_card_visa' });
  const { customerId } = dora;
  await dora.at(0.01);
  await autumn.billing.attach({ customerId, planId: 'tried' });
  assert.equal((await autumn.plans.list({ customerId })).list.find(plan => plan.id === 'tried').customerEligibility.trialing, true);
  const [{ trialEndsAt, startedAt }] = (await dora.shown()).subscriptions;
  assert.deepEqual([trialEndsAt - startedAt, await dora.left()], [7 * day, 100]);
  assert.deepEqual((await dora.invoices()).filter(invoice => !invoice.startsWith('0 ')), []);
  await dora.at(8);
  assert.deepEqual((await dora.invoices()).filter(invoice => !invoice.startsWith('0 ')), ['20 paid']);
});

test('a card that is declined leaves the invoice to be paid with another one', async world => {
  const { autumn } = world;
  const eve = await customer(world, 'eve', { card: 'pm_card_chargeDeclined' });
  const { customerId } = eve;
  const attached = await autumn.billing.attach({ customerId, planId: 'pro', successUrl: 'https://shop.example/thanks' });
  assert.deepEqual([attached.invoice.status, attached.requiredAction.code], ['open', 'payment_failed']);
  assert.deepEqual([await eve.plans(), await eve.invoices()], [['free active'], ['20 open']]);
  assert.match((await submit(attached.paymentUrl, { card: 'pm_card_chargeDeclined' })).text, /declined/);
  assert.equal((await submit(attached.paymentUrl, { card: 'pm_card_visa' })).leadsTo, 'https://shop.example/thanks');
  assert.match(await (await fetch(attached.paymentUrl)).text(), /Paid on/);
  assert.deepEqual([await eve.plans(), await eve.invoices()], [['pro active'], ['20 paid']]);
});

test('a renewal that is declined leaves the plan overdue, and paid it is not any more', async world => {
  const { autumn } = world;
  const finn = await customer(world, 'finn', { card: 'pm_card_chargeCustomerFail' });
  const { customerId } = finn;
  await finn.at(0.01);
  await autumn.billing.attach({ customerId, planId: 'pro' });
  await finn.at(32);
  assert.deepEqual([await finn.plans(), await finn.invoices()], [['pro active past due'], ['20 paid', '20 open']]);
  const { hostedInvoiceUrl } = (await finn.shown()).invoices.find(invoice => invoice.status === 'open');
  await submit(hostedInvoiceUrl, { card: 'pm_card_mastercard' });
  assert.deepEqual([await finn.plans(), await finn.invoices()], [['pro active'], ['20 paid', '20 paid']]);
});

test('a card is saved first, and pays for what comes after', async world => {
  const { autumn } = world;
  const gus = await customer(world, 'gus');
  const { customerId } = gus;
  const { url } = await autumn.billing.setupPayment({ customerId, successUrl: 'https://shop.example/account' });
  assert.equal((await submit(url, { card: 'pm_card_mastercard' })).leadsTo, 'https://shop.example/account');
  const { invoice, paymentUrl } = await autumn.billing.attach({ customerId, planId: 'pro' });
  assert.deepEqual([invoice.status, paymentUrl], ['paid', null]);
});

test('what is given back is never more than was paid for it; the rest is credit', async world => {
  const { autumn } = world;
  const noa = await customer(world, 'noa', { card: 'pm_card_visa' });
  const { customerId } = noa;
  const newest = async () => (await autumn.invoices.list({ customerId })).list[0];
  await noa.at(0.01);
  await autumn.billing.attach({ customerId, planId: 'pro' });
  await noa.at(10);
  const { lineItems: [unused], total } = await autumn.billing.previewAttach({ customerId, planId: 'team' });
  await autumn.billing.attach({ customerId, planId: 'team' });
  await autumn.billing.update({ customerId, planId: 'team', cancelAction: 'cancel_immediately', refundLastPayment: 'prorated' });
  assert.deepEqual(pick(await newest(), 'amountPaid', 'refundedAmount'), { amountPaid: total, refundedAmount: total });
  assert.deepEqual(await noa.plans(), ['free active']);
  await autumn.billing.attach({ customerId, planId: 'pro' });
  assert.equal((await newest()).amountPaid.toFixed(2), (20 + unused.total).toFixed(2));
});

test('in the portal the customer cancels and thinks better of it', async world => {
  const { autumn } = world;
  const hana = await customer(world, 'hana', { card: 'pm_card_visa' });
  const { customerId } = hana;
  await autumn.billing.attach({ customerId, planId: 'pro' });
  const { url } = await autumn.billing.openCustomerPortal({ customerId, returnUrl: 'https://shop.example/account' });
  const [, no] = /name="cancel" value="(\d+)"/.exec(await (await fetch(url)).text());
  assert.match((await submit(url, { cancel: no })).text, /Ends /);
  assert.deepEqual(await hana.plans(), ['pro active', 'free scheduled']);
  assert.match((await submit(url, { keep: no })).text, /Renews /);
  assert.deepEqual(await hana.plans(), ['pro active']);
});

test('the portal shows what a part of the customer holds, too', async world => {
  const { autumn } = world;
  const { customerId } = await customer(world, 'oda', { card: 'pm_card_visa' });
  await autumn.entities.create({ customerId, featureId: 'seats', entityId: 'berlin', name: 'Berlin' });
  await autumn.billing.attach({ customerId, entityId: 'berlin', planId: 'pro' });
  const { url } = await autumn.billing.openCustomerPortal({ customerId });
  const page = await (await fetch(url)).text();
  assert.match(page, /Pro for Berlin/);
  const [, no] = /name="cancel" value="(\d+)"/.exec(page);
  assert.match((await submit(url, { cancel: no })).text, /Ends /);
  const { subscriptions } = await autumn.entities.get({ customerId, entityId: 'berlin' });
  assert.ok(subscriptions.find(held => held.planId === 'pro').expiresAt);
});

test('several plans come in one invoice, and a wrong one brings none', async world => {
  const { autumn } = world;
  const ida = await customer(world, 'ida', { card: 'pm_card_visa' });
  const { customerId } = ida;
  assert.equal((await refusal(autumn.billing.multiAttach({ customerId, plans: [{ planId: 'pro' }, { planId: 'nope' }] }))).code, 'product_not_found');
  assert.deepEqual([await ida.plans(), await ida.invoices()], [['free active'], []]);
  const plans = [{ planId: 'pro' }];
  const { total } = await autumn.billing.previewMultiAttach({ customerId, plans });
  assert.equal((await autumn.billing.multiAttach({ customerId, plans })).invoice.total, total);
  assert.deepEqual([await ida.plans(), await ida.invoices()], [['pro active'], ['20 paid']]);
});

test('an invoice is listed, collected again, or void once it is not wanted', async world => {
  const { autumn } = world;
  const jon = await customer(world, 'jon', { card: 'pm_card_chargeDeclined' });
  const { customerId } = jon;
  const newest = async () => (await autumn.invoices.list({ customerId })).list[0];
  await autumn.billing.attach({ customerId, planId: 'pro' });
  assert.deepEqual(pick(await newest(), 'status', 'total', 'currency'), { status: 'open', total: 20, currency: 'usd' });
  await jon.has('pm_card_visa');
  assert.equal((await autumn.invoices.pay({ invoiceId: (await newest()).id })).invoice.status, 'paid');
  assert.deepEqual([await jon.plans(), await jon.invoices()], [['pro active'], ['20 paid']]);
  assert.equal((await refusal(autumn.invoices.void({ invoiceId: (await newest()).id }))).status, 400, 'paid is paid');

  await jon.has('pm_card_chargeDeclined');
  await autumn.billing.attach({ customerId, planId: 'team' });
  assert.equal((await autumn.invoices.void({ invoiceId: (await newest()).id })).invoice.status, 'void');
  assert.deepEqual(await jon.plans(), ['pro active']);
});

test('an invoice of a call\'s own is previewed, sent, changed and paid; one of elsewhere is listed', async world => {
  const { autumn } = world;
  const lou = await customer(world, 'lou');
  const { customerId } = lou;
  const wish = { customerId, plans: [{ planId: 'pro' }], customLineItems: [{ amount: 30, description: 'Setup' }], netTermsDays: 14 };
  assert.deepEqual(pick((await autumn.invoices.create({ ...wish, preview: true })).preview, 'total', 'amountDue', 'currency'), { total: 50, amountDue: 50, currency: 'usd' });
  const { invoice } = await autumn.invoices.create(wish);
  const again = await autumn.invoices.reissue({ invoiceId: invoice.id, lines: { update: [{ id: invoice.items[1].id, amount: 10 }] } });
  assert.deepEqual([again.voidedInvoiceId, again.invoice.total, again.invoice.status], [invoice.id, 30, 'open']);
  await autumn.invoices.pay({ invoiceId: again.invoice.id });
  await autumn.invoices.insert({ invoices: [{ customerId, stripeId: 'in_before', status: 'paid', total: 7, createdAt: 1_700_000_000_000 }] });
  assert.deepEqual([await lou.plans(), await lou.invoices()], [['free active'], ['7 paid', '50 void', '30 paid']]);
  assert.deepEqual((await autumn.invoices.listTemplates({})).list, []);
});

test('an invoice that is sent is paid by a call, and brings its plan', async world => {
  const { autumn } = world;
  const kai = await customer(world, 'kai');
  const { customerId } = kai;
  const { invoice, paymentUrl } = await autumn.billing.attach({ customerId, planId: 'pro', invoiceMode: { enabled: true, netTermsDays: 14 } });
  assert.deepEqual([invoice.status, paymentUrl, await kai.plans()], ['open', invoice.hostedInvoiceUrl, ['free active']]);
  const { list: [{ id: invoiceId }] } = await autumn.invoices.list({ customerId });
  assert.equal((await autumn.invoices.pay({ invoiceId })).invoice.status, 'paid');
  assert.deepEqual(await kai.plans(), ['pro active']);
});
