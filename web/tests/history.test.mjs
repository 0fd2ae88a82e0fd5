// A history in the query: picking items, liking items of the list, a user's known history, and why.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressHolds, cards, fits, looking, makeWatched, parameters, settled, suitsEveryone, titles } from './looking.mjs';
import { idOf, titleOf } from './watched.mjs';

const { look } = looking(makeWatched);

const history = (page) => page.getByRole('group', { name: 'Watched' });
const picked = (page) => history(page).locator('.picked .name').allTextContents();
const search = (page) => page.getByRole('combobox', { name: 'Add to Watched' });

// Picks a film by its title. The address shows all that are picked.
async function pick(page, film, all) {
  await search(page).fill(titleOf(film));
  await page.getByRole('option', { name: titleOf(film) }).click();
  await addressHolds(page, ['q.watched', all.map(idOf).join('|')]);
  await settled(page);
}

const address = (...films) => `/?${films.map((film) => `q.watched=${idOf(film)}`).join('&')}`;

describe('A history', () => {
  test('is picked by names and changes the list, in the address too', () =>
    look('/', async (page) => {
      await settled(page);
      const nothing = await titles(page);
      await pick(page, 10, [10]);
      await pick(page, 12, [10, 12]);
      assert.deepEqual(await picked(page), [titleOf(10), titleOf(12)]);
      const first = (await titles(page)).slice(0, 4);
      assert.ok(first.includes(titleOf(13)) && first.includes(titleOf(14)), first.join());
      assert.notDeepEqual(await titles(page), nothing);
      assert.match(await page.locator('.asked').textContent(), /^Recommended after Film 10 and Film 12$/);

      // Names are looked up after a reload.
      await page.reload();
      await settled(page);
      await history(page).getByText(titleOf(10)).waitFor();
      assert.deepEqual(await picked(page), [titleOf(10), titleOf(12)]);

      await history(page).getByRole('button', { name: 'Clear Watched' }).click();
      await addressHolds(page, ['q.watched', '']);
      await settled(page);
      assert.deepEqual(await titles(page), nothing);
    }));

  test('is reordered and shortened with the keyboard alone', () =>
    look(address(10, 30, 20), async (page) => {
      await settled(page);
      await history(page).getByText(titleOf(20)).waitFor();
      const before = await titles(page);
      await history(page).getByRole('button', { name: `Move ${titleOf(20)} earlier` }).focus();
      await page.keyboard.press('Enter');
      await addressHolds(page, ['q.watched', [10, 20, 30].map(idOf).join('|')]);
      assert.deepEqual(await picked(page), [10, 20, 30].map(titleOf));
      await page.keyboard.press('Enter');
      await addressHolds(page, ['q.watched', [20, 10, 30].map(idOf).join('|')]);
      // It is the first now: the button keeps the focus, and does nothing more.
      const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
      const earlier = history(page).getByRole('button', { name: `Move ${titleOf(20)} earlier` });
      assert.equal(await focused(), await earlier.getAttribute('aria-label'));
      assert.equal(await earlier.getAttribute('aria-disabled'), 'true');
      await page.keyboard.press('Enter');
      assert.equal(await history(page).getByRole('status').last().textContent(), `${titleOf(20)} is number 1 of 3.`);

      await history(page).getByRole('button', { name: `Remove ${titleOf(20)}` }).focus();
      await page.keyboard.press('Enter');
      await addressHolds(page, ['q.watched', [10, 30].map(idOf).join('|')]);
      assert.equal(await focused(), `Remove ${titleOf(10)}`);
      await settled(page);
      assert.notDeepEqual(await titles(page), before);
    }));

  test('grows by liking items of the list', () =>
    look(address(10), async (page) => {
      await settled(page);
      const first = (await titles(page))[0];
      const like = cards(page).first().getByRole('button', { name: `Like ${first}` });
      assert.equal(await like.getAttribute('aria-pressed'), 'false');
      await like.focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => new URLSearchParams(location.search).getAll('q.watched').length === 2);
      await settled(page);
      assert.deepEqual(await picked(page), [titleOf(10), first]);
      await page.waitForFunction((title) => document.querySelector('.cards h3')?.textContent !== title, first);
      // What is liked leaves the list, and the focus is on the item in its place.
      assert.ok(!(await titles(page)).includes(first));
      assert.equal(await page.evaluate(() => document.activeElement.className), 'like');

      // With seen items kept, it stays and can be taken back.
      await page.getByLabel('Seen items').selectOption('kept');
      await addressHolds(page, ['seen', 'keep']);
      await page.getByLabel('Show').selectOption('50');
      await page.getByRole('button', { name: `Like ${titleOf(10)}`, pressed: true }).click();
      await page.waitForFunction(() => new URLSearchParams(location.search).getAll('q.watched').length === 1);
      assert.ok(!parameters(page).getAll('q.watched').includes(idOf(10)));
    }));

  test('is that of a known user, and likes are added to it', () =>
    look('/', async (page) => {
      await settled(page);
      await page.getByText('Pick items, or like items of the list.').waitFor();
      await page.getByRole('combobox', { name: 'User' }).fill('u7');
      await page.getByRole('option', { name: 'u7', exact: true }).click();
      const note = page.getByText(/The known history of u7 is used: 5 items, most recently Film \d\d,/);
      await note.waitFor();
      await settled(page);
      await cards(page).first().getByRole('button', { name: /^Why / }).click();
      await page.locator('.why').getByText('5 known items of the user').waitFor();
      await cards(page).nth(1).getByRole('button', { name: /^Like / }).click();
      await page.waitForFunction(() => new URLSearchParams(location.search).getAll('q.watched').length === 6);
      await page.getByText('Used instead of the user’s known history.').waitFor();

      await page.goto(`${page.url().split('?')[0]}?q.user=nobody`);
      await page.getByText('No history of nobody is known.').waitFor();
    }));

  test('is explained by the items that count most', () =>
    look(`${address(3, 25, 10, 12)}&q.user=u1`, async (page) => {
      await settled(page);
      await cards(page).first().getByRole('button', { name: /^Why / }).click();
      const why = page.locator('.why');
      await why.getByText('4 items').waitFor();
      const rows = await why.locator('.of-history th').allTextContents();
      assert.equal(rows.length, 4);
      assert.equal(rows[0], `Watched: ${titleOf(12)}`); // the latest counts most
      assert.match(await why.locator('.of-history td').first().textContent(), /^[+−]\d/);
      await suitsEveryone(page);
    }));

  test('says of an unknown item that the catalogue lacks it', () =>
    look(`${address(10)}&q.watched=f99`, async (page) => {
      await settled(page);
      await history(page).getByText('f99 not in the catalogue').waitFor();
      await page.getByText("watched: the model has not seen 1 of 2 items: 'f99'").waitFor();
    }));

  test('shows pictures and fits small windows', () =>
    look(address(9, 10, 11, 12), async (page) => {
      await settled(page);
      await history(page).locator('.picked img').first().waitFor();
      assert.equal(await history(page).locator('.picked img').count(), 2);
      await fits(page);
    }));
});
