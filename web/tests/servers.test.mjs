// Servers that stop, that limit answers, that want keys, that have several models.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cards, looking, makeFilms, parameters, serve, settled, suitsEveryone } from './looking.mjs';

const { look, site } = looking(makeFilms);

describe('A server that', () => {
  test('stops and comes back is asked again', async () => {
    const other = await serve([site.made.bundle]);
    await look(
      '/',
      async (page) => {
        await settled(page);
        await other.stop();
        await page.getByLabel('Country').selectOption('Japan');
        await page.getByRole('heading', { name: 'No answer' }).waitFor();
        const again = await serve([site.made.bundle], other.port);
        await page.getByRole('button', { name: 'Try again' }).click();
        await settled(page);
        await again.stop();
      },
      other,
    );
  });

  test('gives few items is asked for no more', async () => {
    const strict = await serve([site.made.bundle, '--max-k', '3']);
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
    const { token, options } = site.made.makeKey();
    const locked = await serve([site.made.bundle, ...options]);
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
    const two = await serve([`first=${site.made.bundle}`, `second=${site.made.bundle}`]);
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
