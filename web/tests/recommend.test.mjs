// A person's whole path through Recommend.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressHolds, cards, kPhone, looking, makeFilms, parameters, settled, suitsEveryone, titles } from './looking.mjs';

const { look, site } = looking(makeFilms);

describe('Recommend', () => {
  test('answers as one chooses, in the address too', () =>
    look('/', async (page) => {
      await settled(page);
      assert.equal(await cards(page).count(), 10);
      assert.match(await page.locator('.asked').textContent(), /new visitor/);
      const nothing = await titles(page);

      await page.getByRole('group', { name: 'Genres' }).first().getByRole('button', { name: 'Drama' }).click();
      await page.getByLabel('Country').selectOption('Japan');
      await page.getByRole('combobox', { name: 'User' }).fill('u00004');
      await page.getByRole('option', { name: 'u000042' }).click();
      await page.getByRole('slider', { name: 'Year' }).fill('2000');
      await addressHolds(page, ['q.year', '2000']);
      await settled(page);
      assert.match(await page.locator('.asked').textContent(), /Drama, Japan, u000042 and year 2000/);
      const chosen = await titles(page);
      assert.notDeepEqual(chosen, nothing);

      await page.reload();
      await settled(page);
      assert.deepEqual(await titles(page), chosen);
      assert.equal(await page.getByLabel('Country').inputValue(), 'Japan');
      assert.equal(await page.getByRole('combobox', { name: 'User' }).inputValue(), 'u000042');

      await page.getByRole('button', { name: 'clear all' }).click();
      await addressHolds(page, ['q.genres', '']);
      await settled(page);
      assert.deepEqual(await titles(page), nothing);
    }));

  test('orders the list and keeps seen items as one chooses, in the address too', () =>
    look('/?q.user=u000042', async (page) => {
      const sent = [];
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().includes('/recommend')) sent.push(request.postDataJSON());
      });
      await settled(page);
      const scores = async () => (await page.locator('.cards .score b').allTextContents()).map((text) => Number(text.replace('−', '-').replace(',', '')));
      const served = await titles(page);

      await page.getByLabel('Order').selectOption('score');
      await addressHolds(page, ['order', 'score']);
      await page.locator('.answered', { hasText: /10 items by score$/ }).waitFor();
      await settled(page);
      const ordered = await scores();
      assert.deepEqual(ordered, [...ordered].sort((a, b) => b - a));

      await page.getByLabel('Seen items').selectOption('kept');
      await addressHolds(page, ['seen', 'keep']);
      await settled(page);
      assert.deepEqual([sent.at(-1).order, sent.at(-1).seen], ['score', 'keep']);
      const kept = await titles(page);

      await page.reload();
      await settled(page);
      assert.deepEqual(await titles(page), kept);
      assert.equal(await page.getByLabel('Order').inputValue(), 'score');
      assert.equal(await page.getByLabel('Seen items').inputValue(), 'keep');

      await page.getByLabel('Order').selectOption('as served');
      await page.getByLabel('Seen items').selectOption('left out');
      await addressHolds(page, ['seen', '']);
      await settled(page);
      assert.deepEqual(await titles(page), served);
      assert.ok(!('seen' in sent.at(-1)) && !('order' in sent.at(-1)));
    }));

  test('shows rank, title, attributes, prediction and score', () =>
    look('/?q.country=Japan', async (page) => {
      await settled(page);
      const first = cards(page).first();
      assert.equal(await first.locator('.rank').textContent(), '1');
      assert.match(await first.locator('.attributes').textContent(), /Year (19|20)\d\d/);
      assert.match(await first.locator('.measure').first().textContent(), /Rating \d\.\d\d/);
      assert.match(await first.locator('.score').textContent(), /Score −?[\d.]+/);
    }));

  test('says what the figures are, and draws bars on the range that it names', () =>
    look('/?q.country=Japan', async (page) => {
      await settled(page);
      const meanings = await page.locator('.meanings').textContent();
      assert.match(meanings, /Rating the value that the model predicts, on the data’s scale of 1 to 5, with a mean of \d\.\d\d/);
      assert.match(meanings, /Score how well the item matches the query/);
      const [least, most] = /Bars run from ([\d.]+) to ([\d.]+)\./.exec(meanings).slice(1).map(Number);
      for (const card of await cards(page).all()) {
        const width = await card.locator('.bar i').evaluate((bar) => bar.getBoundingClientRect().width / bar.parentElement.offsetWidth);
        const rating = Number(await card.locator('.measure b').first().textContent());
        assert.ok(width > 0 && Math.abs(width - (rating - least) / (most - least)) < 0.02, `the bar of ${rating} on ${least} to ${most} is ${width} long`);
      }
      await page.setViewportSize(kPhone);
      assert.ok(await page.locator('.meanings').isVisible());
    }));

  test('copies the command of what is on the screen', () =>
    look('/?q.country=Japan&q.genres=Drama&only.year=1990&k=20', async (page) => {
      await settled(page);
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy as curl' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const command = await page.evaluate(() => navigator.clipboard.readText());
      const [, url, body] = /^curl -s '([^']+)'[^]*-d '([^']+)'$/.exec(command);
      const answer = await page.request.post(url, { data: JSON.parse(body), headers: { 'Content-Type': 'application/json' } });
      assert.deepEqual((await answer.json()).items.map((item) => item.id), await titles(page));
    }));

  test('shows the command where the browser forbids copying', () =>
    look('/?q.country=Japan', async (page) => {
      await settled(page);
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error('forbidden'));
      });
      await page.getByRole('button', { name: 'Copy as curl' }).click();
      assert.match(await page.getByRole('region', { name: 'The request as a command' }).textContent(), /"country":"Japan"/);
      await suitsEveryone(page);
    }));

  test('shows a title once, and folds long lists', () =>
    look('/similar', async (page) => {
      const tags = Array.from({ length: 20 }, (_, i) => `tag ${i}`);
      const change = async (route, edit) => {
        const json = await (await route.fetch()).json();
        edit(json);
        await route.fulfill({ json });
      };
      await page.route('**/features', (route) => change(route, (answer) => answer.attributes.push({ column: 'name', input: 'one' }, { column: 'tags', input: 'several' })));
      await page.route('**/recommend', (route) =>
        change(route, ({ items }) =>
          items.forEach((item) => {
            item.display = `The film ${item.id}`;
            Object.assign(item.attributes, { name: item.display, tags });
          }),
        ),
      );
      await page.goto(`${site.server.url}/?q.country=Japan`);
      await settled(page);
      const first = cards(page).first();
      const text = await first.textContent();
      assert.equal(text.split('The film').length, 2, text);
      assert.ok(!text.includes('tag 6'), text);
      await suitsEveryone(page);
      await first.getByRole('button', { name: 'and 14 more' }).click();
      assert.match(await first.textContent(), /tag 19/);
      const [words, figures] = await Promise.all(['.what', '.measures'].map((part) => first.locator(part).boundingBox()));
      assert.ok(words.x + words.width <= figures.x);
    }));

  test('names columns apart that would have the same name', () =>
    look('/similar', async (page) => {
      await page.route('**/features', async (route) => {
        const json = await (await route.fetch()).json();
        json.query.find(({ column }) => column === 'country').column = 'user_id';
        await route.fulfill({ json });
      });
      await page.goto(site.server.url);
      await page.getByLabel('User id').waitFor();
      assert.equal(await page.getByRole('combobox', { name: 'User', exact: true }).count(), 1);
    }));

  test('does not let a slider look set before it is', () =>
    look('/', async (page) => {
      await settled(page);
      const slider = page.getByRole('slider', { name: 'Year' });
      const looks = () => slider.evaluate((input) => getComputedStyle(input).appearance);
      assert.equal(await slider.getAttribute('aria-valuetext'), 'not given');
      assert.equal(await looks(), 'none');
      await slider.fill('2000');
      assert.equal(await looks(), 'auto');
      await page.getByRole('button', { name: 'Clear Year' }).click();
      assert.equal(await looks(), 'none');
    }));

  test('says why, in parts that add up to the score', () =>
    look('/?q.country=Japan&q.genres=Drama', async (page) => {
      await settled(page);
      const first = cards(page).first();
      await first.getByRole('button', { name: /^Why / }).click();
      const why = first.getByRole('table', { name: /^Why / });
      await why.waitFor();
      const parts = await why.locator('tbody tr td:nth-of-type(1)').allTextContents();
      const number = (text) => Number(text.replace('−', '-').replace(',', ''));
      const sum = parts.map(number).reduce((a, b) => a + b);
      const score = number(await first.locator('.score b').textContent());
      assert.equal(parts.length, 3); // the two features that were given, and the item itself
      assert.ok(!(await why.textContent()).includes('User'));
      assert.ok(Math.abs(sum - score) < 0.05, `${parts} against ${score}`);
      await addressHolds(page, ['why', await first.locator('h3').textContent()]);
      await page.reload();
      await why.waitFor();
      await first.getByRole('button', { name: /^Why / }).click();
      await why.waitFor({ state: 'detached' });
    }));

  test('says why on one scale for all bars', () =>
    look('/?q.country=Japan&q.genres=Drama', async (page) => {
      await settled(page);
      const first = cards(page).first();
      await first.getByRole('button', { name: /^Why / }).click();
      await first.getByRole('table', { name: /^Why / }).waitFor();
      const bars = await first.locator('.share').evaluateAll((cells) =>
        cells.map((cell) => ({
          value: Math.abs(Number(cell.textContent.replace('−', '-').trim())),
          width: Number.parseFloat(cell.querySelector('i').style.width),
        })),
      );
      assert.equal(bars.length, 5); // two features' scores and ratings, and the item's score
      const longest = bars.reduce((a, b) => (a.width > b.width ? a : b));
      assert.equal(longest.width, 50); // half of the field, to one side
      for (const { value, width } of bars) assert.ok(Math.abs(width / 50 - value / longest.value) < 0.05, JSON.stringify(bars));
    }));

  test('narrows down by attributes, and says when nothing is left', () =>
    look('/?q.country=Japan', async (page) => {
      await settled(page);
      await page.getByText('Only items with').click();
      const filter = page.locator('details');
      await filter.getByRole('button', { name: 'Horror' }).click();
      await filter.getByLabel('Year, least').fill('2000');
      await page.locator('.asked', { hasText: 'only Horror and year from 2000' }).waitFor();
      await settled(page);
      for (const text of await page.locator('.cards .attributes').allTextContents()) {
        assert.match(text, /Horror/);
        assert.ok(Number(/Year (\d+)/.exec(text)[1]) >= 2000, text);
      }
      await filter.getByLabel('Year, least').fill('2999');
      await page.getByRole('button', { name: 'Remove the conditions' }).click();
      await settled(page);
      assert.equal(parameters(page).get('q.country'), 'Japan');
    }));

  test('shows as many as one asks for', () =>
    look('/', async (page) => {
      await settled(page);
      await page.getByLabel('Show').selectOption('50');
      await page.waitForFunction(() => document.querySelectorAll('.cards > li').length === 50);
    }));
});
