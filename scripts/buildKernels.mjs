/**
 * Compiles assembly/ to dist/kernels/: a module for engines with relaxed SIMD, one for engines that execute it in
 * pairs, and one for engines without it; the module of the linear model; and, as text in a script, a second copy of the
 * modules that browsers can use.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

const MODULES = {
  simd: ['assembly/index.ts', '--use', 'PANEL=8'],
  relaxed: ['assembly/index.ts', '--use', 'PANEL=8', '--enable', 'relaxed-simd'],
  wide: ['assembly/index.ts', '--use', 'PANEL=16', '--enable', 'relaxed-simd'],
  linear: ['assembly/linear.ts'],
};

/** The maximum memory of a 32-bit address space, in pages of 64 KiB. The memory grows as needed up to it. */
const PAGES = '65536';

/**
 * The address of the kernels' constants: after the variables for thread synchronization (assembly/tasks.ts), in the
 * first page, which is never allocated.
 */
const STATIC = '4096';

/** The kernels that engines accept without special flags. */
const EMBEDDED = ['relaxed', 'simd', 'linear'];

/** The replacement of src/ops/kernels/simd/machine/kernelBytes.ts for browser bundlers; the original reads files. */
const embeddedScript = () => {
  const entries = EMBEDDED.map((variant) => {
    const bytes = readFileSync(join(root, `dist/kernels/${variant}.wasm`));
    return `  ${variant}: '${bytes.toString('base64')}',\n`;
  });
  return `const KERNELS = {
${entries.join('')}};

export const kernelBytes = (variant) => {
  if (!Object.hasOwn(KERNELS, variant)) throw new Error(\`no kernels named ${'${variant}'} are embedded\`);
  return Uint8Array.from(atob(KERNELS[variant]), (character) => character.charCodeAt(0));
};
`;
};

export const buildKernels = async () => {
  const { main } = await import('assemblyscript/asc');
  mkdirSync(join(root, 'dist/kernels'), { recursive: true });
  for (const [name, source] of Object.entries(MODULES)) {
    const { error, stderr } = await main([
      ...['--baseDir', root, '--outFile', `dist/kernels/${name}.wasm`],
      ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
      ...['--importMemory', '--sharedMemory', '--initialMemory', '2', '--maximumMemory', PAGES, '--memoryBase', STATIC],
      ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory', ...source],
    ]);
    if (error) throw new Error(`assembly/ does not compile (${name}): ${error.message}\n${stderr.toString()}`);
  }
  writeFileSync(join(root, 'dist/kernels/embedded.js'), embeddedScript());
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildKernels();
