// A person's whole path through Similar.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cards, looking, makeFilms, parameters, settled, titles } from './looking.mjs';

const { look, site } = looking(makeFilms);

describe('Similar', () => {
  test('goes from item to item, with the keyboard alone', () =>
    look('/similar', async (page) => {
      await page.getByRole('heading', { name: /start from what most people like/ }).waitFor();
      const answer = await page.request.post(`${site.server.url}/v1/recommend`, { data: { query: {}, k: 24 } });
      assert.deepEqual(await page.locator('.starts .chip').allTextContents(), (await answer.json()).items.map((item) => item.id));
      await page.getByRole('combobox', { name: 'Title' }).focus();
      await page.keyboard.type('winter');
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('ArrowDown');
      const wanted = await page.locator('[role=option][aria-selected=true] span').textContent();
      assert.match(wanted, /winter/i);
      await page.keyboard.press('Enter');
      await settled(page);
      assert.equal(await page.locator('.origin h2').textContent(), wanted);
      assert.equal(await cards(page).count(), 10);
      const learned = await titles(page);

      for (const way of ['Attributes', 'Ratings']) {
        await page.getByRole('radio', { name: way }).focus();
        await page.keyboard.press('Space');
        await page.getByText(`10 items by ${way.toLowerCase()}`).waitFor();
        assert.notDeepEqual(await titles(page), learned);
      }

      const next = (await titles(page))[0];
      await page.getByRole('link', { name: next, exact: true }).press('Enter');
      await page.locator('.origin h2', { hasText: next }).waitFor();
      assert.equal(parameters(page).get('by'), 'cosine');
      await page.goBack();
      await page.locator('.origin h2', { hasText: wanted }).waitFor();
    }));

  test('says so when it does not know the item', () =>
    look('/similar?item=No+such+film', async (page) => {
      await page.getByRole('alert').getByText('No such film').waitFor();
    }));
});
