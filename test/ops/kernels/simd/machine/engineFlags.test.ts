import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const major = Number(process.versions.node.split('.', 1)[0]);
const expected = major >= 24 && major <= 26 && process.arch === 'x64' ? 'wide' : 'relaxed';

/** What the backend computes with in a process of its own: flags are the whole process's. */
const variantAfter = (call: string): string => {
  const code = `
    const { backendVariant, raiseEngineFlags, registerBackend } = await import(${JSON.stringify(join(import.meta.dirname, '../../../../../src/index.ts'))});
    ${call}
    registerBackend();
    console.log(backendVariant().simd);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    cwd: join(import.meta.dirname, '../../../../..'),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trim();
};

it('give the process the fastest kernels that its engine has', () => {
  expect(variantAfter('raiseEngineFlags(); raiseEngineFlags();')).toBe(expected);
});

it('are left alone by everything else', () => {
  expect(variantAfter('')).toBe(major < 22 ? 'simd' : 'relaxed');
});
