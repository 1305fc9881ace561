/**
 * `npm run dev`: compiles src/ into dist/ again after each change of a file. `npm run dev -- FILE` instead runs the
 * named tests again after each change of a file that they import.
 */
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
const { namedTests, neededParts } = await import('./neededParts.mjs');
const args = process.argv.slice(2);
const tool = (path, ...rest) =>
  spawnSync(process.execPath, [join(root, 'node_modules', path), ...rest], { cwd: root, stdio: 'inherit' });
/** Bundles the library again after changes, one bundle at a time. esbuild reports errors in the sources. */
const bundleOnChange = async () => {
  const { bundleLibrary } = await import('./bundleLibrary.mjs');
  let changed = false;
  let running = false;
  const bundle = async () => {
    changed = true;
    if (running) return;
    running = true;
    while (changed) {
      changed = false;
      await bundleLibrary().catch(() => undefined);
    }
    running = false;
  };
  watch(join(root, 'src'), { recursive: true }, () => void bundle());
};

if (args.length === 0) {
  build();
  await bundleOnChange();
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
  const child = spawn(process.execPath, [compiler, ...options], { cwd: root, stdio: 'inherit' });
  child.on('exit', (status) => process.exit(status ?? 1));
} else {
  build(await neededParts(namedTests(args)));
  process.exit(tool('vitest/vitest.mjs', 'watch', '--typecheck.enabled=false', ...args).status ?? 1);
}
