import * as tf from '@tensorflow/tfjs-core';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe } from 'vitest';
import type { BufferManager } from '../../../src/ops/backends/boundBufferPool.js';
import { registerEmbedded } from '../../../src/ops/backends/registerEmbedded.js';
import { selectBackend } from '../../../src/ops/backends/selectBackend.js';
import type { Outcome, Tensors } from '../recurrent/recurrentCase.js';

registerEmbedded('reference', undefined);
const selected = await selectBackend('webgpu')();
const reason = isRight(selected) ? undefined : selected.left.message;

/** The one thing that may be missing: CI says that a driver is there, and then its absence is a failure. */
if (reason !== undefined && process.env['HEADWATER_REQUIRE_WEBGPU'] !== undefined) throw new Error(reason);

/**
 * `describe` where there is a device; elsewhere a skipped suite whose name says why. The reference kernels are
 * registered as `reference`. Shaders take a software device their time: so do these tests.
 */
export const describeOnWebgpu = (name: string, body: () => void): void => {
  describe.skipIf(reason !== undefined)(`${name}${reason === undefined ? '' : ` [skipped: ${reason}]`}`, body);
};

/** What a computation gives on a backend, read when it is there; it leaves no tensor behind. */
export const outcomeOn = async (backend: string, compute: () => Tensors): Promise<Outcome> => {
  await tf.setBackend(backend);
  const tensors = compute();
  const read = await Promise.all(
    Object.entries(tensors).map(
      async ([name, tensor]) =>
        [name, { shape: [...tensor.shape], data: Float32Array.from(await tensor.data()) }] as const,
    ),
  );
  tf.dispose({ ...tensors });
  return new Map(read);
};

/** tfjs's WebGPU backend as tests take hold of it. */
interface Device {
  readonly bufferManager: BufferManager;
  device: { destroy(): void };
  runWebGPUProgram(...args: readonly unknown[]): unknown;
}

export const backendInUse = (): Device => tf.findBackend('webgpu') as unknown as Device;

/** How many compute shaders a piece of work puts into the device's queue. */
export const dispatchesOf = (work: () => void): number => {
  const backend = backendInUse();
  const run = backend.runWebGPUProgram.bind(backend);
  let count = 0;
  backend.runWebGPUProgram = (...args) => {
    count += 1;
    return run(...args);
  };
  work();
  backend.runWebGPUProgram = run;
  return count;
};

/** Takes the device away, as a driver that fails does: at once, or with the shader of that ordinal. */
export const loseDevice = (dispatch = 0): void => {
  const backend = backendInUse();
  if (dispatch === 0) {
    backend.device.destroy();
    return;
  }
  const run = backend.runWebGPUProgram.bind(backend);
  let count = 0;
  backend.runWebGPUProgram = (...args) => {
    if (++count === dispatch) backend.device.destroy();
    return run(...args);
  };
};

/** Has a piece of work meet a device whose workgroups share no more memory than that. */
export const withWorkgroupMemory = async <T>(bytes: number, work: () => Promise<T>): Promise<T> => {
  const backend = backendInUse();
  const { device } = backend;
  backend.device = new Proxy(device, {
    get: (of, key) => {
      const value: unknown = Reflect.get(of, key);
      if (key === 'limits')
        return {
          maxComputeWorkgroupStorageSize: bytes,
          maxComputeInvocationsPerWorkgroup: 256,
          maxComputeWorkgroupsPerDimension: 65_535,
        };
      return typeof value === 'function' ? (value.bind(of) as unknown) : value;
    },
  });
  try {
    return await work();
  } finally {
    backend.device = device;
  }
};
