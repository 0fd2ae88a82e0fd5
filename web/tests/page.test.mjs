// A person's whole path through each view, in Chromium, with the program that serves it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { launch, makeBundle, serve, stopAll } from './served.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kDesktop = { width: 1280, height: 900 };
const kTablet = { width: 820, height: 1100 };
const kPhone = { width: 360, height: 740 };

let made, server, browser;
before(async () => {
  made = makeBundle();
  server = await serve([made.bundle]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stopAll();
  made?.remove();
});

// A window of its own. Whatever it asks of another host, and whatever goes wrong in it, fails the test.
async function look(address, work, at = server) {
  const context = await browser.newContext({ viewport: kDesktop });
  const wrong = [];
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== at.url) wrong.push(`asked ${request.url()}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => wrong.push(`${error}`));
  page.on('console', (message) => {
    // A browser writes of every answer that is no 200; tests of such answers look at the page itself.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) wrong.push(message.text());
  });
  await page.goto(at.url + address);
  await work(page);
  await context.close();
  assert.deepEqual(wrong, []);
}

const cards = (page) => page.locator('.cards:not(:empty) > li');
const titles = (page) => page.locator('.cards h3').allTextContents();
const settled = (page) => page.locator('.results[aria-busy=false] .cards').waitFor();
const parameters = (page) => new URL(page.url()).searchParams;
const addressHolds = (page, wanted) =>
  page.waitForFunction(([name, value]) => new URLSearchParams(location.search).getAll(name).join('|') === value, wanted);

// axe finds nothing, and nothing stands out of the window.
async function suitsEveryone(page) {
  await page.evaluate(axe);
  for (const viewport of [kDesktop, kTablet, kPhone]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const told = violations.map((v) => `${colorScheme}, ${viewport.width} pixels: ${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
      assert.deepEqual(told, []);
    }
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(beyond <= 0, `at ${viewport.width} pixels it is ${beyond} pixels too wide`);
  }
}

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
      assert.match(meanings, /Rating the value that the model predicts, on the data’s scale of 1 to 5, where the mean is \d\.\d\d/);
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

  test('shows pictures and titles once, and folds long lists', () =>
    look('/similar', async (page) => {
      const tags = Array.from({ length: 20 }, (_, i) => `tag ${i}`);
      const change = async (route, edit) => {
        const json = await (await route.fetch()).json();
        edit(json);
        await route.fulfill({ json });
      };
      await page.route('**/features', (route) =>
        change(route, (answer) => answer.attributes.push({ column: 'poster', input: 'one' }, { column: 'name', input: 'one' }, { column: 'tags', input: 'several' })),
      );
      await page.route('**/recommend', (route) =>
        change(route, ({ items }) =>
          items.forEach((item, i) => {
            item.display = `The film ${item.id}`;
            const poster = `${server.url}/${i === 0 ? 'icon.svg' : 'none.png'}`;
            Object.assign(item.attributes, { name: item.display, tags, poster });
          }),
        ),
      );
      await page.goto(`${server.url}/?q.country=Japan`);
      await settled(page);
      const first = cards(page).first();
      assert.equal(await first.locator('img').getAttribute('src'), `${server.url}/icon.svg`);
      await page.waitForFunction(() => document.querySelectorAll('.card img').length === 1); // those that do not load give way
      const text = await first.textContent();
      assert.equal(text.split('The film').length, 2, text);
      assert.ok(!text.includes('icon.svg'), text);
      assert.ok(!text.includes('tag 6'), text);
      await suitsEveryone(page);
      await page.setViewportSize(kDesktop);
      await first.getByRole('button', { name: 'and 14 more' }).click();
      assert.match(await first.textContent(), /tag 19/);
      const [words, figures] = await Promise.all(['.what', '.measures'].map((part) => first.locator(part).boundingBox()));
      assert.ok(words.x + words.width <= figures.x);
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

describe('Similar', () => {
  test('goes from item to item, with the keyboard alone', () =>
    look('/similar', async (page) => {
      await page.getByRole('heading', { name: /start from what most people like/ }).waitFor();
      const answer = await page.request.post(`${server.url}/v1/recommend`, { data: { query: {}, k: 24 } });
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

describe('Model', () => {
  test('tells what the figures are worth', () =>
    look('/model', async (page) => {
      await page.locator('.verdict li').first().waitFor();
      assert.match(await page.locator('.verdict').textContent(), /model's retrieval .* popularity/);
      const table = page.getByRole('table', { name: 'Retrieval' });
      assert.match(await table.getByRole('row', { name: /^top_10/ }).textContent(), /among the first 10/);
      assert.match(await table.getByRole('row').first().textContent(), /popularity/);
      await page.getByRole('img', { name: /^loss, validation: .* best .* in epoch \d/ }).waitFor();
      assert.match(await page.getByRole('region', { name: 'Config as TOML' }).textContent(), /\[retrieval\]/);
      assert.match(await page.getByRole('region', { name: 'Layers' }).textContent(), /query\/country/);
    }));

  test('shows the figures that matter first, and fits a phone', () =>
    look('/model', async (page) => {
      const table = page.getByRole('table', { name: 'Retrieval' });
      await table.waitFor();
      assert.equal(await table.getByRole('row', { name: /^top_50/ }).count(), 0);
      await page.setViewportSize(kPhone);
      for (const region of await page.locator('#report .wide').all())
        assert.ok(await region.evaluate((element) => element.scrollWidth <= element.clientWidth));
      assert.match(await table.getByRole('row', { name: /^top_10/ }).locator('td').first().evaluate((cell) => getComputedStyle(cell, '::before').content), /Model/);
      await page.locator('.wide', { has: table }).getByRole('button', { name: /\d+ more figures/ }).click();
      assert.equal(await table.getByRole('row', { name: /^top_50/ }).count(), 1);
    }));

  test('writes measured values with the digits that their interval leaves', () =>
    look('/model', async (page) => {
      const row = page.getByRole('table', { name: 'Predicted rating' }).getByRole('row', { name: /^rmse/ });
      const value = await row.locator('td b').textContent();
      const [low, high] = (await row.locator('td small').first().textContent()).split(' to ');
      assert.equal(value.length, low.length);
      assert.ok(value.length <= 5 && Number(high) > Number(low), `${value} ${low} ${high}`);
    }));

  test('explains the marks that are there, and no others', () =>
    look('/model', async (page) => {
      const report = page.locator('#report');
      await report.locator('table').first().waitFor();
      const explained = async () => {
        const legend = await report.locator('ul.note').textContent();
        assert.equal(legend.includes('Red'), (await report.locator('td.worse').count()) > 0);
        assert.equal(legend.includes('≈'), (await report.locator('td', { hasText: '≈' }).count()) > 0);
      };
      await explained();
      const more = report.getByRole('button', { name: /more figures/ });
      while ((await more.count()) > 0) await more.first().click();
      await explained();
      assert.equal(await page.locator('.legend .validation').count(), 1);
      assert.match(await page.locator('.legend').textContent(), /epoch \d, whose weights the model uses/);
    }));

  test('has a map to search, zoom, pan and click', () =>
    look('/model', async (page) => {
      const map = page.getByRole('application', { name: /Map of \d+ items/ });
      await map.waitFor();
      await page.getByRole('combobox', { name: 'Find an item on the map' }).fill('frozen');
      const wanted = await page.getByRole('option').first().locator('span').textContent();
      await page.getByRole('option').first().click();
      await page.locator('.map-card h3', { hasText: wanted }).waitFor();
      await addressHolds(page, ['item', wanted]);
      assert.equal(parameters(page).get('view').split(',')[2], '6');

      // The item was brought to the middle: a click there takes it again.
      await page.getByRole('button', { name: 'Deselect the item' }).click();
      await page.locator('.map-card').waitFor({ state: 'detached' });
      await map.click();
      await page.locator('.map-card h3', { hasText: wanted }).waitFor();

      const before = parameters(page).get('view');
      await map.press('+');
      await map.press('ArrowLeft');
      await page.waitForFunction((view) => new URLSearchParams(location.search).get('view') !== view, before);
      const [x, , zoom] = parameters(page).get('view').split(',').map(Number);
      assert.ok(zoom > 6 && x < Number(before.split(',')[0]));

      const box = await map.boundingBox();
      await page.mouse.move(box.x + 100, box.y + 100);
      await page.mouse.down();
      await page.mouse.move(box.x + 300, box.y + 160, { steps: 4 });
      await page.mouse.up();
      await page.waitForFunction((old) => Number(new URLSearchParams(location.search).get('view').split(',')[0]) < old, x);

      await map.press('0');
      await page.waitForFunction(() => !new URLSearchParams(location.search).has('view'));
      await page.locator('.map-card').getByRole('link', { name: 'Similar items' }).click();
      await page.locator('.origin h2', { hasText: wanted }).waitFor();
    }));

  test('zooms with the wheel once the map was clicked, and not before', () =>
    look('/model#map', async (page) => {
      const map = page.getByRole('application', { name: /Map of \d+ items/ });
      await map.waitFor();
      await page.waitForFunction(() => scrollY > 0); // to the section that the address names
      const box = await map.boundingBox();
      await page.mouse.move(box.x + 200, box.y + 200);
      await page.mouse.wheel(0, -200);
      await page.waitForFunction((y) => document.querySelector('.map canvas').getBoundingClientRect().y > y + 100, box.y);
      assert.ok(!parameters(page).has('view'));
      await map.focus();
      const place = await map.boundingBox();
      await page.mouse.move(place.x + 200, place.y + 200);
      await page.mouse.wheel(0, -200);
      await page.waitForFunction(() => Number(new URLSearchParams(location.search).get('view')?.split(',')[2]) > 1);
      assert.equal(new URL(page.url()).hash, '#map');
    }));

  test('colours the map by what the items have', () =>
    look('/model', async (page) => {
      await page.getByLabel('Colour by').selectOption('Genres');
      await page.getByLabel('Value').selectOption('Horror');
      await page.locator('.map-key', { hasText: 'Horror' }).waitFor();
      await page.getByLabel('Colour by').selectOption('Year');
      await page.locator('.map-key', { hasText: /\d{4} to \d{4}/ }).waitFor();
    }));
});

describe('Every view', () => {
  const views = {
    Recommend: '/?q.genres=Drama&q.country=Japan&only.year=1990',
    'Recommend, with a reason': '/?q.country=Japan&why=Frozen+Winter',
    'Recommend with nothing': '/?only.year=2999',
    Similar: '/similar?item=Frozen+Winter&by=jaccard',
    'Similar at first': '/similar',
    'Similar to what is not known': '/similar?item=No+such+film',
    Model: '/model',
    'nothing there': '/index.html',
  };
  for (const [name, address] of Object.entries(views)) {
    test(`${name}: axe finds nothing, light or dark, wide or narrow`, () =>
      look(address, async (page) => {
        await page.waitForLoadState('networkidle');
        await suitsEveryone(page);
      }));
  }

  test('is reached by links, and says its name', () =>
    look('/', async (page) => {
      for (const view of ['Similar', 'Model', 'Recommend']) {
        await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
        await page.waitForFunction((name) => document.title.startsWith(name), view);
        assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
      }
    }));
});

describe('A server that', () => {
  test('stops and comes back is asked again', async () => {
    const other = await serve([made.bundle]);
    await look(
      '/',
      async (page) => {
        await settled(page);
        await other.stop();
        await page.getByLabel('Country').selectOption('Japan');
        await page.getByRole('heading', { name: 'No answer' }).waitFor();
        const again = await serve([made.bundle], other.port);
        await page.getByRole('button', { name: 'Try again' }).click();
        await settled(page);
        await again.stop();
      },
      other,
    );
  });

  test('gives few items is asked for no more', async () => {
    const strict = await serve([made.bundle, '--max-k', '3']);
    await look(
      '/?k=20',
      async (page) => {
        await settled(page);
        assert.equal(await cards(page).count(), 3);
        assert.deepEqual(await page.getByLabel('Show').locator('option').allTextContents(), ['3']);
        await cards(page).first().getByRole('link', { name: /^Similar to / }).click();
        await page.getByText('3 items by model').waitFor();
      },
      strict,
    );
    await strict.stop();
  });

  test('wants a key is given one', async () => {
    const { token, options } = made.makeKey();
    const locked = await serve([made.bundle, ...options]);
    await look(
      '/',
      async (page) => {
        await page.getByRole('heading', { name: 'This server requires a key' }).waitFor();
        await suitsEveryone(page);
        await page.getByLabel('API key').fill('a wrong one');
        await page.getByRole('button', { name: 'Open' }).click();
        await page.getByRole('alert').filter({ hasNotText: 'Ask the person' }).waitFor();
        await page.getByLabel('API key').fill(token);
        await page.getByRole('button', { name: 'Open' }).click();
        await settled(page);
      },
      locked,
    );
    await locked.stop();
  });

  test('has several models lets one choose', async () => {
    const two = await serve([`first=${made.bundle}`, `second=${made.bundle}`]);
    await look(
      '/',
      async (page) => {
        await settled(page);
        await page.getByLabel('Model').selectOption('second');
        await page.waitForFunction(() => document.title.includes('second'));
        await settled(page);
        await page.getByRole('link', { name: 'Similar', exact: true }).first().click();
        assert.equal(parameters(page).get('model'), 'second');
      },
      two,
    );
    await two.stop();
  });
});
