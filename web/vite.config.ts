import { env } from 'node:process';
import { defineConfig } from 'vite';

// `npm run dev` asks a server that stands here.
const server = env.SHORTLIST_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  build: {
    outDir: '../build/web',
    emptyOutDir: true,
    // The server lets the page load nothing from data: addresses but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': server } },
});
