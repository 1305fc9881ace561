/**
 * Finds the parts of dist/ that a run of Vitest needs, so that a test of a source file does not wait for the build of
 * other parts.
 *
 * The answer may name too many parts and never too few. It follows the imports of the test files that the arguments can
 * match. A test needs everything if it mentions dist/, starts a process or imports a path that is computed at run time.
 */
import { build } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parts, root } from './setup.mjs';

const testFiles = () =>
  readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.test(-d)?\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

/** The arguments that Vitest may read as filters. The value of an option can look like a filter, and the reverse. */
const filtersOf = (args) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const certain = words.filter((word) => !(args[args.indexOf(word) - 1] ?? '').startsWith('-'));
  return { words, certain };
};

/** The test files that a run with these arguments can include; undefined if it may include any. */
export const namedTests = (args) => {
  const { words, certain } = filtersOf(args);
  if (certain.length === 0) return undefined;
  const plain = words.map((word) => relative(root, join(process.cwd(), word)).replaceAll('\\', '/'));
  const named = testFiles().filter((file) =>
    [...words, ...plain].some((word) => file.toLowerCase().includes(word.replace(/:\d+$/, '').toLowerCase())),
  );
  return named.length > 0 ? named : undefined;
};

const withoutComments = (source) => source.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, '');

const STARTS_PROCESSES = /^(?:node:)?(?:child_process|cluster)$/;
/** An import() whose argument is not a string literal. */
const IMPORTS_WHAT_IT_MADE = /\bimport\((?!\s*['"])/;

const partsOf = (file, { imports }) => {
  const source = withoutComments(readFileSync(join(root, file), 'utf8'));
  // A source file refers to the build by a relative path.
  if (file.startsWith('src/'))
    return [...source.matchAll(/\.\.\/dist\/(\w+)/g)].map(([, name]) => (parts.includes(name) ? name : 'library'));
  if (/\bdist\b/.test(source) || IMPORTS_WHAT_IT_MADE.test(source)) return parts;
  return imports.some(({ path }) => STARTS_PROCESSES.test(path)) ? parts : [];
};

/** The parts of dist/ that these test files need. */
export const neededParts = async (files) => {
  if (files === undefined) return parts;
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: files,
    bundle: true,
    metafile: true,
    write: false,
    outdir: '.headwater/imports',
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    // The package name resolves to the sources, through the paths in tsconfig.json.
    tsconfig: 'tsconfig.json',
  });
  const needed = new Set(Object.entries(metafile.inputs).flatMap(([file, input]) => partsOf(file, input)));
  return parts.filter((part) => needed.has(part));
};
