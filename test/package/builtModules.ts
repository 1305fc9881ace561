import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { root } from '../docs/fences.js';

/** An import or a require of a module when the file loads, as the build writes it. An `import()` loads later. */
const LOADS = /^(?:(?:import|export)\b[^;'"]*?|const required = require\()["']([^"']+)["']\)?;/gm;

/** What a file of the build loads before it runs: its own modules, by their paths, and modules of others, by name. */
export const loadedBy = (
  entry: string,
): { readonly files: ReadonlySet<string>; readonly others: readonly string[] } => {
  const files = new Set<string>();
  const others = new Set<string>();
  const follow = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(LOADS))
      if (target.startsWith('.')) follow(resolve(dirname(file), target));
      else others.add(target);
  };
  follow(resolve(root, 'dist', entry));
  return { files, others: [...others].sort() };
};
