// Pictures of items.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cards, kImages, looking, makePictures, settled, suitsEveryone } from './looking.mjs';

const { look, site } = looking(makePictures, undefined, [kImages]);

const kSquare = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><rect width="80" height="80"/></svg>';
const answerImages = (page) => page.context().route(`${kImages}/**`, (route) => route.fulfill({ contentType: 'image/svg+xml', body: kSquare }));

// Every item has room for a picture, and one if the page may load it.
async function showsPicturesOf(elements, posterOf) {
  const kinds = new Set();
  for (const element of await elements.all()) {
    const poster = posterOf(await element.locator('h3').textContent());
    const image = element.locator('img');
    const wanted = poster === '/icon.svg' ? `${site.server.url}/icon.svg` : poster.startsWith('https:') ? poster : null;
    kinds.add(poster.replace(/[^/]*$/, ''));
    assert.equal(await element.locator('.picture-of').evaluate((room) => room.offsetHeight > 60), true);
    assert.equal(await image.count(), wanted === null ? 0 : 1, poster);
    if (wanted === null) continue;
    assert.equal(await image.getAttribute('src'), wanted);
    assert.equal(await image.getAttribute('loading'), 'lazy');
    await image.scrollIntoViewIfNeeded();
    await image.evaluate((element) => element.decode());
  }
  return kinds.size;
}

async function postersOf(page) {
  const { items } = await (await page.request.get(`${site.server.url}/v1/items?limit=100`)).json();
  const posters = new Map(items.map((item) => [item.id, item.attributes.poster]));
  return (id) => posters.get(id);
}

test('recommendations have pictures by https and of the server, and no others', () =>
  look('/model', async (page) => {
    await answerImages(page);
    const posterOf = await postersOf(page);
    await page.goto(`${site.server.url}/?k=20`);
    await settled(page);
    assert.equal(await showsPicturesOf(cards(page), posterOf), 4);
    assert.ok(!(await page.locator('.cards').textContent()).includes('.png'));
    assert.equal(await page.locator('.query', { hasText: 'Poster' }).count(), 0);
    await suitsEveryone(page);
  }));

test('similar items have pictures, and so have those to start from', () =>
  look('/model', async (page) => {
    await answerImages(page);
    const posterOf = await postersOf(page);
    await page.goto(`${site.server.url}/similar`);
    const tiles = page.locator('.starts .tile');
    await tiles.first().waitFor();
    const shown = await tiles.evaluateAll((all) => all.map((tile) => [tile.textContent, tile.querySelector('img')?.getAttribute('src') ?? '']));
    for (const [id, address] of shown) assert.equal(address !== '', /^(https:|\/icon)/.test(posterOf(id)), `${id} ${address}`);
    await suitsEveryone(page);
    await tiles.first().click();
    await settled(page);
    assert.equal(await page.locator('.origin .picture-of').count(), 1);
    await showsPicturesOf(cards(page), posterOf);
    await suitsEveryone(page);
  }));

test('a picture that does not load leaves its room empty', () =>
  look('/model', async (page) => {
    await page.context().route(`${kImages}/**`, (route) => route.abort());
    await page.goto(`${site.server.url}/?k=20`);
    await settled(page);
    for (const card of await cards(page).all()) await card.scrollIntoViewIfNeeded();
    await page.waitForFunction((origin) => ![...document.images].some((image) => image.src.startsWith(origin)), kImages);
    assert.equal(await page.locator('.card .picture-of').count(), 20);
  }));
