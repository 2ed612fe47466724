import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientsOf } from './sluice.mjs';
import { startServer } from './server.mjs';

// The published command line, run as a user runs it: in a project of its own, pointed at the server by its environment.
const modules = fileURLToPath(new URL('./node_modules', import.meta.url));
const start = `
import { feature, item, plan } from 'atmn';
export const messages = feature({ id: 'messages', name: 'Messages', type: 'metered', consumable: true });
export const seats = feature({ id: 'seats', name: 'Seats', type: 'metered', consumable: false });
export const sso = feature({ id: 'sso', name: 'SSO', type: 'boolean' });
export const credits = feature({ id: 'credits', name: 'Credits', type: 'credit_system', creditSchema: [{ meteredFeatureId: messages.id, creditCost: 0.2 }] });
export const free = plan({ id: 'free', name: 'Free', autoEnable: true, items: [item({ featureId: messages.id, included: 100, reset: { interval: 'month' } })] });
export const pro = plan({
  id: 'pro', name: 'Pro', price: { amount: 20, interval: 'month' },
  items: [
    item({ featureId: messages.id, included: 1000, price: { amount: 0.5, interval: 'month', billingUnits: 10, billingMethod: 'usage_based' } }),
    item({ featureId: seats.id, included: 5 }),
    item({ featureId: sso.id }),
    item({ featureId: credits.id, included: 50, reset: { interval: 'month' } }),
  ],
});
`;

async function withServer(body) {
  const server = await startServer();
  try {
    await body(server);
  } catch (error) {
    console.error(`server output:\n${server.output}`);
    throw error;
  } finally {
    await server.stop();
  }
}

/** A folder to run atmn in, with its config file where one is given. */
async function inProject(server, config, body) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-atmn-'));
  symlinkSync(modules, join(folder, 'node_modules'));
  const file = join(folder, 'autumn.config.ts');
  const write = text => writeFileSync(file, text);
  if (config) write(config);
  const atmn = (...args) => new Promise(done => {
    const env = { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1', ATMN_BACKEND_URL: server.url, ATMN_DISABLE_AUTH_RECOVERY: '1', AUTUMN_SECRET_KEY: server.sandboxKey };
    const child = execFile(process.execPath, [join(modules, 'atmn/dist/cli.js'), ...args], { cwd: folder, env, timeout: 60_000 },
      (error, stdout, stderr) => done({ code: error ? error.code ?? error.signal : 0, text: `${stdout}\n${stderr}` }));
    child.stdin.end();
  });
  const must = async (...args) => {
    const { code, text } = await atmn(...args);
    assert.equal(code, 0, `atmn ${args.join(' ')} ended with ${code}:\n${text}`);
    return text;
  };
  try {
    await body({ atmn, must, write, read: () => readFileSync(file, 'utf8'), exists: () => existsSync(file) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const plansOf = async autumn => Object.fromEntries((await autumn.plans.list()).list.map(plan => [plan.id, plan]));

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
    await autumn.track({ customerId: 'ada', featureId: 'messages', value: 7 });
    assert.match(await must('features'), /messages[^]*seats/);
    assert.match(await must('plans', '--format', 'csv'), /free[^]*pro/);
    assert.match(await must('customers'), /ada@example\.com/);
    assert.match(await must('customers', '--id', 'ada', '--format', 'json'), /"messages"/);
    assert.match(await must('events', '--customer', 'ada'), /messages/);
    assert.match(await must('events', '--mode', 'aggregate', '--customer', 'ada', '--format', 'json'), /7/);
    await must('nuke', '--dangerously-skip-all-confirmation-prompts');
    assert.deepEqual([(await autumn.plans.list()).list, (await autumn.features.list()).list, (await autumn.customers.list({})).list], [[], [], []]);
  })));
