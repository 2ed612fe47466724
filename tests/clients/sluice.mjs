import assert from 'node:assert/strict';
import { after, before, test as nodeTest } from 'node:test';
import { Autumn } from 'autumn-js';
import { takeFaults, watch } from './contract/witness.mjs';
import { curl } from './curl.mjs';
import { startServer } from './server.mjs';

/**
 * One server for all tests of a file. given() sets the stage once. A test fails when its body fails or when any
 * answer it received breaks the contract; what the server logged meanwhile is shown then.
 */
export function sluice({ given = async () => {}, ...options } = {}) {
  let world;
  let staged = [];
  before(async () => {
    const server = await startServer(options);
    watch(server.url);
    world = clientsOf(server);
    await showing(world, () => given(world));
    staged = takeFaults();
  });
  after(() => world?.server.stop());
  nodeTest('setting the stage breaks no contract', () => assert.deepEqual(staged, []));
  return {
    test: (name, body) => nodeTest(name, () => showing(world, async () => {
      let failure;
      await Promise.resolve().then(() => body(world)).catch(error => { failure = error; });
      const faults = takeFaults();
      for (const fault of faults) console.error(`contract: ${fault}`);
      if (failure) throw failure;
      if (faults.length > 0) assert.fail(faults.join('\n'));
    })),
  };
}

/** Runs it, and when it fails shows what the server logged meanwhile. */
async function showing(world, body) {
  const logged = world.server.output.length;
  try {
    await body();
  } catch (error) {
    const log = world.server.output.slice(logged).trim();
    if (log) console.error(`server log:\n${log}`);
    throw error;
  }
}

/** The ways to talk to one server: the published client as its documentation sets it up, plain HTTP, curl. */
export function clientsOf(server) {
  const client = settings => new Autumn({ secretKey: server.sandboxKey, serverURL: server.url, ...settings });

  /** A request without any client; the version header is sent only when asked for. */
  async function send(method, path, body, { key = server.sandboxKey, version, headers = {} } = {}) {
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(version && { 'x-api-version': version }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  return {
    server,
    client,
    autumn: client(),
    send,
    post: (path, body, how) => send('POST', path, body, how),
    curl: (path, args = [], { key = server.sandboxKey } = {}) => curl(server.url + path, ['-H', `Authorization: Bearer ${key}`, ...args]),
    curlPost: (path, body, { args = [], key = server.sandboxKey } = {}) =>
      curl(server.url + path, ['-X', 'POST', '-H', `Authorization: Bearer ${key}`, '-H', 'Content-Type: application/json', '-d', JSON.stringify(body), ...args]),
  };
}

/** The refusal a client call ends with: its status and the error body. */
export async function refusal(call) {
  try {
    await call;
  } catch (error) {
    if (typeof error.body !== 'string') throw error;
    const { code, message, env } = JSON.parse(error.body);
    assert.equal(error.constructor.name, 'AutumnDefaultError');
    return { status: error.statusCode, code, message, env };
  }
  return assert.fail('the call was accepted');
}

/** Asserts status and code of an answer got without a client, and that the message says something. */
export function refused(answer, status, code, mentions = /./) {
  assert.deepEqual({ status: answer.status, code: answer.body?.code }, { status, code }, JSON.stringify(answer.body));
  assert.match(answer.body.message, mentions);
}

export const pick = (value, ...names) => Object.fromEntries(names.map(name => [name, value?.[name]]));
