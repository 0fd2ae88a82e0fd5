import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { defineConfig, type Plugin } from 'vite';

// `npm run dev` asks a server that stands here.
const server = env.SHORTLIST_URL ?? 'http://127.0.0.1:8080';

// What the page carries of others, under their terms.
const kCarried = ['preact', 'uplot', '@fontsource-variable/newsreader', '@fontsource-variable/hanken-grotesk'];

const licenses: Plugin = {
  name: 'licenses',
  generateBundle() {
    const text = (name: string) => readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8').trim();
    const source = kCarried.map((name) => `${name}\n\n${text(name)}\n`).join('\n\n');
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source });
  },
};

export default defineConfig({
  plugins: [licenses],
  build: {
    outDir: '../build/web',
    emptyOutDir: true,
    // The server lets the page load nothing from data: addresses but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': server } },
});
