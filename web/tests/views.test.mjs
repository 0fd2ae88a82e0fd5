// What holds of every view.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { looking, makeFilms, suitsEveryone } from './looking.mjs';

const { look } = looking(makeFilms);

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
