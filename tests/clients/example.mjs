import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const folder = fileURLToPath(new URL('../../examples/react-chat', import.meta.url));
const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'sluice-example-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

// The settings of whoever runs the tests must not reach the example.
const settings = ({ url, sandboxKey }) =>
  ({ PATH: process.env.PATH, HOME: home, NO_COLOR: '1', ATMN_DISABLE_AUTH_RECOVERY: '1', ATMN_BACKEND_URL: url, AUTUMN_SECRET_KEY: sandboxKey, PORT: '0' });

/** Pushes the plans of examples/react-chat and builds its page, by the commands of its README. */
export async function prepareExample(server) {
  const npm = (...args) => run('npm', args, { cwd: folder, env: settings(server), timeout: 60_000 })
    .catch(error => { throw new Error(`npm ${args.join(' ')}: ${error.stdout}\n${error.stderr}`); });
  await Promise.all([npm('run', 'build'), npm('run', 'push', '--', '--yes')]);
}

/** Starts it as "npm start" does, or with "--dev" as "npm run dev" does. */
export async function startExample(server, ...args) {
  const child = spawn(process.execPath, ['server.js', ...args], { cwd: folder, env: settings(server), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => { said += text; });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await ended;
  };
  let url;
  while (!(url = /http:\S+/.exec(said)?.[0])) {
    const more = await Promise.race([once(child.stdout, 'data'), ended.then(() => null)]);
    if (!more) throw new Error(`The example ended before it said where it listens.\n${said}`);
  }
  return { url, stop, output: () => said };
}

/** Debian's Chromium, or the one that CHROMIUM names. */
export const startBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
