import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Finds a file of the build: in the dist/ that contains this module, or in the dist/ beside src/ where this module runs
 * from the sources. Returns undefined where the file has not been built.
 *
 * @param path relative to dist/
 */
export const builtFile = (path: string): string | undefined =>
  ['../../', '../../../dist/']
    .map((folder) => fileURLToPath(new URL(folder + path, import.meta.url)))
    .find((file) => existsSync(file));
