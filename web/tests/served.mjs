// A bundle of a made table, the program that serves it, and a browser that looks at it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const program = process.env.SHORTLIST ?? new URL('../../build/shortlist', import.meta.url).pathname;
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export function makeBundle() {
  const folder = mkdtempSync(join(tmpdir(), 'shortlist-page-'));
  const run = (...words) => execFileSync(program, [...words, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const table = join(folder, 'ratings.csv');
  run('synth', '--rows', '20000', '--out', table);
  run('train', new URL('every_control.toml', import.meta.url).pathname, '--data', table, '--out', join(folder, 'films'));
  const makeKey = () => {
    const keys = join(folder, 'keys');
    const said = execFileSync(program, ['key', 'page', '--keys', keys], { encoding: 'utf8' });
    return { token: said.trim().split(/\s+/).at(-1), options: ['--keys', keys] };
  };
  return { bundle: join(folder, 'films'), makeKey, remove: () => rmSync(folder, { recursive: true }) };
}

const running = new Set();

// Those that a failed test has left; else node waits for them for ever.
export const stopAll = () => Promise.all([...running].map((stop) => stop()));

// Resolves when it answers. On port 0 the system chooses one.
export async function serve(models, port = 0) {
  const process = spawn(program, ['serve', ...models, '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => process.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    const lines = [];
    createInterface({ input: process.stderr }).on('line', (line) => {
      lines.push(line);
      const found = /msg=serving url=(\S+?)\/?$/.exec(line);
      if (found) resolve(found[1]);
    });
    ended.then(() => reject(new Error(`the server ended: ${lines.join('\n')}`)));
  });
  const stop = async () => {
    running.delete(stop);
    process.kill('SIGTERM');
    await ended;
  };
  running.add(stop);
  return { url, port: Number(new URL(url).port), stop };
}

export const launch = () => chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
