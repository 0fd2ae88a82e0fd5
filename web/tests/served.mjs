// A bundle of a made table, the program that serves it, and a browser that looks at it.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { clicks } from './clicks.mjs';
import { watched } from './watched.mjs';

export const program = process.env.SHORTLIST ?? new URL('../../build/shortlist', import.meta.url).pathname;
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const run = (...words) => execFileSync(program, [...words, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
const config = (name) => new URL(name, import.meta.url).pathname;

// A key, the options of a server that wants it, and what takes it back and makes another.
function makeKey(folder) {
  const keys = join(folder, 'keys');
  const another = (name = 'another') =>
    execFileSync(program, ['key', name, '--keys', keys], { encoding: 'utf8' }).trim().split(/\s+/).at(-1);
  const token = another('page');
  const revoke = () => {
    const kept = readFileSync(keys, 'utf8').split('\n').filter((line) => !/\bpage\b/.test(line));
    writeFileSync(keys, kept.join('\n'));
  };
  return { token, options: ['--keys', keys], revoke, another };
}

// Folders of models, made once by run.mjs for all files of tests.
const shared = process.env.SHORTLIST_PAGE_MODELS;

// A folder of its own with a copy of a shared model, or else with what fill() writes.
function folderWith(name, fill) {
  const folder = mkdtempSync(join(tmpdir(), `shortlist-${name}-`));
  if (shared) cpSync(join(shared, name), folder, { recursive: true });
  else fill(folder);
  return { folder, makeKey: () => makeKey(folder), remove: () => rmSync(folder, { recursive: true }) };
}

export function fillClicks(folder) {
  for (const [name, rows] of [
    ['one', 1500],
    ['two', 1600],
  ]) {
    const table = join(folder, `${name}.jsonl`);
    writeFileSync(table, clicks(rows));
    run('train', config('click.toml'), '--data', table, '--out', join(folder, name));
  }
}

export function fillFilms(folder) {
  const table = join(folder, 'ratings.csv');
  run('synth', '--rows', '20000', '--out', table);
  run('train', config('every_control.toml'), '--data', table, '--out', join(folder, 'films'));
}

// Two versions of a model of clicks, and a folder whose file `latest` says which is served.
export function makeClicks() {
  const made = folderWith('clicks', fillClicks);
  const serveVersion = (name) => writeFileSync(join(made.folder, 'latest'), `${name}\n`);
  serveVersion('one');
  return { ...made, serveVersion };
}

export function makeFilms() {
  const made = folderWith('films', fillFilms);
  return { ...made, bundle: join(made.folder, 'films') };
}

// Items with pictures: of another site by https, of the server itself, and two that no page may load. A model
// of popularity, which is made fastest.
export const kImages = 'https://images.example';
export function makePictures() {
  const folder = mkdtempSync(join(tmpdir(), 'shortlist-pictures-'));
  run('synth', '--rows', '3000', '--items', '60', '--users', '300', '--out', join(folder, 'ratings.csv'));
  const poster = `CASE length(title) % 4 WHEN 0 THEN '/icon.svg' WHEN 1 THEN '${kImages.replace('https', 'http')}/a.png'
    WHEN 2 THEN '//images.example/b.png' ELSE '${kImages}/' || length(title) || '.png' END`;
  const table = `SELECT *, ${poster} AS poster FROM '${join(folder, 'ratings.csv')}'`;
  const settings = ['items.display_image="poster"', 'items.attributes=["genres", "year"]'].flatMap((setting) => ['--set', setting]);
  run('train', config('popular.toml'), '--data', table, ...settings, '--out', join(folder, 'pictures'));
  return { bundle: join(folder, 'pictures'), remove: () => rmSync(folder, { recursive: true }) };
}

// A model whose queries have a history, of films with pictures of the server itself.
export function makeWatched() {
  const folder = mkdtempSync(join(tmpdir(), 'shortlist-watched-'));
  const table = join(folder, 'watched.csv');
  writeFileSync(table, watched((film) => (film % 3 === 0 ? '/icon.svg' : '')));
  run('train', config('history.toml'), '--data', table, '--set', 'items.display_image="poster"', '--out', join(folder, 'watched'));
  return { bundle: join(folder, 'watched'), remove: () => rmSync(folder, { recursive: true }) };
}

// A model of a kind that answers from histories without towers.
export function makeTransitions() {
  const folder = mkdtempSync(join(tmpdir(), 'shortlist-transitions-'));
  const table = join(folder, 'watched.csv');
  writeFileSync(table, watched());
  run('train', config('transitions.toml'), '--data', table, '--out', join(folder, 'transitions'));
  return { bundle: join(folder, 'transitions'), remove: () => rmSync(folder, { recursive: true }) };
}

// A model without towers, features or vectors of items, and so without a map.
export function makePopular() {
  const folder = mkdtempSync(join(tmpdir(), 'shortlist-popular-'));
  const table = join(folder, 'ratings.csv');
  run('synth', '--rows', '3000', '--out', table);
  run('train', config('popular.toml'), '--data', table, '--out', join(folder, 'popular'));
  return { bundle: join(folder, 'popular'), makeKey: () => makeKey(folder), remove: () => rmSync(folder, { recursive: true }) };
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
      const found = /msg=serving url=(\S+?)\/?(?:\s|$)/.exec(line);
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
  const reload = () => process.kill('SIGHUP');
  return { reload, url, port: Number(new URL(url).port), stop };
}

export const launch = () => chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
