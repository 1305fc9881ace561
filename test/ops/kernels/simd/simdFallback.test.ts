import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { kernelModule } from '../../../../src/ops/kernels/simd/machine/kernelModule.js';
import { linear } from '../../../../src/ops/layers/linear.js';
import { BACKEND_NAME } from '../../../../src/ops/definition/backendName.js';
import { backendVariant, registerBackend } from '../../../../src/ops/backends/registerBackend.js';

const api = Reflect.get(globalThis, 'WebAssembly') as {
  validate: (bytes: Uint8Array) => boolean;
  readonly Memory: unknown;
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('where the engine lacks something', () => {
  it('relaxed SIMD: the plain variant is taken, and says why', () => {
    vi.spyOn(api, 'validate').mockReturnValueOnce(false);
    expect(kernelModule()).toMatchObject({ simd: 'simd', reason: 'this engine has SIMD, but no relaxed SIMD' });
  });

  it('SIMD or shared memory: there is none, and it says why', () => {
    vi.spyOn(api, 'validate').mockReturnValue(false);
    expect(kernelModule()).toEqual({
      simd: 'none',
      reason: 'no relaxed SIMD, and this engine has no WebAssembly SIMD',
    });
    vi.restoreAllMocks();
    // An engine without threads passes over `shared`, and its memory is its own.
    const { Memory } = api;
    class OwnMemory {
      readonly buffer = new ArrayBuffer(65_536);
    }
    Object.assign(api, { Memory: OwnMemory });
    onTestFinished(() => void Object.assign(api, { Memory }));
    expect(kernelModule()).toEqual({ simd: 'none', reason: 'this engine has no shared memory' });
    class NoMemoryLeft {
      readonly buffer = ((): never => {
        throw new RangeError('could not allocate memory');
      })();
    }
    Object.assign(api, { Memory: NoMemoryLeft });
    expect(kernelModule()).toEqual({
      simd: 'none',
      reason: 'no shared memory is left (could not allocate memory)',
    });
  });

  it('the backend has the reference kernels, which are all it needs', async () => {
    expect(backendVariant).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    vi.spyOn(api, 'validate').mockReturnValue(false);
    registerBackend({ threads: 2 });
    expect(backendVariant()).toEqual({
      simd: 'none',
      threads: 1,
      reason: 'no relaxed SIMD, and this engine has no WebAssembly SIMD',
    });
    await tf.setBackend(BACKEND_NAME);
    expect([...tf.tidy(() => linear(tf.ones([1, 2]), tf.ones([1, 2]), tf.ones([1])).dataSync())]).toEqual([3]);
  });
});

it.each([0, 1.5, NaN, 193])('%d threads are refused', (threads) => {
  expect(() => registerBackend({ threads })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
});
