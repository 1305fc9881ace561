/**
 * `npm run build`: compiles src/, its page and assembly/ into a fresh dist/, and stamps it with the time it was begun.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildKernels } from './buildKernels.mjs';
import { bundleGradients } from './bundleGradients.mjs';
import { buildPage } from './buildPage.mjs';
import { root } from './setup.mjs';

const begun = new Date();
// Files of sources that are gone would stay importable: start from nothing.
rmSync(join(root, 'dist'), { recursive: true, force: true });
await buildKernels();
await buildPage();
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  { cwd: root, stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);
await bundleGradients();
chmodSync(join(root, 'dist/cli/main.js'), 0o755);
const stamp = join(root, 'dist/.built');
writeFileSync(stamp, '');
utimesSync(stamp, begun, begun);
