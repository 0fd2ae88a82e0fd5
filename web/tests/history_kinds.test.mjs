// The page of a kind of model that answers from a history and has no towers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressHolds, cards, looking, settled, titles } from './looking.mjs';
import { makeTransitions } from './served.mjs';
import { idOf, titleOf } from './watched.mjs';

const { look } = looking(makeTransitions);

describe('A kind that answers from a history', () => {
  test('has the picker of a history, and explains by its items', () =>
    look('/', async (page) => {
      await settled(page);
      await page.getByText('history is not given and the user is new, so popular items are recommended').waitFor();
      await page.getByRole('combobox', { name: 'Add to History' }).fill(titleOf(10));
      await page.getByRole('option', { name: titleOf(10) }).click();
      await addressHolds(page, ['q.history', idOf(10)]);
      await settled(page);
      const first = (await titles(page)).slice(0, 3);
      assert.ok(first.includes(titleOf(11)) && first.includes(titleOf(12)), first.join());
      await cards(page).first().getByRole('button', { name: /^Why / }).click();
      const why = page.locator('.why');
      await why.getByText('The items of the history add up to the score.').waitFor();
      assert.deepEqual(await why.locator('.of-history th').allTextContents(), [`History: ${titleOf(10)}`]);
    }));

  test('knows the history of a known user', () =>
    look('/?q.user=u7', async (page) => {
      await settled(page);
      await page.getByText(/The known history of u7 is used: \d+ items/).waitFor();
    }));
});
