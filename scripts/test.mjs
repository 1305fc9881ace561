/**
 * `npm test`: set-up where it is needed, then every test. Arguments go to Vitest: `npm test -- test/text`.
 *
 * A run of named tests builds only the parts of dist/ that they reach, and checks types only where a type test
 * (*.test-d.ts) is among them.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
// Loaded when its packages are there.
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
