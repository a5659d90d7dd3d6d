import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const OUT = '../src/huntline/web/pages';

/** Compressed once here, so that the server never has to. */
function gzipped(): Plugin {
  return {
    name: 'gzipped',
    apply: 'build',
    closeBundle() {
      const folder = join(import.meta.dirname, OUT, 'assets');
      for (const name of readdirSync(folder).filter((each) => /\.(js|css|svg)$/.test(each))) {
        writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
      }
    },
  };
}

// What every page needs, in one piece: many small ones are larger, since each is compressed by itself.
const FRAME =
  /node_modules\/(react|react-dom|scheduler|react-router|@tanstack|i18next|react-i18next|openapi-fetch|@griffel|stylis|rtl-css-js|tabster|keyborg|@floating-ui|@fluentui\/(tokens|react-(provider|shared-contexts|utilities|tabster|text|button|menu|input|field|label|spinner|message-bar|toast|portal|positioning|motion|motion-components-preview|aria|context-selector|jsx-runtime|link|badge|divider)))\//;

// Each would be a request of its own, whose head is longer than what it brings.
const SMALL_PARTS = /src\/parts\/(ShownNumber|Empty|hidden|format)\.tsx?$/;

export default defineConfig({
  plugins: [react(), gzipped()],
  resolve: { alias: { '~': join(import.meta.dirname, 'src') } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'frame', test: FRAME },
            { name: 'parts', test: SMALL_PARTS },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
