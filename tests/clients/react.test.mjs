import assert from 'node:assert/strict';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { prepareExample, startBrowser, startExample } from './example.mjs';
import { sluice } from './sluice.mjs';

// examples/react-chat in a real browser: the published hooks, through the published handler, against Sluice.
let example;
let browser;
const { test } = sluice({
  async given({ server }) {
    await prepareExample(server);
    example = await startExample(server);
    browser = await startBrowser();
  },
});
after(async () => {
  await browser?.close();
  await example?.stop();
});

const screens = fileURLToPath(new URL('../../artifacts/screens/', import.meta.url));
const desktop = { width: 1000, height: 800 };
const phone = { width: 360, height: 640 };

// What the browser and the published hooks write into the console for a refusal that a test is about.
const usedUp = [/status of 402/];
const noWorkspace = [/status of 404/, /^\[Autumn\] The customer has no entity design/];

/** A new visitor's page, used by body. Fails on what the browser's console says and expects does not name. */
async function visit({ app = example, path = '/', viewport = desktop, expects = [] }, body) {
  const context = await browser.newContext({ viewport });
  context.setDefaultTimeout(10_000);
  const said = [];
  const open = async () => {
    const page = await context.newPage();
    page.on('console', message => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
    page.on('pageerror', error => said.push(String(error)));
    await page.goto(app.url + path);
    await page.getByRole('heading', { name: 'Plans' }).waitFor();
    return chat(page);
  };
  try {
    const page = await open();
    const customerId = (await context.cookies()).find(cookie => cookie.name === 'visitor').value;
    await body({ ...page, open, customerId });
  } catch (error) {
    console.error([app.output(), ...said].join('\n'));
    throw error;
  } finally {
    await context.close();
  }
  assert.deepEqual(said.filter(text => !expects.some(pattern => pattern.test(text))), []);
}

/** What a visitor does and sees. Every "shows" waits until it is so. */
function chat(page) {
  const plan = name => page.getByLabel('Plans').getByRole('listitem', { name, exact: true });
  const balances = page.getByLabel('Balances').first();
  return {
    page,
    plan,
    shows: locator => locator.waitFor(),
    left: (feature, amount) => balances.locator('div', { hasText: feature }).getByText(amount, { exact: true }).waitFor(),
    used: text => page.getByLabel('Usage').getByText(text, { exact: true }).waitFor(),
    choose: model => page.getByLabel(model).check(),
    send: async text => {
      await page.getByLabel('Message', { exact: true }).fill(text);
      await page.getByRole('button', { name: 'Send' }).click();
    },
    pay: async (card, button = 'Pay') => {
      await page.getByLabel('Test card').selectOption(card);
      await page.getByRole('button', { name: button }).last().click();
    },
    manage: () => page.getByRole('button', { name: 'Manage billing' }).click(),
    mayWrite: () => page.getByRole('button', { name: 'Send' }).isVisible(),
    prompt: page.getByRole('status').filter({ hasText: 'used up' }),
    newest: page.getByLabel('Newest messages').getByRole('listitem'),
  };
}

const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('a visitor sees the plans that atmn pushed, which one is theirs, and what is left', () => visit({}, async ({ page, plan, left, used, newest, shows }) => {
  await left('Messages', '3 of 3');
  await left('Credits', '20 of 20');
  await used('0 to the small model, 0 to the large model');
  assert.equal(await newest.count(), 0);
  await shows(plan('Pro'));
  assert.deepEqual(await page.getByLabel('Plans').getByRole('heading', { level: 3 }).allTextContents(), ['Free', 'Plus', 'Pro']);
  assert.match(await plan('Pro').textContent(), /\$20/);
  assert.deepEqual([await plan('Free').getByRole('button').textContent(), await plan('Free').getByRole('button').isEnabled()], ['Your plan', false]);
  assert.equal(await page.getByRole('alert').count(), 0);
}));

test('each message lowers the balance; without one left the page offers an upgrade, which raises it', () => visit({}, async ({ page, plan, left, used, send, mayWrite, shows, prompt, newest, customerId }) => {
  for (const [at, remaining] of [2, 1, 0].entries()) {
    await send(`message ${at + 1}`);
    await left('Messages', `${remaining} of 3`);
    await used(`${at + 1} to the small model, 0 to the large model`);
  }
  await shows(page.getByText('You said "message 3"'));
  await shows(newest.nth(2));
  assert.equal(await newest.count(), 3);
  await shows(prompt);
  assert.equal(await mayWrite(), false);
  const refused = await page.request.post(`${example.url}/api/messages`, { data: { text: 'one more', model: 'small' } });
  assert.equal(refused.status(), 402, 'the server does not rely on the page');
  await page.screenshot({ path: `${screens}react-chat-empty.png`, fullPage: true });

  await prompt.getByRole('link', { name: 'Upgrade' }).click();
  await plan('Plus').getByRole('button', { name: 'Choose' }).click();
  await left('Messages', '50 of 50');
  await left('Credits', '200 of 200');
  await shows(plan('Plus').getByRole('button', { name: 'Your plan' }));
  await shows(plan('Free').getByRole('button', { name: 'Choose' }));
  await send(`thanks, ${customerId.slice(0, 4)}`);
  await left('Messages', '49 of 50');
  await used('4 to the small model, 0 to the large model');
  await page.screenshot({ path: `${screens}react-chat.png`, fullPage: true });
}));

test('credits pay for the large model: the page\'s own check says so until they are used up', () => visit({}, async ({ left, used, choose, send, mayWrite, shows, prompt }) => {
  await choose('Large model');
  assert.equal(await mayWrite(), true);
  await send('a');
  await left('Credits', '10 of 20');
  assert.equal(await mayWrite(), true);
  await send('b');
  await left('Credits', '0 of 20');
  await left('Messages', '3 of 3');
  await used('0 to the small model, 2 to the large model');
  await shows(prompt);
  await choose('Small model');
  assert.equal(await mayWrite(), true, 'each model has a balance of its own');
}));

test('what was used up behind the page\'s back is refused by the server, and the page says so', ({ autumn }) => visit({ expects: usedUp }, async ({ left, send, shows, prompt, customerId, open }) => {
  const other = await open();
  await other.left('Messages', '3 of 3');
  await autumn.track({ customerId, featureId: 'small_messages', value: 3 });
  await send('too late');
  await left('Messages', '0 of 3');
  await shows(prompt);
  await other.left('Messages', '3 of 3');
}));

test('a plan with a price is paid on a page of Sluice, is active back in the app, and is canceled in the portal', ({ autumn }) => visit({}, async ({ page, plan, left, shows, pay, prompt, send, manage, customerId }) => {
  for (const remaining of [2, 1, 0]) {
    await send('using it up');
    await left('Messages', `${remaining} of 3`);
  }
  await prompt.getByRole('link', { name: 'Upgrade' }).click();
  await plan('Pro').getByRole('button', { name: 'Choose' }).click();
  await shows(page.getByRole('row', { name: 'Pro - Base Price' }));
  await pay('pm_card_visa', 'Pay 20.00 USD');
  await shows(plan('Pro').getByRole('button', { name: 'Your plan' }));
  await left('Messages', 'unlimited');
  await left('Credits', '2000 of 2000');
  await send('as often as I like');
  await shows(page.getByText('You said "as often as I like"'));

  await manage();
  await shows(page.getByText(/^Renews /));
  await shows(page.getByRole('link', { name: '20.00 USD, paid' }));
  await page.getByRole('button', { name: 'Cancel at the end of the period' }).click();
  await shows(page.getByText(/^Ends /));
  await page.getByRole('link', { name: 'Back' }).click();
  await shows(plan('Pro').getByText(/^Ends on /));
  await left('Messages', 'unlimited');
  const { subscriptions } = await autumn.customers.get({ customerId });
  assert.deepEqual(subscriptions.map(held => `${held.planId} ${held.status}`), ['pro active', 'free scheduled']);
}));

test('a card that is declined is said so on the page, and the next one pays', ({ autumn }) => visit({}, async ({ page, plan, left, shows, pay, customerId }) => {
  await plan('Pro').getByRole('button', { name: 'Choose' }).click();
  await pay('pm_card_chargeDeclined');
  await shows(page.getByText('The card was declined.'));
  assert.deepEqual((await autumn.customers.get({ customerId })).subscriptions.map(held => held.planId), ['free']);
  await pay('pm_card_chargeDeclined');
  await shows(page.getByRole('alert').filter({ hasText: 'The card was declined. Try another one.' }));
  await pay('pm_card_mastercard');
  await shows(plan('Pro').getByRole('button', { name: 'Your plan' }));
  await left('Credits', '2000 of 2000');
}));

test('a bank that asks is answered on the page, before anything is had', ({ autumn }) => visit({}, async ({ page, plan, shows, pay, customerId }) => {
  await plan('Pro').getByRole('button', { name: 'Choose' }).click();
  await pay('pm_card_authenticationRequired');
  await shows(page.getByText('Your bank asks'));
  await page.getByRole('button', { name: 'No', exact: true }).click();
  await shows(page.getByRole('alert').filter({ hasText: 'not confirmed' }));
  assert.deepEqual((await autumn.customers.get({ customerId })).subscriptions.map(held => held.planId), ['free']);
  await page.getByRole('button', { name: 'Yes, pay' }).click();
  await shows(plan('Pro').getByRole('button', { name: 'Your plan' }));
}));

test('who turns back at the checkout has lost nothing', () => visit({}, async ({ page, plan, left, shows }) => {
  await plan('Pro').getByRole('button', { name: 'Choose' }).click();
  await shows(page.getByRole('heading', { name: 'Checkout' }));
  await page.goBack();
  await left('Messages', '3 of 3');
  await plan('Plus').getByRole('button', { name: 'Choose' }).click();
  await left('Messages', '50 of 50');
}));

test('a workspace that is not there is said so, and the rest of the page goes on', () => visit({ path: '/?workspace=design', expects: noWorkspace }, async ({ page, left, send, shows }) => {
  await shows(page.getByLabel('Workspace').getByRole('alert').filter({ hasText: 'The customer has no entity design' }));
  await send('still here');
  await left('Messages', '2 of 3');
}));

test('useEntity shows what a workspace has of its own and shares with its customer', ({ autumn }) => visit({ path: '/?workspace=design', expects: noWorkspace }, async ({ open, customerId }) => {
  await autumn.entities.create({ customerId, featureId: 'workspaces', entityId: 'design', name: 'Design' });
  await autumn.balances.create({ customerId, featureId: 'small_messages', entityId: 'design', includedGrant: 5 });
  await autumn.track({ customerId, featureId: 'small_messages', entityId: 'design', value: 2 });
  const { page, left, shows } = await open();
  await shows(page.getByRole('heading', { name: 'Workspace Design' }));
  await shows(page.getByLabel('Workspace').getByText('6 of 8', { exact: true }));
  await left('Messages', '6 of 8');
}));

test('on a phone nothing is wider than the screen, nor on the pages where it is paid and canceled', () => visit({ viewport: phone, path: '/?workspace=design', expects: noWorkspace }, async ({ page, plan, left, send, shows, pay, manage }) => {
  const fits = async name => {
    assert.equal(await overflow(page), 0, name);
    await page.screenshot({ path: `${screens}${name}.png`, fullPage: true });
  };
  await left('Messages', '3 of 3');
  await send('a'.repeat(200));
  await left('Messages', '2 of 3');
  await fits('react-chat-phone');
  await plan('Pro').getByRole('button').click();
  await shows(page.getByRole('heading', { name: 'Checkout' }));
  await fits('checkout-phone');
  await pay('pm_card_chargeDeclined');
  await shows(page.getByRole('heading', { name: 'Invoice' }));
  await fits('invoice-phone');
  await pay('pm_card_visa');
  await shows(plan('Pro').getByRole('button', { name: 'Your plan' }));
  await manage();
  await shows(page.getByRole('heading', { name: 'Invoices' }));
  await fits('portal-phone');
}));

test('the page in development, from its sources, is the same', async ({ server }) => {
  const app = await startExample(server, '--dev');
  try {
    await visit({ app }, async ({ left, send }) => {
      await left('Messages', '3 of 3');
      await send('in development');
      await left('Messages', '2 of 3');
    });
  } finally {
    await app.stop();
  }
});

test('the console of the browser is listened to', async () => {
  await assert.rejects(visit({}, async ({ page }) => {
    await page.evaluate(() => console.error('a mistake of the page'));
  }), /a mistake of the page/);
});
