import { spawn } from 'node:child_process';

const drawnWithinMs = 20_000;
const pressedEveryMs = 300;
const escapes = /\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[()][A-Z0-9]|\r/g;
const keys = { enter: '\r', escape: '\x1b', down: '\x1b[B' };

/**
 * Runs a program in a pseudo terminal of 160 by 50, which util-linux' script makes: it draws as it does for a person.
 * What is on the screen is what was drawn since the last key, without colours and cursor moves.
 */
export function inTerminal(program, args, { cwd, env }) {
  const command = `stty cols 160 rows 50 -echo; exec ${[program, ...args].map(quoted).join(' ')}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd, env: { ...env, TERM: 'xterm-256color', SHELL: '/bin/sh' } });
  let drawn = '';
  let code;
  let changed = () => {};
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => { drawn += text; changed(); });
  child.on('close', ended => { code = ended; changed(); });
  child.stdin.on('error', () => {});

  const screen = () => drawn.replace(escapes, '');
  const until = (done, what) => new Promise((found, failed) => {
    const settled = how => result => {
      clearTimeout(late);
      changed = () => {};
      how(result);
    };
    const [succeed, fail] = [settled(found), settled(failed)];
    const late = setTimeout(() => fail(new Error(`${what} within ${drawnWithinMs} ms:\n${screen()}`)), drawnWithinMs);
    changed = () => {
      try {
        const result = done();
        if (result !== undefined) succeed(result);
      } catch (error) {
        fail(error);
      }
    };
    changed();
  });
  const ended = () => until(() => code, 'did not end');
  const press = (...pressed) => {
    drawn = '';
    for (const key of pressed) child.stdin.write(keys[key] ?? key);
  };

  return {
    screen,
    shows: pattern => until(() => {
      if (pattern.test(screen())) return screen();
      if (code !== undefined) throw new Error(`ended with ${code} and never showed ${pattern}:\n${screen()}`);
    }, `never showed ${pattern}`),
    /** The names of keys, or characters to type. */
    press,
    ended,
    /** Presses a key again and again until the program ends: a key is lost while nothing is asked, and an old question is drawn once more after its answer. */
    pressUntilEnded: async key => {
      const again = setInterval(() => press(key), pressedEveryMs);
      return ended().finally(() => clearInterval(again));
    },
    close: () => { if (code === undefined) child.kill('SIGKILL'); },
  };
}

const quoted = word => `'${word.replaceAll("'", "'\\''")}'`;
