import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The files of the same tree that a file imports, types included. */
const importsOf = (path: string): readonly string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^(?:import|export)\b[^;']*?from '(\.[^']+)\.js';/gm)].map(
    ([, name = '']) => `${join(dirname(path), name)}.ts`,
  );

it('no file imports itself through others', () => {
  const files = globSync(['src/**/*.ts', 'site/**/*.ts', 'bench/**/*.ts'], {
    cwd: root,
    ignore: ['**/node_modules/**'],
  });
  const left = new Map(files.map((path) => [path, importsOf(path)]));
  expect(left.size).toBeGreaterThan(800);
  // A file that imports nothing of what is left, or that nothing left imports, is in no circle.
  for (let before = 0; before !== left.size;) {
    before = left.size;
    const imported = new Set([...left.values()].flat());
    for (const [path, others] of left)
      if (!imported.has(path) || !others.some((other) => left.has(other))) left.delete(path);
  }
  expect([...left.keys()]).toEqual([]);
});
