/**
 * `npm run dev`: compiles src/ into dist/ again whenever a file changes. `npm run dev -- FILE` runs the named tests again
 * instead, whenever something that they import changes.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
const { namedTests, neededParts } = await import('./neededParts.mjs');
const args = process.argv.slice(2);
const tool = (path, ...rest) =>
  spawnSync(process.execPath, [join(root, 'node_modules', path), ...rest], { cwd: root, stdio: 'inherit' });
if (args.length === 0) {
  build();
  process.exit(tool('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput').status ?? 1);
}
build(await neededParts(namedTests(args)));
process.exit(tool('vitest/vitest.mjs', 'watch', '--typecheck.enabled=false', ...args).status ?? 1);
