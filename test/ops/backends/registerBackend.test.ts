import {
  engine,
  getBackend,
  getGradient,
  getKernel,
  getKernelsForBackend,
  memory,
  setBackend,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { gatherLastOp } from '../../../src/ops/layers/gatherLast.js';
import { BACKEND_NAME } from '../../../src/ops/definition/backendName.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { OPS } from '../../../src/ops/registerOps.js';

/** The tests of this file run in order: what importing left alone must be looked at before anything is registered. */
describe('registerBackend', () => {
  it('is not done by importing', () => {
    expect(engine().backendNames()).not.toContain(BACKEND_NAME);
    for (const op of OPS) expect(getGradient(op.name)).toBeUndefined();
  });

  it('registers every op and leaves the backend cpu and the choice of a backend alone', () => {
    const cpu = getKernelsForBackend('cpu').length;
    registerBackend();
    expect(engine().backendNames()).toContain(BACKEND_NAME);
    for (const op of OPS) {
      expect(getGradient(op.name)).toBeDefined();
      expect(getKernel(op.name, BACKEND_NAME)).toBeDefined();
      expect(getKernel(op.name, 'cpu')).toBeUndefined();
    }
    expect(getKernelsForBackend('cpu')).toHaveLength(cpu);
    tidy(() => tensor1d([1]));
    expect(getBackend()).toBe('cpu');
  });

  it('changes nothing when called again, and says nothing', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const kernel = getKernel(gatherLastOp.name, BACKEND_NAME);
    const factory = engine().findBackendFactory(BACKEND_NAME);
    registerBackend();
    expect(getKernel(gatherLastOp.name, BACKEND_NAME)).toBe(kernel);
    expect(engine().findBackendFactory(BACKEND_NAME)).toBe(factory);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('keeps values, counts and frees them, and prints no notice', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(await setBackend(BACKEND_NAME)).toBe(true);
    const before = memory().numDataBuffers;
    const kept = tensor1d([1, 2, 3]);
    expect([...kept.dataSync()]).toEqual([1, 2, 3]);
    expect(memory().numDataBuffers).toBe(before + 1);
    kept.dispose();
    expect(memory().numDataBuffers).toBe(before);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
