// The page under strain: texts of any direction and length, many features, small labels, a model that is swapped and a
// key that is revoked while the page is open, and a person who types fast.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { kArabic, kHebrew, kLong, kLongHebrew } from './clicks.mjs';
import { launch, makeClicks, serve, stopAll } from './served.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let made, server, browser;
before(async () => {
  made = makeClicks();
  server = await serve([`clicks=${made.folder}`]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stopAll();
  made?.remove();
});

// A window of its own; work() gets what it asked of the API, too. Whatever goes wrong in it fails the test.
async function look(address, work, at = server) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const wrong = [];
  const asked = [];
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => wrong.push(`${error}`));
  page.on('request', (request) => {
    if (request.url().includes('/v1/')) asked.push(request.url().replace(/.*\/v1/, ''));
  });
  await page.goto(at.url + address);
  await work(page, asked);
  await context.close();
  assert.deepEqual(wrong, []);
}

const settled = (page) => page.locator('.results[aria-busy=false] .cards').waitFor();
const isRightToLeft = (locator) => locator.evaluate((element) => getComputedStyle(element).direction === 'rtl');

// axe finds nothing, and nothing is wider than the window.
async function fits(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 300)).join(' ')}`), []);
  for (const width of [1280, 820, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(beyond <= 0, `at ${width} pixels it is ${beyond} pixels too wide`);
  }
}

describe('A model of clicks', () => {
  test('shows probabilities, and a small label with digits that tell', () =>
    look('/?q.c0=v1&q.c1=v2', async (page) => {
      await settled(page);
      const measures = await page.locator('.card .measure:first-child b').allTextContents();
      assert.ok(measures.every((text) => /^0\.\d\d$|^1\.00$/.test(text)), `${measures}`);
      const rates = await page.locator('.card .measure:nth-child(2) b').allTextContents();
      assert.ok(rates.every((text) => /^0\.000\d{2,}$/.test(text)), `${rates}`);
      assert.ok(new Set(rates).size > 1, `${rates}`);
      await page.locator('.card').first().getByRole('button', { name: /^Why / }).click();
      const why = page.getByRole('table', { name: /^Why / });
      await why.waitFor();
      const parts = await why.locator('tbody tr td:last-child').allTextContents();
      assert.ok(parts.some((text) => /[1-9]/.test(text)), `${parts}`);
    }));

  test('shows a repeated value once', () =>
    look('/?q.c0=v1&only.tags=War&only.tags=War', async (page) => {
      await settled(page);
      assert.match(await page.locator('.asked').textContent(), /only War$/);
      const tags = await page.locator('.attributes').first().textContent();
      assert.equal(tags.split('War').length, 2, tags);
    }));

  test('shows eight features, the user first, and folds the others away', () =>
    look('/', async (page) => {
      await settled(page);
      const shown = page.locator('.query-fields > .field');
      assert.equal(await shown.count(), 8);
      assert.match(await shown.first().textContent(), /^User/);
      const group = page.locator('.query details.group');
      assert.match(await group.locator('summary').textContent(), /3 more features/);
      assert.ok(!(await page.getByLabel('C8').isVisible()));
      await group.locator('summary').click();
      await fits(page);
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.getByLabel('C8').selectOption('v1');
      await page.locator('.asked', { hasText: 'v1' }).waitFor();
      // What a person used stands before what they did not, the next time.
      await settled(page);
      await page.goto(server.url);
      await settled(page);
      assert.ok(await page.getByLabel('C8').isVisible());
      assert.equal(await shown.count(), 8);
    }));

  test('opens the group where the address gives a value in it', () =>
    look('/?q.c8=v1', async (page) => {
      await settled(page);
      assert.equal(await page.getByLabel('C8').inputValue(), 'v1');
      assert.match(await page.locator('.query details.group summary').textContent(), /1 given/);
    }));
});

describe('Texts', () => {
  test('from right to left are set so, each by itself', () =>
    look('/?k=50', async (page) => {
      await settled(page);
      for (const id of [kHebrew, kArabic]) assert.ok(await isRightToLeft(page.locator('.card h3', { hasText: id }).first()), id);
      assert.ok(!(await isRightToLeft(page.locator('.card h3', { hasText: 'item 1' }).first())));
      assert.ok((await page.locator('.attributes bdi', { hasText: 'דרמה' }).count()) > 0);
      await page.goto(`${server.url}/similar?item=${encodeURIComponent(kHebrew)}`);
      await settled(page);
      assert.ok(await isRightToLeft(page.locator('.origin h2')));
      await page.getByRole('combobox', { name: 'Item' }).fill('ליל');
      assert.ok(await isRightToLeft(page.getByRole('combobox', { name: 'Item' })));
      await page.getByRole('combobox', { name: 'Item' }).fill('שלום');
      const option = page.getByRole('option').first();
      await option.waitFor();
      assert.ok(await isRightToLeft(option.locator('span').first()));
      await fits(page);
    }));

  test('of 10,000 characters are clipped, and lead on', () =>
    look('/?k=50', async (page, asked) => {
      await settled(page);
      for (const id of [kLong, kLongHebrew]) {
        const title = page.locator('.card h3', { hasText: id }).first();
        assert.ok((await title.evaluate((element) => element.offsetHeight)) < 100);
        const name = await page.locator('.card', { hasText: id }).getByRole('link').getAttribute('aria-label');
        assert.ok(name.length < 200);
      }
      await fits(page);
      await page.setViewportSize({ width: 1280, height: 900 });
      for (const id of [kLong, kLongHebrew]) {
        await page.goto(`${server.url}/?k=50`);
        await settled(page);
        await page.locator('.card', { hasText: id }).getByRole('link', { name: /^Similar to/ }).click();
        await page.locator('.origin h2').waitFor();
        assert.equal(await page.locator('.origin h2').textContent(), id);
        await page.reload();
        await page.locator('.origin h2').waitFor();
        assert.equal(await page.locator('.origin h2').textContent(), id);
        await fits(page);
        await page.setViewportSize({ width: 1280, height: 900 });
      }
      await page.getByRole('combobox', { name: 'Item' }).fill(kLong);
      await page.getByRole('option').first().waitFor();
      assert.equal(await page.getByRole('option').first().locator('span').textContent(), kLong);
      await page.getByRole('option').first().click();
      await page.locator('.origin h2', { hasText: kLong }).waitFor();
      assert.ok(asked.every((url) => url.length < 8000));
    }));
});

test('a person who types fast sends few requests, and the last one counts', () =>
  look('/', async (page, asked) => {
    await settled(page);
    await page.locator('.query details.group summary').click();
    asked.length = 0;
    await page.getByLabel('Note').pressSequentially('good good good good', { delay: 15 });
    await page.locator('.asked', { hasText: 'good good good good' }).waitFor();
    await settled(page);
    await page.waitForTimeout(400);
    const requests = asked.filter((url) => url.endsWith('/recommend')).length;
    assert.ok(requests >= 1 && requests <= 8, `${requests} requests for 19 keys`);

    asked.length = 0;
    await page.getByRole('combobox', { name: 'User' }).pressSequentially('u1', { delay: 15 });
    await page.getByRole('option').first().waitFor();
    assert.ok(asked.filter((url) => url.includes('/values')).length <= 2, `${asked}`);
    asked.length = 0;
    await page.getByRole('combobox', { name: 'User' }).fill('');
    await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 30);
    assert.deepEqual(asked, []); // the first values came with the features
  }));

test('a request that another overtakes is aborted', () =>
  look('/', async (page) => {
    await settled(page);
    await page.evaluate(() => {
      const send = globalThis.fetch;
      globalThis.sent = [];
      globalThis.fetch = (path, options) => {
        if (!path.endsWith('/recommend')) return send(path, options);
        globalThis.sent.push(options.signal);
        // The first is never answered.
        return globalThis.sent.length === 1 ? new Promise(() => {}) : send(path, options);
      };
    });
    await page.getByLabel('C0').selectOption('v1');
    await page.waitForFunction(() => globalThis.sent.length === 1);
    await page.getByLabel('C0').selectOption('v2');
    await page.waitForFunction(() => globalThis.sent.length === 2);
    await settled(page);
    assert.deepEqual(await page.evaluate(() => globalThis.sent.map((signal) => signal.aborted)), [true, false]);
  }));

test('a model that is swapped while the page is open is noticed, and what was chosen stays', async () => {
  const own = await serve([`clicks=${made.folder}`]);
  await look(
    '/?q.c0=v1',
    async (page, asked) => {
      await settled(page);
      assert.equal(await page.locator('.swapped').count(), 0);
      const before = (await (await page.request.get(`${own.url}/v1/models`)).json()).models[0].version;
      made.serveVersion('two');
      own.reload();
      for (let i = 0; i < 200; ++i) {
        const now = (await (await page.request.get(`${own.url}/v1/models`)).json()).models[0].version;
        if (now !== before) break;
        await page.waitForTimeout(100);
      }
      asked.length = 0;
      await page.getByLabel('C1').selectOption('v2');
      await page.getByText('The model was updated').waitFor();
      await page.waitForTimeout(500); // the new version is asked
      await settled(page);
      await fits(page);
      await page.setViewportSize({ width: 1280, height: 900 });
      assert.ok(asked.some((url) => url.endsWith('/features')), `${asked}`);
      assert.ok(asked.length < 8, `${asked}`);
      assert.match(await page.locator('.asked').textContent(), /v1 and v2/);
      assert.equal(await page.getByLabel('C1').inputValue(), 'v2');
      await page.getByRole('button', { name: 'OK' }).click();
      await page.locator('.swapped').waitFor({ state: 'detached' });
    },
    own,
  );
  await own.stop();
  made.serveVersion('one');
});

test('a key that is revoked while the page is open leads to the form, and a new one back', async () => {
  const { token, options, revoke, another } = made.makeKey();
  const locked = await serve([`clicks=${made.folder}`, ...options]);
  await look(
    '/?q.c0=v1',
    async (page) => {
      await page.getByLabel('API key').fill(token);
      await page.getByRole('button', { name: 'Open' }).click();
      await settled(page);
      revoke();
      const next = another();
      locked.reload();
      await page.waitForFunction(
        async (key) => (await fetch('/v1/models', { headers: { Authorization: `Bearer ${key}` } })).ok,
        next,
      );
      await page.getByLabel('C1').selectOption('v2');
      await page.getByRole('heading', { name: 'The key no longer works' }).waitFor();
      await page.getByLabel('API key').fill(next);
      await page.getByRole('button', { name: 'Open' }).click();
      await settled(page);
      assert.match(await page.locator('.asked').textContent(), /v1 and v2/);
    },
    locked,
  );
  await locked.stop();
});
