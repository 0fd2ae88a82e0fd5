// What the tests of the page share: a window of a served model, and what is in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { launch, serve, stopAll } from './served.mjs';

export { kImages, makeClicks, makeFilms, makePictures, makeWatched, serve } from './served.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const kDesktop = { width: 1280, height: 900 };
export const kTablet = { width: 820, height: 1100 };
export const kPhone = { width: 360, height: 740 };

// Makes a model, serves it and starts a browser before the tests of a file. `site` has all three. `others` are
// the origins that the page may ask beside the server's.
export function looking(make, models = (made) => [made.bundle], others = []) {
  const site = {};
  before(async () => {
    site.made = make();
    site.server = await serve(models(site.made));
    site.browser = await launch();
  });
  after(async () => {
    await site.browser?.close();
    await stopAll();
    site.made?.remove();
  });

  // A window of its own; work() gets what it asked of the API, too. Whatever it asks of another host, and
  // whatever goes wrong in it, fails the test.
  async function look(address, work, at = site.server) {
    const context = await site.browser.newContext({ viewport: kDesktop, reducedMotion: 'reduce' });
    const wrong = [];
    const asked = [];
    context.on('request', (request) => {
      const url = request.url();
      if (![at.url, ...others].includes(new URL(url).origin)) wrong.push(`asked ${url}`);
      if (url.includes('/v1/')) asked.push(url.replace(/.*\/v1/, ''));
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => wrong.push(`${error}`));
    page.on('console', (message) => {
      // A browser writes of every answer that is no 200; tests of such answers look at the page itself.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource')) wrong.push(message.text());
    });
    await page.goto(at.url + address);
    await work(page, asked);
    await context.close();
    assert.deepEqual(wrong, []);
  }
  return { look, site };
}

export const cards = (page) => page.locator('.cards:not(:empty) > li');
export const titles = (page) => page.locator('.cards h3').allTextContents();
export const settled = (page) => page.locator('.results[aria-busy=false] .cards').waitFor();
export const parameters = (page) => new URL(page.url()).searchParams;
export const addressHolds = (page, wanted) =>
  page.waitForFunction(([name, value]) => new URLSearchParams(location.search).getAll(name).join('|') === value, wanted);

async function pleasesAxe(page, where) {
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 300)).join(' ')}`), []);
}

async function isAsWideAsTheWindow(page) {
  const [beyond, width] = await page.evaluate(() => [document.documentElement.scrollWidth - innerWidth, innerWidth]);
  assert.ok(beyond <= 0, `at ${width} pixels it is ${beyond} pixels too wide`);
}

// axe finds nothing, light or dark, and nothing is wider than the window.
export async function suitsEveryone(page) {
  await page.evaluate(axe);
  for (const viewport of [kTablet, kPhone, kDesktop]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      await pleasesAxe(page, `${colorScheme}, ${viewport.width} pixels`);
    }
    await isAsWideAsTheWindow(page);
  }
}

// The same of one look, for pages that axe is slow on.
export async function fits(page) {
  await page.evaluate(axe);
  await pleasesAxe(page, 'light');
  for (const viewport of [kTablet, kPhone, kDesktop]) {
    await page.setViewportSize(viewport);
    await isAsWideAsTheWindow(page);
  }
}
