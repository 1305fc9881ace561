/**
 * `npm run docs` serves the documentation as a site, and `npm run docs:build` writes it to site/dist. The playground
 * contains the library, so the library is built first if it is older than its sources.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
build(['kernels', 'library']);
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'site/main.ts'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
