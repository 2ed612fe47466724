import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const folder = fileURLToPath(new URL('../../examples/react-chat', import.meta.url));
const run = promisify(execFile);

/** Pushes the plans of examples/react-chat to a Sluice, builds its page and starts it, each by the command its README gives. */
export async function startExample({ url, sandboxKey }) {
  const home = mkdtempSync(join(tmpdir(), 'sluice-example-'));
  const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1', ATMN_DISABLE_AUTH_RECOVERY: '1', ATMN_BACKEND_URL: url, AUTUMN_SECRET_KEY: sandboxKey, PORT: '0' };
  const npm = (...args) => run('npm', args, { cwd: folder, env, timeout: 60_000 }).catch(error => { throw new Error(`npm ${args.join(' ')}: ${error.stdout}\n${error.stderr}`); });
  await Promise.all([npm('run', 'build'), npm('run', 'push', '--', '--yes')]);

  const child = spawn(process.execPath, ['server.js'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => { said += text; });
  const ended = once(child, 'exit');
  const address = (async () => {
    for await (const line of createInterface(child.stdout)) if (/http:\S+/.test(line)) return /http:\S+/.exec(line)[0];
  })();
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  const at = await Promise.race([address, ended.then(() => undefined)]);
  if (at) return { url: at, stop, output: () => said };
  await stop();
  throw new Error(`The example ended before it said where it listens.\n${said}`);
}

/** Debian's Chromium, or the one that CHROMIUM names. */
export const startBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
