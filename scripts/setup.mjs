/**
 * Makes a checkout ready: installs when the lock file is newer than what is installed, builds what is older than its
 * sources.
 *
 * Plain JavaScript on purpose: it runs before anything is installed. What it starts writes to stderr, so that stdout
 * stays the command's own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The parts of dist/: what each is made from, besides the lock file, and one file that it always has. */
const PARTS = {
  kernels: { sources: ['assembly', 'scripts/buildKernels.mjs'], output: 'dist/kernels/simd.wasm' },
  page: { sources: ['src', 'tsconfig.json', 'scripts/buildPage.mjs'], output: 'dist/page/page.js' },
  library: {
    sources: [
      'src',
      'tsconfig.json',
      'tsconfig.build.json',
      'package.json',
      'scripts/build.mjs',
      'scripts/bundleGradients.mjs',
      'scripts/bundleLibrary.mjs',
      'scripts/bundleRuntime.mjs',
      'bench/internals.ts',
    ],
    output: 'dist/cli/main.js',
  },
};

/** The names of the parts of dist/. */
export const parts = Object.keys(PARTS);

/** A file whose time is when the last build of a part began. Git ignores it. */
export const stampOf = (part) => join(root, '.headwater/built', part);

const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

/** When a file, or anything in a folder, last changed. A folder itself changes when a file in it is added or removed. */
const newestOf = (path) => {
  if (!existsSync(join(root, path)) || !statSync(join(root, path)).isDirectory()) return modified(path);
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true }).reduce(
    (newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs),
    modified(path),
  );
};

const run = (say, command, ...args) => {
  process.stderr.write(`${say}\n`);
  // On Windows npm is a batch file, which only a shell can start.
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(
    `${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}. Correct what it reports above, then try again.\n`,
  );
  process.exit(1);
};

/** Installs the packages when the lock file is newer than what is installed. */
export const install = () => {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return;
  run('Installing packages (npm ci) …', 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
};

const isStale = (part) => {
  const { sources, output } = PARTS[part];
  const stamp = stampOf(part);
  if (!existsSync(stamp) || !existsSync(join(root, output))) return true;
  return statSync(stamp).mtimeMs < Math.max(...sources.map(newestOf), modified('package-lock.json'));
};

/** Builds those of the named parts of dist/ that are older than their sources. */
export const build = (wanted = parts) => {
  const stale = wanted.filter(isStale);
  if (stale.length === 0) return;
  run(`Building ${stale.join(', ')} …`, process.execPath, join(root, 'scripts/build.mjs'), ...stale);
};
