// A form of many features, and a person who types fast.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fits, looking, makeClicks, settled } from './looking.mjs';

const { look, site } = looking(makeClicks, (made) => [`clicks=${made.folder}`]);

describe('A form of many features', () => {
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
      await page.getByLabel('C8').selectOption('v1');
      await page.locator('.asked', { hasText: 'v1' }).waitFor();
      // What a person used stands before what they did not, the next time.
      await settled(page);
      await page.goto(site.server.url);
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
