import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../folders.js';

/** The entries that do no I/O: a browser has them. */
export const BROWSER_ENTRIES = ['operators', 'text', 'ops', 'models'] as const;

/** Packages that the playground has besides. */
const PACKAGES: ReadonlySet<string> = new Set(['rxjs', '@tensorflow/tfjs-core']);

const namesOf = (entry: string): readonly string[] =>
  [
    ...readFileSync(join(root, 'src/entries', `${entry}.ts`), 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm),
  ].flatMap(([, names = '']) => names.split(',').map((name) => name.replace(/^\s*type /, '').trim()));

const names = new Set(BROWSER_ENTRIES.flatMap(namesOf));

/** Names that are of Node, and that no import says. */
const NODE = /\b(process|Buffer|__dirname|require)\b/;

/** Whether a browser can run a piece of TypeScript: it imports only what the playground has. */
export const isRunnable = (code: string): boolean => {
  const packages = [...code.matchAll(/\b(?:from\s+|import\s*\(?\s*)'([^']+)'/g)].map(([, name = '']) => name);
  const imports = [...code.matchAll(/import\s+(?:type\s+)?(?:\{([^}]*)\}|[\w*\s]+)\s+from\s+'([^']+)'/g)];
  return (
    imports.length > 0 &&
    !NODE.test(code) &&
    // Those that are imported for their effect, or while the code runs, have no list of names.
    packages.every((name) => PACKAGES.has(name) || /^headwater(\/|$)/.test(name)) &&
    imports.every(([, list = '', from = '']) => {
      if (PACKAGES.has(from)) return true;
      const entry = /^headwater(?:\/(\w+))?$/.exec(from);
      if (entry === null) return false;
      if (entry[1] !== undefined) return (BROWSER_ENTRIES as readonly string[]).includes(entry[1]);
      return list
        .split(',')
        .map((name) =>
          name
            .replace(/^\s*type /, '')
            .replace(/ as .*/, '')
            .trim(),
        )
        .filter((name) => name !== '')
        .every((name) => names.has(name));
    })
  );
};
