/**
 * `npm test`: installs and builds if needed, then runs all tests. Arguments are passed to Vitest: `npm test --
 * test/text`.
 *
 * A run of named tests builds only the parts of dist/ that they need, and checks types only if it includes a type test
 * (*.test-d.ts).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
// Imported after the set-up, because its packages must be installed.
const { namedTests, neededParts } = await import('./neededParts.mjs');
const args = process.argv.slice(2);
const named = namedTests(args);
build(await neededParts(named));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const options = [
  '--reporter=default',
  `--reporter=${join(root, 'scripts/summaryReporter.mjs')}`,
  ...(named?.every((file) => !file.endsWith('.test-d.ts')) ? ['--typecheck.enabled=false'] : []),
];
const { status } = spawnSync(process.execPath, [vitest, 'run', ...options, ...args], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
