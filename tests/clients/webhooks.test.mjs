import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';
import { refused, sluice } from './sluice.mjs';

// The user's own server: what comes is verified by the published libraries, as docs/webhooks.md shows it.
const received = [];
const waiting = [];
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  const message = { headers: request.headers, body };
  (waiting.shift() ?? (one => received.push(one)))(message);
  response.writeHead(204).end();
});
const next = () => (received.length > 0 ? Promise.resolve(received.shift()) : new Promise(resolve => { waiting.push(resolve); }));

let hook;
const { test } = sluice({
  env: { SLUICE_WEBHOOKS_ALLOW_PRIVATE: 'true' },
  async given({ autumn, post }) {
    await once(receiver.listen(0, '127.0.0.1').unref(), 'listening');
    await autumn.features.create({ featureId: 'messages', name: 'Messages', type: 'metered', consumable: true });
    await autumn.plans.create({ planId: 'free', name: 'Free', autoEnable: true, items: [{ featureId: 'messages', included: 1000, reset: { interval: 'month' } }] });
    await autumn.customers.getOrCreate({ customerId: 'ada' });
    const { body } = await post('/v1/webhooks.create', { url: `http://127.0.0.1:${receiver.address().port}/hook` });
    hook = body;
  },
});

const verified = ({ headers, body }, secret) => {
  const asStandard = new Standard(secret).verify(body, headers);
  assert.deepEqual(new Svix(secret).verify(body, headers), asStandard);
  return asStandard;
};

test('alerts and limits, set with the published client, come verified and in order', async ({ autumn }) => {
  const alert = (thresholdType, threshold) => ({ featureId: 'messages', thresholdType, threshold, enabled: true });
  await autumn.customers.update({ customerId: 'ada', billingControls: { usageAlerts: [alert('usage', 500), alert('usage', 800), alert('usage_percentage', 90), alert('remaining', 200)] } });
  const gists = [];
  for (const [value, count] of [[600, 1], [250, 2], [100, 1], [50, 1], [5, 0]]) {
    await autumn.track({ customerId: 'ada', featureId: 'messages', value });
    for (let i = 0; i < count; i++) {
      const { type, data } = verified(await next(), hook.secret);
      assert.deepEqual([data.customer_id, data.feature_id], ['ada', 'messages']);
      gists.push(type === 'balances.limit_reached' ? `limit ${data.limit_type}` : `${data.usage_alert.threshold_type} ${data.usage_alert.threshold}`);
    }
  }
  assert.deepEqual(gists, ['usage 500', 'usage 800', 'remaining 200', 'usage_percentage 90', 'limit included']);
  assert.equal(received.length, 0);
});

test('a body that was touched, another secret and an old time are found out', async ({ post }) => {
  await post('/v1/webhooks.test', { webhook_id: hook.id });
  const message = await next();
  assert.equal(verified(message, hook.secret).type, 'webhook.test');
  for (const Verifier of [Standard, Svix]) {
    assert.throws(() => new Verifier(hook.secret).verify(message.body.replace('test', 'text'), message.headers));
    assert.throws(() => new Verifier(`whsec_${Buffer.alloc(32).toString('base64')}`).verify(message.body, message.headers));
    const old = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, name.endsWith('-timestamp') ? String(Number(value) - 600) : value]));
    assert.throws(() => new Verifier(hook.secret).verify(message.body, old));
  }
});

test('after a rotation both secrets verify what is sent', async ({ post }) => {
  const { body: rotated } = await post('/v1/webhooks.rotate_secret', { webhook_id: hook.id, overlap_hours: 1 });
  await post('/v1/webhooks.test', { webhook_id: hook.id });
  const message = await next();
  for (const secret of [hook.secret, rotated.secret]) verified(message, secret);
  hook = rotated;
});

test('what was delivered is in the log and comes again under its id', async ({ post }) => {
  const { body: { message_id: id } } = await post('/v1/webhooks.test', { webhook_id: hook.id });
  const first = await next();
  assert.equal(first.headers['webhook-id'], id);
  assert.equal(first.headers['svix-id'], id);
  assert.equal((await post('/v1/webhooks.replay', { message_id: id })).body.messages, 1);
  const again = await next();
  assert.deepEqual([again.headers['webhook-id'], again.body], [id, first.body]);
  const { body: { list } } = await post('/v1/webhooks.deliveries', { webhook_id: hook.id });
  assert.equal(list[0].message_id, id);
});

test('the receiver in docs/webhooks.md takes what is sent and nothing that was made up', async ({ post }) => {
  const example = /```js\n(.*?)```/s.exec(readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8'))[1];
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  await new Promise(closed => { probe.close(closed); });
  const url = `http://127.0.0.1:${port}/sluice`;
  const { body: { id, secret } } = await post('/v1/webhooks.create', { url });
  const child = spawn(process.execPath, ['--input-type=module', '-e', example], {
    cwd: fileURLToPath(new URL('.', import.meta.url)), env: { PATH: process.env.PATH, PORT: String(port), SLUICE_WEBHOOK_SECRET: secret }, stdio: 'ignore',
  });
  try {
    const made = () => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-signature': 'v1,AAAA' }, body: '{}' }).catch(() => null);
    let answer;
    while (!(answer = await made())) assert.equal(child.exitCode, null);
    assert.ok(answer.status >= 400, `${answer.status}`);
    await post('/v1/webhooks.test', { webhook_id: id });
    let log;
    while ((log = (await post('/v1/webhooks.deliveries', { webhook_id: id })).body.list[0]).status === 'pending') assert.equal(log.attempts.length, 0, JSON.stringify(log));
    assert.deepEqual([log.status, log.attempts[0].status_code], ['delivered', 204]);
  } finally {
    child.kill();
  }
});

test('a wrong address and an unknown webhook are refused', async ({ post }) => {
  refused(await post('/v1/webhooks.create', { url: 'ftp://example.com' }), 400, 'invalid_inputs', /url: /);
  refused(await post('/v1/webhooks.get', { webhook_id: 'wh_none' }), 404, 'invalid_request', /webhooks\.list/);
});
