import assert from 'node:assert/strict';
import { sluice } from './sluice.mjs';

// One argument for all calls: each takes from it what it knows. What differs from call to call is below.
const anything = {
  customerId: 'c', entityId: 'e', planId: 'p', featureId: 'f', id: 'i', name: 'n', type: 'boolean', balanceId: 'b', lockId: 'l', action: 'confirm',
  plans: [{ planId: 'p', id: 'p' }], updates: [{ planId: 'p', cancelAction: 'uncancel' }], phases: [], billables: [], entities: [], entityIds: [], invoices: [],
  rewardId: 'r', programId: 'g', referralProgramId: 'g', redeemOn: 'checkout', receivedBy: 'all', code: 'k', invoiceId: 'v', frozenTime: 1,
  modelId: 'm', inputTokens: 1, outputTokens: 1, organizationSlug: 'o', env: 'live', projectName: 'n', revenuecatProjectId: 'r', redirectUrl: 'http://localhost/',
};
const own = { batchTrack: [{ customerId: 'c', featureId: 'f' }] };

const { test } = sluice();

function methods(client) {
  const found = [];
  const names = of => Object.getOwnPropertyNames(Object.getPrototypeOf(of)).filter(name => name !== 'constructor' && !name.startsWith('_'));
  for (const name of names(client)) {
    if (typeof client[name] === 'function') found.push([name, argument => client[name](argument)]);
    else for (const method of names(client[name])) found.push([`${name}.${method}`, argument => client[name][method](argument)]);
  }
  return found;
}

test('every call of the published client is answered, or refused in words it can show', async ({ client }) => {
  const answers = new Map();
  const real = globalThis.fetch;
  globalThis.fetch = async (...asked) => {
    const answer = await real(...asked);
    answers.set(new URL(asked[0].url ?? asked[0]).pathname, { status: answer.status, text: await answer.clone().text() });
    return answer;
  };
  try {
    for (const [name, call] of methods(client())) {
      const before = answers.size;
      await call(own[name] ?? anything).catch(error => {
        assert.equal(error.constructor.name, 'AutumnDefaultError', `${name}: ${error}`);
      });
      assert.equal(answers.size, before + 1, `${name} asked for nothing new`);
    }
  } finally {
    globalThis.fetch = real;
  }

  assert.equal(answers.size, 76);
  for (const [path, { status, text }] of answers) {
    if (status < 300) continue;
    const { message, code, env } = JSON.parse(text);
    assert.ok(status >= 400 && status < 500 && code !== 'route_not_found', `${path}: ${status} ${text}`);
    assert.equal(env, 'sandbox', path);
    assert.ok(message, path);
    if (code === 'not_supported') assert.equal(status, 400, path);
  }
});
