import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { judge } from './contract/witness.mjs';

const run = promisify(execFile);
const mark = '\n<<<';

/** Runs curl with exactly these arguments after the address and returns what came back. */
export async function curl(url, args = []) {
  const { stdout } = await run('curl', ['-sS', '--max-time', '30', '-w', `${mark}%{http_code} %{method} %{content_type}`, ...args, url]);
  const cut = stdout.lastIndexOf(mark);
  const [, status, method, contentType] = /^(\d+) (\S+) ?(.*)$/s.exec(stdout.slice(cut + mark.length));
  const text = stdout.slice(0, cut);
  const version = args.map(arg => /^x-api-version:\s*(\S+)/i.exec(arg)?.[1]).find(Boolean);
  judge({ method, url, version, status: Number(status), contentType, text });
  return { status: Number(status), contentType, text, body: json(text) };
}

/** Runs a command line as someone would paste it into a shell. */
export async function paste(line) {
  const { stdout } = await run('bash', ['-c', line]);
  return json(stdout) ?? stdout;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
