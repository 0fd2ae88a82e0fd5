// The views of a kind of model that has no features, no towers, no attributes and no vectors of items.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, makePopular, serve, stopAll } from './served.mjs';

let made, server, browser, page;
const wrong = [];
before(async () => {
  made = makePopular();
  server = await serve([made.bundle]);
  browser = await launch();
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => wrong.push(`${error}`));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
});
after(async () => {
  await browser?.close();
  await stopAll();
  made?.remove();
});

test('popular items are recommended and explained', async () => {
  await page.goto(server.url);
  const cards = page.locator('.cards:not(:empty) > li');
  await cards.first().waitFor();
  assert.ok((await cards.count()) >= 5);
  await cards.first().getByRole('button', { name: /why/i }).click();
  await page.getByText('The score is how often the item occurs in the training data.').waitFor();
  assert.deepEqual(wrong, []);
});

test('similar says that the model does not know how alike items are', async () => {
  await page.goto(`${server.url}/similar`);
  await page.getByRole('heading', { name: 'This model cannot compare items' }).waitFor();
  assert.deepEqual(wrong, []);
});

test('the model card leaves out the map and the layers', async () => {
  await page.goto(`${server.url}/model`);
  await page.getByRole('heading', { name: 'Config' }).waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Map of the items' }).count(), 0);
  assert.equal(await page.getByRole('heading', { name: 'Layers' }).count(), 0);
  assert.deepEqual(wrong, []);
});
