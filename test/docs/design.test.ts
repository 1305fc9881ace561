import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesUnder, root } from './fences.js';

/** The files of src that a file imports for their values. Imports of types alone are left out by the compiler. */
const valueImports = (path: string): readonly string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^(?:import|export)\s+(?!type\b)([^;]*?)\s*from '(\.[^']+)';/gm)]
    .filter(([, names = '']) => {
      const listed = /^\{([^}]*)\}$/s
        .exec(names)?.[1]
        ?.split(',')
        .filter((name) => name.trim() !== '');
      return !(listed?.every((name) => name.trim().startsWith('type ')) ?? false);
    })
    .map(([, , target = '']) => normalize(join(dirname(path), target)).replace(/\.js$/, '.ts'));

/** The files of src that a file imports, also for their types alone. */
const allImports = (path: string): readonly string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^(?:import|export)\s[^;]*?\sfrom '(\.[^']+)';/gm)].map(
    ([, target = '']) => normalize(join(dirname(path), target)),
  );

/** The folder of a file. What is internal to a folder counts as the folder itself, except at the top of a room. */
const folderOf = (file: string): string =>
  dirname(file).replace(/^(src\/[^/]+(?:\/[^/]+)*?)(\/internal)(\/.*)?$/, (_, folder: string, internal: string) =>
    folder.split('/').length === 2 ? folder + internal : folder,
  );

/** The folders that each folder imports from. An internal folder may import from the folder that it belongs to. */
const folderImports = (files: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const imports = new Map<string, Set<string>>();
  for (const file of files) {
    const from = folderOf(file);
    const targets = imports.get(from) ?? new Set();
    imports.set(from, targets);
    for (const target of allImports(file).map(folderOf))
      if (target !== from && `${target}/internal` !== from) targets.add(target);
  }
  return new Map([...imports].map(([folder, targets]) => [folder, [...targets]]));
};

/** A path of imports from a file back to itself, or undefined if there is none. */
const circleIn = (imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
};

describe('docs/design.md', () => {
  it('names each folder of src once, and no other', () => {
    const page = readFileSync(join(root, 'docs/design.md'), 'utf8');
    const named = [...page.matchAll(/^\| `(src\/[^`]+)`/gm)].map(([, folder]) => folder);
    const folders = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
      .filter((folder) => !/\/internal(\/|$)/.test(folder));
    expect(named.toSorted()).toEqual(folders.toSorted());
  });
});

describe('imports of src', () => {
  it('form no circle between single files', () => {
    const imports = new Map(filesUnder('src', '.ts').map((file) => [file, valueImports(file)]));
    expect(circleIn(imports)).toBeUndefined();
    expect(imports.get('src/index.ts')?.length).toBeGreaterThan(5);
  });

  it('form no circle between folders', () => {
    const imports = folderImports(filesUnder('src', '.ts'));
    expect(circleIn(imports)).toBeUndefined();
    expect(imports.get('src/streams/feeds/parsing')).toContain('src/streams/feeds/parsing/items');
  });

  it('would be found in a circle', () => {
    const imports = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(circleIn(imports)).toEqual(['b', 'c', 'b']);
  });
});
