import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.mjs';
import { inTerminal } from './terminal.mjs';

// The published command line, run as a user runs it: in a project of its own, pointed at the server by its environment.
const modules = fileURLToPath(new URL('./node_modules', import.meta.url));
const cli = join(modules, 'atmn/dist/cli.js');

/** A config to begin with. */
export const start = `
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

/** A server of its own for the body; what it printed is shown when the body fails. */
export async function withServer(body) {
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
export async function inProject(server, config, body) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-atmn-'));
  symlinkSync(modules, join(folder, 'node_modules'));
  const file = join(folder, 'autumn.config.ts');
  const write = text => writeFileSync(file, text);
  if (config) write(config);
  const env = {
    PATH: process.env.PATH, HOME: folder, NO_COLOR: '1', ATMN_BACKEND_URL: server.url, ATMN_DISABLE_AUTH_RECOVERY: '1',
    AUTUMN_SECRET_KEY: server.sandboxKey, AUTUMN_PROD_SECRET_KEY: server.liveKey,
  };
  const atmn = (...args) => new Promise(done => {
    const child = execFile(process.execPath, [cli, ...args], { cwd: folder, env, timeout: 60_000 },
      (error, stdout, stderr) => done({ code: error ? error.code ?? error.signal : 0, text: `${stdout}\n${stderr}` }));
    child.stdin.end();
  });
  const must = async (...args) => {
    const { code, text } = await atmn(...args);
    assert.equal(code, 0, `atmn ${args.join(' ')} ended with ${code}:\n${text}`);
    return text;
  };
  const terminals = [];
  const terminal = (...args) => {
    terminals.push(inTerminal(process.execPath, [cli, ...args], { cwd: folder, env }));
    return terminals.at(-1);
  };
  try {
    await body({ atmn, must, terminal, write, read: () => readFileSync(file, 'utf8'), exists: () => existsSync(file) });
  } finally {
    for (const one of terminals) one.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const plansOf = async autumn => Object.fromEntries((await autumn.plans.list()).list.map(plan => [plan.id, plan]));
