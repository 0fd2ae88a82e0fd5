// The model card: its report, its curves and its map.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressHolds, kPhone, looking, makeFilms, parameters } from './looking.mjs';

const { look, site } = looking(makeFilms);

describe('Model', () => {
  test('tells what the figures are worth', () =>
    look('/model', async (page) => {
      await page.locator('.verdict li').first().waitFor();
      assert.match(await page.locator('.verdict').textContent(), /model's retrieval .* popularity/);
      const table = page.getByRole('table', { name: 'Retrieval' });
      assert.match(await table.getByRole('row', { name: /^top_10/ }).textContent(), /among the first 10/);
      assert.match(await table.getByRole('row').first().textContent(), /Popularity/);
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

  test('names the items on the map by their titles, with their ids', () =>
    look('/similar', async (page) => {
      await page.route('**/map', async (route) => {
        const json = await (await route.fetch()).json();
        json.display = json.ids.map((id) => `The film ${id}`);
        await route.fulfill({ json });
      });
      await page.goto(`${site.server.url}/model?item=Frozen+Winter#map`);
      await page.locator('.map-card h3').waitFor();
      assert.equal(await page.locator('.map-card h3').textContent(), 'The film Frozen Winter');
      assert.equal(await page.locator('.map-card small.id').textContent(), 'Frozen Winter');
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
