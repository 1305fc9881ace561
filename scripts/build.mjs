/**
 * `npm run build`: compiles assembly/, the page and src/ into dist/. `npm run build -- library` builds one part alone.
 * The compiler is incremental; `npm run build -- --clean` removes the earlier output first.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { parts, root, stampOf } from './setup.mjs';

const dist = join(root, 'dist');
const compilerState = join(root, '.headwater/built/library.tsbuildinfo');

const filesUnder = (folder, ending) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    : [];

/**
 * The modules of src/ for which the compiler writes declarations, without file extensions. The page is a separate
 * bundle.
 */
const modules = () =>
  filesUnder(join(root, 'src'), '.ts')
    .map((file) => file.slice(0, -'.ts'.length).replaceAll(sep, '/'))
    .filter((name) => !name.startsWith('page/'));

/** Removes the output of deleted sources, because it could still be imported. */
const removeOrphans = (bundled) => {
  const wanted = new Set([...bundled, ...modules().map((name) => `${name}.d.ts`)]);
  for (const file of filesUnder(dist, '')) {
    const [top] = file.split(sep);
    if (top === 'kernels' || top === 'page' || top === 'bundle') continue;
    if (!wanted.has(file.replaceAll(sep, '/'))) rmSync(join(dist, file));
  }
};

/**
 * Fails if a file that src/ finds by `builtFile` is missing, because the code would then run as if it were not built.
 * The files of the other parts are left out: they may be built later.
 */
const checkBuiltFiles = () => {
  for (const module of filesUnder(join(root, 'src'), '.ts'))
    for (const [, file] of readFileSync(join(root, 'src', module), 'utf8').matchAll(/\bbuiltFile\(\s*'([^']+)'/g))
      if (!parts.includes(file.split('/')[0]) && !existsSync(join(dist, file)))
        throw new Error(`src/${module} needs dist/${file}, which is not there.`);
};

const buildLibrary = async () => {
  // The compiler relies on its record of written files. If a file is missing, the record is wrong and is removed.
  if (modules().some((name) => !existsSync(join(dist, `${name}.d.ts`)))) rmSync(compilerState, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
  removeOrphans(await (await import('./bundleLibrary.mjs')).bundleLibrary());
  await (await import('./bundleGradients.mjs')).bundleGradients();
  await (await import('./bundleRuntime.mjs')).bundleRuntime();
  checkBuiltFiles();
  chmodSync(join(dist, 'cli/main.js'), 0o755);
};

const builders = {
  kernels: async () => (await import('./buildKernels.mjs')).buildKernels(),
  page: async () => (await import('./buildPage.mjs')).buildPage(),
  library: buildLibrary,
};

const args = process.argv.slice(2);
if (args.includes('--clean')) {
  rmSync(dist, { recursive: true, force: true });
  rmSync(dirname(compilerState), { recursive: true, force: true });
}
const named = args.filter((arg) => arg !== '--clean');
const unknown = named.find((name) => !parts.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no part "${unknown}" to build. The parts are ${parts.join(', ')}.\n`);
  process.exit(2);
}
mkdirSync(dirname(compilerState), { recursive: true });
for (const part of named.length > 0 ? named : parts) {
  const begun = new Date();
  await builders[part]();
  writeFileSync(stampOf(part), '');
  utimesSync(stampOf(part), begun, begun);
}
