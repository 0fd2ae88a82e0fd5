// Retakes docs/images, which show the README's example: npm --prefix web run docs-images
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, program, serve } from './served.mjs';

const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'shortlist-images-'));
const run = (...words) => execFileSync(program, [...words, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
const table = join(folder, 'ratings.csv');
const bundle = join(folder, 'model');
run('synth', '--rows', '100000', '--out', table);
run('train', join(root, 'examples/synth/synth.toml'), '--data', table, '--out', bundle);
copyFileSync(join(bundle, 'curves.png'), join(root, 'docs/images/learning-curves.png'));

const server = await serve([bundle]);
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1100, height: 740 }, deviceScaleFactor: 2, colorScheme: 'light' });
await page.goto(`${server.url}/?q.user=u000042&q.country=Japan`);
await page.locator('.card').first().getByRole('button', { name: /^Why / }).click();
await page.getByRole('table', { name: /^Why / }).waitFor();
await page.locator('.results[aria-busy=false]').waitFor();
await page.mouse.move(0, 0);
await page.screenshot({ path: join(root, 'docs/images/page.png') });
await browser.close();
await server.stop();
rmSync(folder, { recursive: true });
