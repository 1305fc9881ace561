import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where a file of the build is: in dist/ that this runs in, or in dist/ beside src/ where this runs from the sources.
 * Undefined where it has not been built.
 *
 * @param path from dist/
 */
export const builtFile = (path: string): string | undefined =>
  ['../../', '../../../dist/']
    .map((folder) => fileURLToPath(new URL(folder + path, import.meta.url)))
    .find((file) => existsSync(file));
