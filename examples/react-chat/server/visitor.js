import { randomUUID } from 'node:crypto';

/** Stands in for your sign-in: each browser is a visitor of its own, known by a cookie. */
export function visitor(request, response, next) {
  request.visitor = /(?:^|;\s*)visitor=([\w-]{36})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID();
  response.cookie('visitor', request.visitor, { httpOnly: true, sameSite: 'lax', maxAge: 365 * 24 * 60 * 60 * 1000 });
  next();
}
