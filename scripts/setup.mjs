/**
 * Prepares a checkout: installs the packages if the lock file is newer than the installation, and builds the parts that
 * are older than their sources.
 *
 * It is plain JavaScript because it runs before anything is installed. Its child processes write to stderr, so that
 * stdout contains only the output of the command.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The parts of dist/: the sources of each besides the lock file, and one file that a complete build always contains.
 */
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

/** A file whose modification time is the start of the last build of a part. Git ignores it. */
export const stampOf = (part) => join(root, '.headwater/built', part);

const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

/**
 * The last change of a file, or of anything in a folder. The time of a folder itself changes when a file in it is added
 * or removed.
 */
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
    `${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}. ` +
      'Correct what it reports above, then try again.\n',
  );
  process.exit(1);
};

/** Installs the packages if the lock file is newer than the installation. */
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
