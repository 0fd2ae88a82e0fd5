// Odd texts and values: of any direction and length, repeated, tiny.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kArabic, kHebrew, kLong, kLongHebrew } from './clicks.mjs';
import { fits, looking, makeClicks, settled } from './looking.mjs';

const { look, site } = looking(makeClicks, (made) => [`clicks=${made.folder}`]);

const isRightToLeft = (locator) => locator.evaluate((element) => getComputedStyle(element).direction === 'rtl');

describe('Values', () => {
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
});

describe('Texts', () => {
  test('from right to left are set so, each by itself', () =>
    look('/?k=50', async (page) => {
      await settled(page);
      for (const id of [kHebrew, kArabic]) assert.ok(await isRightToLeft(page.locator('.card h3', { hasText: id }).first()), id);
      assert.ok(!(await isRightToLeft(page.locator('.card h3', { hasText: 'item 1' }).first())));
      assert.ok((await page.locator('.attributes bdi', { hasText: 'דרמה' }).count()) > 0);
      await page.goto(`${site.server.url}/similar?item=${encodeURIComponent(kHebrew)}`);
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
      for (const id of [kLong, kLongHebrew]) {
        await page.goto(`${site.server.url}/?k=50`);
        await settled(page);
        await page.locator('.card', { hasText: id }).getByRole('link', { name: /^Similar to/ }).click();
        await page.locator('.origin h2').waitFor();
        assert.equal(await page.locator('.origin h2').textContent(), id);
        await page.reload();
        await page.locator('.origin h2').waitFor();
        assert.equal(await page.locator('.origin h2').textContent(), id);
        await fits(page);
      }
      await page.getByRole('combobox', { name: 'Item' }).fill(kLong);
      await page.getByRole('option').first().waitFor();
      assert.equal(await page.getByRole('option').first().locator('span').textContent(), kLong);
      await page.getByRole('option').first().click();
      await page.locator('.origin h2', { hasText: kLong }).waitFor();
      assert.ok(asked.every((url) => url.length < 8000));
    }));
});
