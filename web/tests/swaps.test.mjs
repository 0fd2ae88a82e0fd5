// A model that is swapped, and a key that is revoked, while the page is open.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits, looking, makeClicks, serve, settled } from './looking.mjs';

const { look, site } = looking(makeClicks, (made) => [`clicks=${made.folder}`]);

test('a model that is swapped while the page is open is noticed, and what was chosen stays', async () => {
  const own = await serve([`clicks=${site.made.folder}`]);
  await look(
    '/?q.c0=v1',
    async (page, asked) => {
      await settled(page);
      assert.equal(await page.locator('.swapped').count(), 0);
      const before = (await (await page.request.get(`${own.url}/v1/models`)).json()).models[0].version;
      site.made.serveVersion('two');
      own.reload();
      for (let i = 0; i < 200; ++i) {
        const now = (await (await page.request.get(`${own.url}/v1/models`)).json()).models[0].version;
        if (now !== before) break;
        await page.waitForTimeout(100);
      }
      asked.length = 0;
      await page.getByLabel('C1').selectOption('v2');
      await page.getByText('The model was updated').waitFor();
      await page.waitForTimeout(500); // the new version is asked
      await settled(page);
      await fits(page);
      assert.ok(asked.some((url) => url.endsWith('/features')), `${asked}`);
      assert.ok(asked.length < 8, `${asked}`);
      assert.match(await page.locator('.asked').textContent(), /v1 and v2/);
      assert.equal(await page.getByLabel('C1').inputValue(), 'v2');
      await page.getByRole('button', { name: 'OK' }).click();
      await page.locator('.swapped').waitFor({ state: 'detached' });
    },
    own,
  );
  await own.stop();
  site.made.serveVersion('one');
});

test('a key that is revoked while the page is open leads to the form, and a new one back', async () => {
  const { token, options, revoke, another } = site.made.makeKey();
  const locked = await serve([`clicks=${site.made.folder}`, ...options]);
  await look(
    '/?q.c0=v1',
    async (page) => {
      await page.getByLabel('API key').fill(token);
      await page.getByRole('button', { name: 'Open' }).click();
      await settled(page);
      revoke();
      const next = another();
      locked.reload();
      await page.waitForFunction(
        async (key) => (await fetch('/v1/models', { headers: { Authorization: `Bearer ${key}` } })).ok,
        next,
      );
      await page.getByLabel('C1').selectOption('v2');
      await page.getByRole('heading', { name: 'The key no longer works' }).waitFor();
      await page.getByLabel('API key').fill(next);
      await page.getByRole('button', { name: 'Open' }).click();
      await settled(page);
      assert.match(await page.locator('.asked').textContent(), /v1 and v2/);
    },
    locked,
  );
  await locked.stop();
});
