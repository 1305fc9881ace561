/**
 * Compiles assembly/ to dist/kernels/: a module for engines with relaxed SIMD, one for those that make pairs of it, and
 * one for those without; that of the linear model; and the modules that browsers can take once more, as text in a script.
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

/** The most that a 32-bit address reaches, in pages of 64 KiB; memory grows to it as it is needed. */
const PAGES = '65536';

/**
 * Where the kernels' constants stand: past what the threads meet at (assembly/tasks.ts), within the first page, which
 * is never given out.
 */
const STATIC = '4096';

/** Those that an engine takes which nobody starts with flags. */
const EMBEDDED = ['relaxed', 'simd', 'linear'];

/** What a bundler for browsers takes for src/ops/kernels/simd/machine/kernelBytes.ts, which reads the files. */
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
