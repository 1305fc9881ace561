/**
 * Compiles assembly/ to dist/kernels/: a module for engines with relaxed SIMD, one for those that make pairs of it, and
 * one for those without.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

const VARIANTS = {
  simd: ['--use', 'PANEL=8'],
  relaxed: ['--use', 'PANEL=8', '--enable', 'relaxed-simd'],
  wide: ['--use', 'PANEL=16', '--enable', 'relaxed-simd'],
};

/** The most that a 32-bit address reaches, in pages of 64 KiB; memory grows to it as it is needed. */
const PAGES = '65536';

/**
 * Where the kernels' constants stand: past what the threads meet at (assembly/tasks.ts), within the first page, which
 * is never given out.
 */
const STATIC = '4096';

export const buildKernels = async () => {
  const { main } = await import('assemblyscript/asc');
  mkdirSync(join(root, 'dist/kernels'), { recursive: true });
  for (const [variant, features] of Object.entries(VARIANTS)) {
    const { error, stderr } = await main([
      'assembly/index.ts',
      ...['--baseDir', root, '--outFile', `dist/kernels/${variant}.wasm`],
      ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
      ...['--importMemory', '--sharedMemory', '--initialMemory', '2', '--maximumMemory', PAGES, '--memoryBase', STATIC],
      ...['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory', ...features],
    ]);
    if (error) throw new Error(`assembly/ does not compile (${variant}): ${error.message}\n${stderr.toString()}`);
  }
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildKernels();
