import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { root } from '../folders.js';
import { BROWSER_ENTRIES } from './isRunnable.js';

/** How modules for a browser are bundled that use the library. The library must be built. */
export const browserModules = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: ['es2022'],
  // The library as it is published, so that the replacements for browsers in package.json count.
  alias: Object.fromEntries(
    BROWSER_ENTRIES.map((entry) => [`headwater/${entry}`, join(root, 'dist/entries', `${entry}.js`)]),
  ),
  tsconfigRaw: {},
  logLevel: 'error',
} as const satisfies BuildOptions;
