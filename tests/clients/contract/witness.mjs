import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';

// Every answer of the server under test passes here, whichever client asked for it. Faults are collected, not thrown:
// an exception inside fetch would look to the published client like a network failure, which it forgives.
const { answers, $defs } = JSON.parse(readFileSync(new URL('./answers.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'answers', $defs });
const templates = Object.keys(answers)
  .filter(route => route.includes(':id'))
  .map(route => ({ route, shape: new RegExp(`^${route.replace(':id', '[^/]+')}$`) }));

let watched = null;
let faults = [];
const seen = new Set();

/** From now on answers of this origin are judged. */
export function watch(url) {
  watched = new URL(url).origin;
}

/** What was wrong since the last call, in words; empty when nothing was. */
export function takeFaults() {
  const taken = faults;
  faults = [];
  return taken;
}

/** The routes of answers.json that have answered with success so far. */
export const routesSeen = () => new Set(seen);
export const routesDescribed = () => Object.keys(answers);

/** Judges one answer: the status the clients accept, the content type, and the shape of the body. */
export function judge({ method, url, version, status, contentType, text }) {
  const { origin, pathname } = new URL(url);
  if (origin !== watched || !pathname.startsWith('/v1/')) return;
  const said = `${method} ${pathname} answered ${status}`;
  const fault = what => faults.push(`${said}: ${what}\n    ${text.slice(0, 600)}`);

  if (status >= 500) return fault('the clients take any 5xx for "allowed" and drop the usage');
  if (!/^application\/json\b/.test(contentType ?? '')) return fault(`content type ${contentType}`);
  const body = parse(text);
  if (body === undefined) return fault('the body is not JSON');
  if (status >= 400) return shape('Error', body, fault);

  const route = routeOf(method, pathname);
  if (!route) return fault('the route is not described in contract/answers.json');
  const before23 = /^2\.[0-2](\.|$)/.test(version ?? '') ? answers[route][`${status} before 2.3`] : undefined;
  const definition = before23 ?? answers[route][status];
  if (!definition) return fault(`the clients accept only ${Object.keys(answers[route]).join(', ')}`);
  seen.add(route);
  shape(definition, body, fault);
}

function routeOf(method, pathname) {
  const route = `${method} ${pathname}`;
  return route in answers ? route : templates.find(template => template.shape.test(route))?.route;
}

function shape(definition, body, fault) {
  const validate = ajv.getSchema(`answers#/$defs/${definition}`);
  if (validate(body)) return;
  const errors = validate.errors.map(error => `${error.instancePath || '/'} ${error.message}`);
  fault(`not a ${definition}: ${[...new Set(errors)].slice(0, 6).join('; ')}`);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const plainFetch = globalThis.fetch;

// The published client calls the global fetch at the time of the request, so this is the place to listen.
globalThis.fetch = async function witnessedFetch(input, init) {
  const request = new Request(input, init);
  const answer = await plainFetch(request);
  if (new URL(request.url).origin !== watched) return answer;
  judge({
    method: request.method,
    url: request.url,
    version: request.headers.get('x-api-version'),
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    text: await answer.clone().text(),
  });
  return answer;
};
