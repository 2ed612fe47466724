import { once } from 'node:events';
import { createRequire } from 'node:module';
import { serve } from '@hono/node-server';
import { autumnHandler as expressHandler } from 'autumn-js/express';
import { autumnHandler as fetchHandler } from 'autumn-js/fetch';
import { autumnHandler as honoHandler } from 'autumn-js/hono';
import express from 'express';
import { Hono } from 'hono';

// Next's bundler finds "next/server", Node finds it only for a CommonJS module.
const { autumnHandler: nextHandler } = createRequire(import.meta.url)('autumn-js/next');
const asks = 'x-visitor';

/**
 * The published handler in every web framework it is published for: a function of the handler's options to one that
 * answers a Request. identify gets the name that the request's header x-visitor gives, or null.
 */
export const mounts = {
  async express({ identify, ...options }) {
    const app = express().use(express.json());
    app.use(expressHandler({ ...options, identify: request => identify(request.get(asks) ?? null) }));
    app.use((_, response) => response.status(404).json({ code: 'the_app_itself' }));
    return over(app.listen(0, '127.0.0.1'));
  },

  async hono({ identify, ...options }) {
    const app = new Hono();
    app.use('*', honoHandler({ ...options, identify: context => identify(context.req.header(asks) ?? null) }));
    app.notFound(context => context.json({ code: 'the_app_itself' }, 404));
    return over(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }));
  },

  async fetch({ identify, ...options }) {
    return { answer: fetchHandler({ ...options, identify: request => identify(request.headers.get(asks)) }), close() {} };
  },

  async next({ identify, ...options }) {
    const { POST } = nextHandler({ ...options, identify: request => identify(request.headers.get(asks)) });
    return { answer: POST, close() {} };
  },
};

async function over(server) {
  if (!server.listening) await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  return {
    answer: async request => fetch(base + new URL(request.url).pathname, { method: request.method, headers: request.headers, body: await request.text() }),
    close: () => server.close(),
  };
}

/** Asks as the page's hooks do: a POST with JSON, as the visitor of that name, or as nobody. */
export async function ask({ answer }, path, body = {}, visitor = null) {
  const request = new Request(`http://shop.example${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(visitor && { [asks]: visitor }) },
    body: JSON.stringify(body),
  });
  const answered = await answer(request);
  const text = await answered.text();
  return { status: answered.status, body: text === '' ? null : JSON.parse(text) };
}
