import { readFileSync } from 'node:fs';

// The package's own file, two folders up from dist/cli/ and from src/cli/ alike.
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

/** The package's version. */
export const VERSION = version;
