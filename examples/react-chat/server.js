import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { Autumn } from 'autumn-js';
import { autumnHandler } from 'autumn-js/express';
import express from 'express';
import { messages } from './server/messages.js';
import { visitor } from './server/visitor.js';

if (existsSync('.env')) process.loadEnvFile('.env');
const { AUTUMN_SECRET_KEY: secretKey, ATMN_BACKEND_URL: url = 'http://127.0.0.1:8080', PORT: port = '3000' } = process.env;
if (!secretKey) {
  console.error('AUTUMN_SECRET_KEY is missing: put the sandbox key that Sluice printed at its first start into .env');
  process.exit(1);
}

const app = express();
const http = createServer(app);
app.use(visitor, express.json());

// What the hooks of the page ask goes through here; the secret key stays on the server.
app.use(autumnHandler({ secretKey, autumnURL: url, identify: request => ({ customerId: request.visitor }) }));

// Without failOpen: false the client takes a Sluice that is away for "allowed".
app.post('/api/messages', messages(new Autumn({ secretKey, serverURL: url, failOpen: false })));

if (process.argv.includes('--dev')) {
  const { createServer: createVite } = await import('vite');
  app.use((await createVite({ server: { middlewareMode: true, hmr: { server: http } } })).middlewares);
} else {
  app.use(express.static('dist'));
}

http.listen(Number(port), '127.0.0.1', () => console.log(`Chat on http://127.0.0.1:${http.address().port}`));
