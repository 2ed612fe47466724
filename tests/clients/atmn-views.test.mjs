import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inProject, plansOf, start, withServer } from './project.mjs';
import { clientsOf } from './sluice.mjs';

// The published command line in a terminal, where it draws views that are moved through by keys.

const row = (...cells) => new RegExp(cells.map(cell => `${cell}\\s+`).join(''));

async function usedShop(server, must) {
  await must('push', '--yes');
  const { autumn } = clientsOf(server);
  for (const customerId of ['ada', 'bob']) await autumn.customers.getOrCreate({ customerId, name: customerId.toUpperCase(), email: `${customerId}@example.com` });
  await autumn.track({ customerId: 'ada', featureId: 'messages', value: 7, properties: { model: 'small' } });
  return autumn;
}

test('the views: customers and the sheet of one, features, plans, events as a list and as a chart', () => withServer(server =>
  inProject(server, start, async ({ must, terminal }) => {
    await usedShop(server, must);

    const customers = terminal('customers');
    await customers.shows(row('▸ bob', 'BOB', 'bob@example\\.com'));
    customers.press('down');
    await customers.shows(row('▸ ada', 'ADA'));
    customers.press('enter');
    await customers.shows(/ID: ada[^]*Email: ada@example\.com[^]*Subscriptions \(1\)[^]*Free[^]*Status: active[^]*Messages: 93 \/ 100[^]*7%[^]*Resets: \w+ \d+, 20\d\d/);
    customers.press('escape');
    await customers.shows(row('▸ ada', 'ADA'));
    assert.equal(await customers.pressUntilEnded('q'), 0);

    const features = terminal('features');
    await features.shows(row('▸ \\w+', '\\w+', 'metered|boolean|credit_system'));
    for (const id of ['credits', 'messages', 'seats', 'sso']) await features.shows(row(id));
    features.press('enter');
    await features.shows(/Basic Info[^]*Status: Active/);

    const plans = terminal('plans');
    await plans.shows(row('free', 'Free', 'v1', 'Default', 'Free', '1'));
    await plans.shows(row('pro', 'Pro', 'v1', 'Plan'));
    plans.press('enter');
    await plans.shows(/Items \(1\)[^]*messages[^]*Balance: 100[^]*Reset: month/);

    const events = terminal('events', '--customer', 'ada');
    await events.shows(row('▸ \\S+', '.*20\\d\\d', 'ada', 'messages', '7'));
    events.press('v');
    // The axis ends at what was used: nothing is counted twice.
    await events.shows(/1 events[^]*7 total[^]*Daily Events[^█]*\s7\s[^█]*█[^]*█ messages/);
    events.press('g');
    await events.shows(/Bin: Monthly/);
  })));

test('a push and a pull in a terminal ask what is to be done, and do it', () => withServer(server =>
  inProject(server, start, async ({ terminal, write, read }) => {
    const { autumn } = clientsOf(server);
    const first = terminal('push');
    await first.shows(/4 to push[^]*2 to push/);
    assert.equal(await first.ended(), 0, first.screen());
    assert.deepEqual(Object.keys(await plansOf(autumn)).sort(), ['free', 'pro']);

    await autumn.customers.getOrCreate({ customerId: 'ada' });
    write(start.replace('included: 100,', 'included: 150,'));
    const second = terminal('push');
    await second.shows(/Plan "Free" has customers on it[^]*❯ Create new version/);
    // Whatever is asked from here on is answered with what is proposed.
    assert.equal(await second.pressUntilEnded('enter'), 0, second.screen());
    assert.deepEqual((await autumn.plans.get({ planId: 'free' })).version, 2);

    write('');
    const pulled = terminal('pull', '-f');
    await pulled.shows(/Features \(4\)[^]*Plans \(2\)[^]*Done in/);
    assert.equal(await pulled.ended(), 0);
    assert.match(read(), /included: 150/);
  })));

test('with --prod the live key is used: live and sandbox see nothing of each other', () => withServer(server =>
  inProject(server, start, async ({ must }) => {
    await must('push', '--prod', '--yes');
    const { autumn, client } = clientsOf(server);
    const live = client({ secretKey: server.liveKey });
    assert.deepEqual([Object.keys(await plansOf(live)).sort(), Object.keys(await plansOf(autumn))], [['free', 'pro'], []]);
    await live.customers.getOrCreate({ customerId: 'payer', email: 'payer@example.com' });
    assert.match(await must('env', '--prod'), /production/i);
    assert.match(await must('customers', '--prod'), /payer@example\.com/);
    assert.doesNotMatch(await must('customers'), /payer/);
    assert.match(await must('env'), /sandbox/i);
  })));
