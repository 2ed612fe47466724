import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const built = fileURLToPath(new URL('../../src/Sluice.Server/bin/Release/net10.0/Sluice.Server.dll', import.meta.url));
const readyWithinMs = 30_000;
const endWithinMs = 15_000;

/** A key as the server accepts it for a preset: prefix and 42 characters. */
export function freshKey(prefix) {
  return prefix + randomBytes(64).toString('base64').replace(/[^A-Za-z0-9]/g, '').slice(0, 42);
}

/**
 * Starts the built server on a free port with a data directory of its own and returns when it is ready.
 * presetKeys: false leaves it to the server to make its keys, as on a first start; or the two settings themselves.
 */
export async function startServer({ presetKeys = true, env = {}, args = [], data } = {}) {
  const directory = data ?? mkdtempSync(join(tmpdir(), 'sluice-clients-'));
  const port = await freePort();
  const keys = presetKeys === true ? { SLUICE_SANDBOX_KEY: freshKey('am_sk_test_'), SLUICE_LIVE_KEY: freshKey('am_sk_live_') } : presetKeys || {};
  const server = {
    url: `http://127.0.0.1:${port}`,
    data: directory,
    sandboxKey: keys.SLUICE_SANDBOX_KEY,
    liveKey: keys.SLUICE_LIVE_KEY,
    output: '',
    printed,
    newKey,
    stop,
    kill,
  };

  const { command, first, options } = program({ SLUICE_DATA: directory, SLUICE_PORT: String(port), ...keys, ...env });
  const child = spawn(command, [...first, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').catch(error => [String(error)]);
  const heard = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      server.output += text;
      heard.emit('more');
    });
  }

  /** Waits until the output matches: what is printed may come after the server is ready. */
  async function printed(pattern) {
    const signal = AbortSignal.timeout(readyWithinMs);
    while (!pattern.test(server.output)) {
      await once(heard, 'more', { signal }).catch(() => { throw new Error(`The server never printed ${pattern}.\n${server.output}`); });
    }
    return pattern.exec(server.output);
  }

  /** A further key, made by the command beside the running server. */
  async function newKey(...how) {
    const { stdout } = await promisify(execFile)(command, [...first, 'keys', 'new', ...how], options);
    return stdout.trim();
  }

  async function stop() {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const late = pause(endWithinMs, 'late', { ref: false });
    const how = await Promise.race([ended, late]);
    if (how === 'late') child.kill('SIGKILL');
    if (data === undefined) rmSync(directory, { recursive: true, force: true });
    if (how === 'late') throw new Error(`The server did not end within ${endWithinMs} ms of SIGTERM.\n${server.output}`);
    if (how[0] !== 0) throw new Error(`The server ended with ${how.join(' ')} after SIGTERM.\n${server.output}`);
  }

  /** Ends it as a power cut would. */
  async function kill() {
    child.kill('SIGKILL');
    await ended;
  }

  try {
    await ready(server.url, ended);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${error.message}\n--- the server's output ---\n${server.output}`);
  }
  return server;
}

function program(settings) {
  const dll = process.env.SLUICE_SERVER_DLL ?? built;
  if (!existsSync(dll)) throw new Error(`No server at ${dll}: build src/Sluice.Server in Release, or say where it is in SLUICE_SERVER_DLL.`);
  const [command, ...first] = dll.endsWith('.dll') ? ['dotnet', dll] : [dll];
  return { command, first, options: { cwd: dirname(dll), env: { ...cleanEnvironment(), ...settings } } };
}

async function ready(url, ended) {
  const deadline = Date.now() + readyWithinMs;
  let gone;
  ended.then(how => { gone = how; });
  while (Date.now() < deadline) {
    if (gone) throw new Error(`The server ended before it was ready: ${gone.join(' ')}.`);
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await pause(20);
  }
  throw new Error(`The server was not ready within ${readyWithinMs} ms.`);
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The settings of whoever runs the tests must not reach the server. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SLUICE_|ASPNETCORE_|AUTUMN_)/.test(name)));
}
