import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.mjs';

// The published command line signs in: the browser it opens is a script of ours that does what a person would.
const modules = fileURLToPath(new URL('./node_modules', import.meta.url));
const password = 'correct horse battery';

/** Follows the address, signs in and allows where it is asked to. */
const browser = `#!${process.execPath}
const [start] = process.argv.slice(-1);
const cookies = new Map();
async function go(url, options = {}) {
  const headers = { cookie: [...cookies].map(([name, value]) => name + '=' + value).join('; '), ...options.headers };
  const answer = await fetch(url, { ...options, headers, redirect: 'manual' });
  for (const cookie of answer.headers.getSetCookie()) { const [pair] = cookie.split(';'); cookies.set(...pair.split('=')); }
  const next = answer.headers.get('location');
  return next ? go(new URL(next, url).href) : { url, html: await answer.text() };
}
function post(page, action, values) {
  const hidden = [...page.html.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, decoded(value)]);
  return go(new URL(action, page.url).href, { method: 'POST', headers: { origin: new URL(page.url).origin }, body: new URLSearchParams({ ...Object.fromEntries(hidden), ...values }) });
}
function decoded(text) { return text.replace(/&#x([0-9A-F]+);/gi, (_, code) => String.fromCodePoint(parseInt(code, 16))).replaceAll('&quot;', '"').replaceAll('&amp;', '&'); }
let page = await go(start);
if (page.html.includes('current-password')) page = await post(page, '/sign-in', { name: 'operator', password: process.env.TEST_PASSWORD });
if (page.html.includes('value="allow"')) await post(page, page.url, { decision: process.env.TEST_DECISION ?? 'allow' });
`;

async function inProject(server, body, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-login-'));
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const opener = join(folder, 'xdg-open');
  writeFileSync(opener, browser);
  chmodSync(opener, 0o755);
  const atmn = (args, { visiting } = {}) => new Promise(done => {
    const child = execFile(process.execPath, [join(modules, 'atmn/dist/cli.js'), ...args], {
      cwd: folder, timeout: 90_000,
      env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder, NO_COLOR: '1', BROWSER: '', ATMN_BACKEND_URL: server.url, TEST_PASSWORD: password, ...env },
    }, (error, stdout, stderr) => done({ code: error ? error.code ?? error.signal : 0, text: `${stdout}\n${stderr}` }));
    child.stdin.end();

    // Without a terminal some commands print the address instead of opening it.
    let printed = '';
    if (visiting) child.stdout.on('data', text => {
      printed += text;
      const [url] = /http\S+oauth2\/authorize\S+/.exec(printed) ?? [];
      if (url && /\s$/.test(printed)) { printed = ''; execFile(process.execPath, ['--input-type=module', '-e', browser.replace(/^#!.*/, ''), url], { env: { TEST_PASSWORD: password } }); }
    });
  });
  const dotenv = () => existsSync(join(folder, '.env')) ? readFileSync(join(folder, '.env'), 'utf8') : '';
  try {
    await body({ atmn, dotenv, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withServer(body) {
  const server = await startServer({ presetKeys: false });
  try {
    await body(server);
  } catch (error) {
    console.error(`server output:\n${server.output}`);
    throw error;
  } finally {
    await server.stop();
  }
}

const keysIn = text => ({ sandbox: /AUTUMN_SECRET_KEY=(am_sk_test_\w+)/.exec(text)?.[1], live: /AUTUMN_PROD_SECRET_KEY=(am_sk_live_\w+)/.exec(text)?.[1] });

async function setUp(server) {
  const [link] = await server.printed(/http\S+\/setup\?token=\S+/);
  const token = new URL(link).searchParams.get('token');
  const answer = await fetch(`${server.url}/setup`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token, password, again: password }) });
  assert.equal(answer.status, 302);
}

test('login writes both keys, they work, and logout takes them away', () => withServer(server => inProject(server, async ({ atmn, dotenv }) => {
  const login = await atmn(['login']);
  assert.equal(login.code, 0, login.text);
  const { sandbox, live } = keysIn(dotenv());
  assert.ok(sandbox && live, dotenv());
  const env = await atmn(['env']);
  assert.match(env.text, /sandbox/i);
  for (const [key, expected] of [[sandbox, 'sandbox'], [live, 'live']]) {
    const me = await (await fetch(`${server.url}/v1/organization/me`, { headers: { authorization: `Bearer ${key}` } })).json();
    assert.equal(me.env, expected);
  }

  await atmn(['logout']);
  assert.deepEqual(keysIn(dotenv()), { sandbox: undefined, live: undefined });
})));

test('with an account the browser signs in and allows', () => withServer(async server => {
  await setUp(server);
  await inProject(server, async ({ atmn, dotenv }) => {
    const login = await atmn(['login']);
    assert.equal(login.code, 0, login.text);
    assert.ok(keysIn(dotenv()).sandbox);
  });
}));

test('an operator who says no leaves the tool without keys', () => withServer(async server => {
  await setUp(server);
  await inProject(server, async ({ atmn, dotenv }) => {
    const login = await atmn(['login']);
    assert.match(login.text, /denied|said no|fail|error/i);
    assert.equal(keysIn(dotenv()).sandbox, undefined);
  }, { TEST_DECISION: 'deny' });
}));

test('init signs in, and run again writes the config', () => withServer(server => inProject(server, async ({ atmn, dotenv, folder }) => {
  await atmn(['init']);
  assert.ok(keysIn(dotenv()).sandbox, dotenv());
  const again = await atmn(['init']);
  assert.equal(again.code, 0, again.text);
  assert.ok(existsSync(join(folder, 'autumn.config.ts')), again.text);
  assert.match(readFileSync(join(folder, 'autumn.config.ts'), 'utf8'), /hello/);
})));

test('a push with a key that is gone signs in again and goes on', () => withServer(server => inProject(server, async ({ atmn, dotenv, folder }) => {
  writeFileSync(join(folder, 'autumn.config.ts'), `import { feature } from 'atmn';\nexport const calls = feature({ id: 'calls', name: 'Calls', type: 'metered', consumable: true });\n`);
  writeFileSync(join(folder, '.env'), 'AUTUMN_SECRET_KEY=am_sk_test_00000000000000000000000000000000000000000\n');
  const push = await atmn(['push', '--yes'], { visiting: true });
  assert.equal(push.code, 0, push.text);
  const { sandbox } = keysIn(dotenv());
  const features = await (await fetch(`${server.url}/v1/features.list`, { method: 'POST', headers: { authorization: `Bearer ${sandbox}` } })).json();
  assert.ok(features.list.some(feature => feature.id === 'calls'), push.text);
})));
