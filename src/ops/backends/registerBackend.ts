import { messageOf } from '../../contracts/messageOf.js';
import { BACKEND_NAME } from '../definition/backendName.js';
import { engine } from '@tensorflow/tfjs-core';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { KernelMachine } from '../kernels/simd/machine/KernelMachine.js';
import { MOST_THREADS } from '../kernels/simd/machine/mostThreads.js';
import { availableThreads, mayStartWorkers } from '../kernels/simd/machine/kernelWorker.js';
import { kernelModule } from '../kernels/simd/machine/kernelModule.js';
import { registerEmbedded } from './registerEmbedded.js';
import { registerOps } from '../registerOps.js';

/** The default limit of threads. The rows of a batch are divided into portions; a batch of 64 has four. */
const THREADS_UNASKED = 4;

/** Options of the embedded backend. */
export interface BackendOptions {
  /**
   * The number of threads that compute, including the calling one, from 1 to 192. Default: the number of processor
   * cores, at most 4. In a browser page that is not cross-origin isolated it is always one, since its memory cannot be
   * shared with other threads.
   */
  readonly threads?: number | undefined;
  /**
   * `auto` selects the fastest kernels that the engine supports, `none` the reference kernels in plain TypeScript. Only
   * the first call sets it. Default `auto`.
   */
  readonly simd?: 'auto' | 'simd' | 'none' | undefined;
}

/** The kernels and threads of the embedded backend on this machine. */
export interface BackendVariant {
  /**
   * `wide`: as `relaxed`, laid out for an engine that computes two vectors as one ({@link raiseEngineFlags});
   * `relaxed`: WebAssembly SIMD with the fused multiply-add of relaxed SIMD; `simd`: without; `none`: the reference
   * kernels in plain TypeScript.
   */
  readonly simd: 'wide' | 'relaxed' | 'simd' | 'none';
  /** The number of threads that compute, including the calling one. */
  readonly threads: number;
  /** The reason for this variant, as text. */
  readonly reason: string;
}

interface Registered {
  readonly machine: KernelMachine | undefined;
  readonly reason: string;
}

let registered: Registered | undefined;

/** The requested number of threads, or one if no workers can be started. */
const possible = (threads: number): number => (mayStartWorkers() ? threads : 1);

const chooseKernels = (simd: 'auto' | 'simd' | 'none', threads: number): Registered => {
  if (simd === 'none') return { machine: undefined, reason: 'the reference kernels were asked for' };
  const compiled = kernelModule(simd === 'auto' ? undefined : [simd]);
  if (compiled.simd === 'none') return { machine: undefined, reason: compiled.reason };
  try {
    return { machine: new KernelMachine(compiled, { threads }), reason: compiled.reason };
  } catch (error) {
    return { machine: undefined, reason: `the kernels do not start (${messageOf(error)})` };
  }
};

/**
 * Registers the embedded backend with tfjs, under the name `headwater`: tfjs's own kernels in plain JavaScript, and
 * this library's for its ops.
 *
 * This library's kernels are WebAssembly with SIMD and threads if the engine has SIMD and shared memory, else plain
 * TypeScript. {@link backendVariant} returns the variant and the reason. The results do not depend on the number of
 * threads. The threads start with the first large computation and do not keep the process alive. The tensors that these
 * kernels read or make are stored in a memory of their own. It grows on demand, up to 4 GiB, and is never returned to
 * the system. Free blocks are first reused for tensors of about the same size, so the memory can become several times
 * larger than the largest amount in use at once. If it cannot grow, adjacent free blocks are joined for larger tensors.
 *
 * The backend never becomes the current one by itself: call `tf.setBackend('headwater')`. tfjs's backend `cpu` does not
 * change. A further call only changes the number of threads, if it gives one. The function also registers the gradients
 * of the ops (`registerOps`).
 *
 * @throws HeadwaterError `HW_USAGE` when `threads` is not a whole number from 1 to 192
 *
 * @example
 * ```ts
 * import { registerBackend } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerBackend();
 * await tf.setBackend('headwater');
 * ```
 */
export const registerBackend = (options: BackendOptions = {}): void => {
  checkOptions('registerBackend', options, '{ threads: 2 }');
  const { threads, simd = 'auto' } = options;
  checkTypes('registerBackend', { simd }, { simd: ['auto', 'simd', 'none'] });
  if (threads !== undefined) checkWhole('registerBackend', 'threads', threads, 1, MOST_THREADS);
  if (registered !== undefined && engine().backendNames().includes(BACKEND_NAME)) {
    registerOps();
    if (threads !== undefined && registered.machine !== undefined)
      registered.machine.threads.threads = possible(threads);
    return;
  }
  registered = chooseKernels(simd, possible(threads ?? Math.min(THREADS_UNASKED, availableThreads())));
  registerEmbedded(BACKEND_NAME, registered.machine);
};

/**
 * Returns the kernels and the number of threads of the embedded backend.
 *
 * @throws HeadwaterError `HW_USAGE` when it is not registered
 *
 * @example
 * ```ts
 * import { backendVariant, registerBackend } from 'headwater';
 * registerBackend({ threads: 2 });
 * const { simd, threads, reason } = backendVariant();
 * console.log(`${simd} on ${threads} threads: ${reason}`);
 * ```
 */
export const backendVariant = (): BackendVariant => {
  if (registered === undefined)
    throw new HeadwaterError('HW_USAGE', 'backendVariant was called before registerBackend(). Call that first.');
  const { machine, reason } = registered;
  return { simd: machine?.simd ?? 'none', threads: machine?.threads.threads ?? 1, reason };
};
