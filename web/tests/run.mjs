// Runs the tests, or those of the files that are named. Makes their models once.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillClicks, fillFilms } from './served.mjs';

const here = new URL('.', import.meta.url).pathname;
const named = process.argv.slice(2);
const files = named.length > 0 ? named : readdirSync(here).filter((name) => name.endsWith('.test.mjs')).map((name) => join(here, name));

const models = mkdtempSync(join(tmpdir(), 'shortlist-models-'));
try {
  for (const [name, fill] of Object.entries({ clicks: fillClicks, films: fillFilms })) {
    mkdirSync(join(models, name));
    fill(join(models, name));
  }
  const env = { ...process.env, SHORTLIST_PAGE_MODELS: models };
  process.exitCode = spawnSync(process.execPath, ['--test', ...files], { env, stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(models, { recursive: true });
}
