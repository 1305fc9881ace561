/**
 * Makes a checkout ready: installs when the lock file is newer than what is installed, builds when a source is newer
 * than the build.
 *
 * Plain JavaScript on purpose: it runs before anything is installed. What it starts writes to stderr, so that stdout
 * stays the command's own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

/** When something under a folder last changed: a file, or, where one is gone or new, the folder that it was in. */
const newestUnder = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).reduce(
    (newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs),
    modified(folder),
  );

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
    `${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}. Mend what it says above, then try again.\n`,
  );
  process.exit(1);
};

export const install = () => {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return;
  run('Installing packages (npm ci) …', 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
};

export const build = () => {
  // What the build is made of: sources, the scripts that make it, and the compilers and packages that go into it.
  const newest = Math.max(
    ...['src', 'assembly', 'scripts'].map(newestUnder),
    ...['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'].map(modified),
  );
  if (modified('dist/.built') >= newest) return;
  run('Building …', 'npm', 'run', '--silent', 'build');
};
