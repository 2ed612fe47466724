import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inProject, plansOf, start, withServer } from './project.mjs';
import { clientsOf } from './sluice.mjs';

// The published command line with its output to a pipe, as scripts and agents run it.

test('a config that is pushed is in sync, and pulled into an empty folder it is in sync there too', () => withServer(server =>
  inProject(server, start, async ({ must }) => {
    assert.match(await must('env'), /sandbox/i);
    await must('push', '--yes');
    const { autumn } = clientsOf(server);
    const plans = await plansOf(autumn);
    assert.deepEqual(Object.keys(plans).sort(), ['free', 'pro']);
    assert.deepEqual(plans.pro.items.map(item => [item.featureId, item.included]), [['messages', 1000], ['seats', 5], ['sso', 0], ['credits', 50]]);
    assert.match(await must('push', '--yes'), /in sync/i);

    await inProject(server, null, async other => {
      await other.must('pull');
      assert.ok(other.exists());
      assert.match(other.read(), /creditCost: 0\.2/);
      assert.match(await other.must('push', '--yes'), /in sync/i);
    });
  })));

test('rewards and referral programs are pushed, pulled, and gone when the config no longer names them', () => withServer(server =>
  inProject(server, start, async ({ atmn, must, write }) => {
    const { autumn } = clientsOf(server);
    write(`${start.replace("import { feature, item, plan }", "import { feature, item, plan, referralProgram, reward }")}
export const half = reward({ id: 'half', name: 'Half', type: 'percentage_discount', value: 50, duration: { type: 'months', length: 3 }, planIds: [pro.id], promoCodes: [{ code: 'HALF', maxRedemptions: 5, firstTimeTransaction: true }] });
export const gift = reward({ id: 'gift', name: 'Gift', type: 'feature_grant', grants: [{ featureId: messages.id, included: 40, expiry: { type: 'month', length: 1 } }, { featureId: sso.id }], promoCodes: [{ code: 'GIFT' }] });
export const friends = referralProgram({ id: 'friends', rewardId: gift.id, redeemOn: 'checkout', receivedBy: 'all', planIds: [pro.id], excludeTrial: true });
`);
    await must('push', '--yes');
    const { coupons, featureGrants } = await autumn.rewards.list();
    assert.deepEqual([coupons.map(one => one.id), featureGrants.map(one => one.id), (await autumn.referrals.listPrograms()).list.map(one => one.id)], [['half'], ['gift'], ['friends']]);
    assert.match(await must('push', '--yes'), /in sync/i);
    await inProject(server, null, async other => {
      await other.must('pull');
      assert.match(other.read(), /HALF[^]*GIFT|GIFT[^]*HALF/);
      assert.match(await other.must('push', '--yes'), /in sync/i);
    });

    write(start);
    assert.notEqual((await atmn('push')).code, 0, 'a deletion is not made without being confirmed');
    await must('push', '--yes');
    assert.deepEqual([(await autumn.rewards.list()).coupons, (await autumn.referrals.listPrograms()).list], [[], []]);
  })));

test('what the config no longer names is deleted, or archived once it is in use', () => withServer(server =>
  inProject(server, start, async ({ atmn, must, write }) => {
    await must('push', '--yes');
    const { autumn } = clientsOf(server);
    await autumn.customers.getOrCreate({ customerId: 'ada' });
    const without = start.replace(/export const pro = [^]*$/, '');
    write(without);
    assert.notEqual((await atmn('push')).code, 0, 'a deletion is not made without being confirmed');
    await must('push', '--yes');
    assert.deepEqual(Object.keys(await plansOf(autumn)), ['free']);

    write(start.replace(/export const free = .*\n/, ''));
    await must('push', '--yes');
    const listed = await autumn.plans.list({ includeArchived: true });
    assert.deepEqual(listed.list.map(plan => [plan.id, plan.archived]).sort(), [['free', true], ['pro', false]]);
    assert.equal((await autumn.check({ customerId: 'ada', featureId: 'messages' })).balance.remaining, 100, 'who holds it keeps it');
  })));

test('a plan that customers hold changes as the caller says: a new version, or the one they hold', () => withServer(server =>
  inProject(server, start, async ({ atmn, must, write }) => {
    await must('push', '--yes');
    const { autumn } = clientsOf(server);
    await autumn.customers.getOrCreate({ customerId: 'ada' });

    write(start.replace('included: 100,', 'included: 150,'));
    assert.notEqual((await atmn('push', '--yes')).code, 0, 'nothing is decided for the caller');
    const said = (...how) => must('push', '--yes', '--plan-intents', JSON.stringify({ free: how[0] }), '--migration-drafts', '{"free":false}');
    await said('create_version');
    assert.equal((await autumn.plans.get({ planId: 'free' })).version, 2);

    await autumn.customers.getOrCreate({ customerId: 'bob' });
    write(start.replace('included: 100,', 'included: 170,'));
    await said('update_current');
    const now = await autumn.plans.get({ planId: 'free' });
    assert.deepEqual([now.version, now.items[0].included], [2, 170]);
  })));

test('it lists features, plans, customers and their events, and wipes a sandbox', () => withServer(server =>
  inProject(server, start, async ({ must }) => {
    await must('push', '--yes');
    const { autumn } = clientsOf(server);
    await autumn.customers.getOrCreate({ customerId: 'ada', name: 'Ada', email: 'ada@example.com' });
    await autumn.track({ customerId: 'ada', featureId: 'messages', value: 7, properties: { model: 'small' } });
    assert.match(await must('features'), /messages[^]*seats/);
    assert.match(await must('plans', '--format', 'csv'), /free[^]*pro/);
    assert.match(await must('customers'), /ada@example\.com/);
    const ada = await must('customers', '--id', 'ada');
    assert.match(ada, /Messages: 7\/93 used/, 'what is used, and what is left');
    assert.doesNotMatch(ada, /undefined|NaN/);
    assert.match(await must('customers', '--id', 'ada', '--format', 'json'), /"current_balance": 93/);
    assert.match(await must('events', '--customer', 'ada'), /messages/);
    const aggregate = (...how) => must('events', '--mode', 'aggregate', '--customer', 'ada', '--feature', 'messages', ...how);
    assert.match(await aggregate(), /messages[^]*7/);
    assert.match(await aggregate('--format', 'csv'), /period,messages\n(.+,0\n)*.+,7\n/);
    const { timeSeries, totals } = JSON.parse(await aggregate('--format', 'json'));
    assert.deepEqual([timeSeries.at(-1).messages, totals.messages], [7, { count: 1, sum: 7 }]);
    assert.match(await aggregate('--group-by', 'model'), /small/);
    await must('nuke', '--dangerously-skip-all-confirmation-prompts');
    assert.deepEqual([(await autumn.plans.list()).list, (await autumn.features.list()).list, (await autumn.customers.list({})).list], [[], [], []]);
  })));

test('what it does alone works beside the server: version, config, preview', () => withServer(server =>
  inProject(server, start, async ({ must }) => {
    assert.match(await must('version'), /1\.1\.25/);
    await must('config', '-g', 'noDeclarationFile', 'true');
    assert.match(await must('config', '-g', 'noDeclarationFile'), /true/);
    assert.match(await must('preview'), /Free[^]*Pro/);
  })));
