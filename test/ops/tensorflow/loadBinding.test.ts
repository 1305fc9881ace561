import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine } from '@tensorflow/tfjs-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { TENSORFLOW } from '../../../src/ops/definition/backendName.js';
import { loadBinding } from '../../../src/ops/tensorflow/loadBinding.js';

it('a backend that the package cannot make is refused, and is registered no more', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-binding-'));
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => {
    warn.mockRestore();
    rmSync(folder, { recursive: true, force: true });
  });
  mkdirSync(join(folder, 'dist'));
  writeFileSync(
    join(folder, 'dist/nodejs_kernel_backend.js'),
    "exports.NodeJSKernelBackend = class { constructor() { throw new Error('no driver'); } };",
  );
  writeFileSync(join(folder, 'dist/register_all_kernels.js'), '');
  writeFileSync(join(folder, 'binding.cjs'), "exports.TF_Version = '0'; exports.isUsingGpuDevice = () => false;");

  expect(() => loadBinding(folder, join(folder, 'binding.cjs'))).toThrow(`the backend of ${folder} cannot be made`);
  expect(warn.mock.calls.join()).toMatch('no driver');
  expect(engine().backendNames()).not.toContain(TENSORFLOW);
});
