// The client as it is published, against the program that serves a model.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { makePopular, serve, stopAll } from './served.mjs';

const source = new URL('../client/', import.meta.url).pathname;
const tsc = new URL('../node_modules/.bin/tsc', import.meta.url).pathname;

let made, key, server, folder, Client, Problem;

// Installs what `npm pack` would, so that the package's own exports are tested.
function install() {
  const place = join(folder, 'node_modules', 'shortlist-client');
  mkdirSync(place, { recursive: true });
  execFileSync(tsc, ['-p', source, '--outDir', join(place, 'dist')]);
  copyFileSync(join(source, 'package.json'), join(place, 'package.json'));
  return join(place, 'dist', 'index.js');
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shortlist-client-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  ({ Client, Problem } = await import(pathToFileURL(install())));
  made = makePopular();
  key = made.makeKey();
  server = await serve([made.bundle, ...key.options]);
});
after(async () => {
  await stopAll();
  made?.remove();
  rmSync(folder, { recursive: true });
});

const client = (options = {}) => new Client(server.url, { key: key.token, ...options });
const firstItem = async () => (await client().listItems({ limit: 1 })).items[0];

test('each operation answers', async () => {
  const { models } = await client().listModels();
  assert.equal(models.length, 1);
  const features = await client().getFeatures();
  assert.deepEqual(features.model, { name: models[0].name, version: models[0].version });
  const answer = await client().recommend({ query: {}, k: 3 });
  assert.deepEqual(answer.items.map(({ rank }) => rank), [1, 2, 3]);
  const batch = await client().recommendBatch({ queries: [{}, {}], k: 3 });
  assert.deepEqual(batch.answers.map(({ items }) => items), [answer.items, answer.items]);
  assert.equal((await client().getModel()).kind, features.kind);
  assert.match(await client().metrics(), /^# HELP /);
  const ready = await client().readyz();
  assert.equal(ready.status, 'ready');
  assert.deepEqual(ready.models.map(({ name, version }) => ({ name, version })),
                   models.map(({ name, version }) => ({ name, version })));
});

test('an item is found by its id and by words', async () => {
  const item = await firstItem();
  assert.deepEqual((await client().getItem(item.id)).attributes, item.attributes);
  const found = await client().listItems({ q: item.id, filter: [`${(await client().getFeatures()).id_column}=${item.id}`] });
  assert.deepEqual(found.items.map(({ id }) => id), [item.id]);
});

test('a client of one model asks under its name', async () => {
  const [{ name }] = (await client().listModels()).models;
  assert.equal(client({ model: name }).address('recommend'), `${server.url}/v1/models/${name}/recommend`);
  assert.equal((await client({ model: name }).recommend({ query: {}, k: 2 })).items.length, 2);
  await assert.rejects(client({ model: 'no such' }).getFeatures(), { status: 404, code: 'no_model' });
});

test('a problem has its code and the field at fault', async () => {
  const failed = [];
  const asked = client({ failed: (problem) => failed.push(problem) }).recommend({ query: {}, k: 0 });
  await assert.rejects(asked, (problem) => {
    assert.ok(problem instanceof Problem);
    assert.deepEqual([problem.status, problem.code, problem.errors[0].field], [422, 'invalid_field', 'k']);
    assert.match(problem.message, /^k: /);
    return true;
  });
  assert.equal(failed.length, 1);
});

test('a wrong key, or none, is refused', async () => {
  await assert.rejects(client({ key: 'sl_wrong' }).getFeatures(), { status: 401, code: 'no_key' });
  await assert.rejects(client({ key: undefined }).getFeatures(), { status: 401 });
  assert.equal((await client({ key: () => key.token }).listModels()).models.length, 1);
});

test('a server that does not respond is a problem without a status', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => gone.once('listening', resolve));
  const { port } = gone.address();
  await new Promise((resolve) => gone.close(resolve));
  await assert.rejects(new Client(`http://127.0.0.1:${port}`).livez(), { name: 'Problem', status: 0 });
});

test('a signal aborts a request, of which no one hears', async () => {
  const heard = [];
  const controller = new AbortController();
  const hears = { answered: (answer) => heard.push(answer), failed: (problem) => heard.push(problem) };
  const asked = client(hears).listItems({}, { signal: controller.signal });
  controller.abort();
  await assert.rejects(asked, { name: 'AbortError' });
  assert.deepEqual(heard, []);
});

test('types accept a right use and find a wrong one', () => {
  const file = join(folder, 'use.ts');
  const check = () => execFileSync(tsc, ['--noEmit', '--strict', '--module', 'NodeNext', '--target', 'ES2022', file], { cwd: folder });
  const example = /```ts\n(.*?)```/s.exec(readFileSync(join(source, 'README.md'), 'utf8'))[1];
  writeFileSync(file, example);
  check();
  writeFileSync(file, example.replace('k: 10', "k: 'ten'"));
  assert.throws(check, (error) => /Type 'string' is not assignable to type 'number'/.test(error.stdout));
});
