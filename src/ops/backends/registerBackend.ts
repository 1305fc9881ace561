import { BACKEND_NAME } from '../definition/backendName.js';
import { engine } from '@tensorflow/tfjs-core';
import { checkNumber, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { KernelMachine } from '../kernels/simd/machine/KernelMachine.js';
import { MOST_THREADS } from '../kernels/simd/machine/mostThreads.js';
import { availableThreads, mayStartWorkers } from '../kernels/simd/machine/kernelWorker.js';
import { kernelModule } from '../kernels/simd/machine/kernelModule.js';
import { registerEmbedded } from './registerEmbedded.js';
import { registerOps } from '../registerOps.js';

/** Rows of a batch are shared among threads in portions, of which a batch of 64 has four. */
const THREADS_UNASKED = 4;

/** How the embedded backend computes. */
export interface BackendOptions {
  /**
   * How many threads compute, the calling one among them, from 1 to 192. Default: as many as there are processor cores,
   * at most 4. In a browser whose page is not cross-origin isolated it is one, whatever is asked for: its memory may not
   * go to other threads.
   */
  readonly threads?: number | undefined;
  /**
   * `auto` takes the fastest kernels that the engine has, `none` the reference kernels in plain TypeScript. Only the
   * first call decides. Default `auto`.
   */
  readonly simd?: 'auto' | 'simd' | 'none' | undefined;
}

/** What the embedded backend computes with on this machine. */
export interface BackendVariant {
  /**
   * `wide`: as `relaxed`, laid out for an engine that computes two vectors as one ({@link raiseEngineFlags});
   * `relaxed`: WebAssembly SIMD with the fused multiply-add of relaxed SIMD; `simd`: without; `none`: the reference
   * kernels in plain TypeScript.
   */
  readonly simd: 'wide' | 'relaxed' | 'simd' | 'none';
  /** How many threads compute, the calling one among them. */
  readonly threads: number;
  /** Why it is this one, in words. */
  readonly reason: string;
}

interface Registered {
  readonly machine: KernelMachine | undefined;
  readonly reason: string;
}

let registered: Registered | undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** As many threads as were asked for, or one where there can be no others. */
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
 * Those are WebAssembly on SIMD and threads where the engine has SIMD and shared memory, else plain TypeScript; {@link
 * backendVariant} tells which, and why. Their results do not depend on the number of threads. The threads start with
 * the first large computation and keep no process alive. A tensor that they read or make lives in their memory, which
 * grows as it is needed, up to 4 GiB, and is not given back to the system: what is free of it serves tensors of about
 * the same size first, so it may come to hold several times what was ever in use at once, and is joined for larger ones
 * where it cannot grow.
 *
 * The backend does not become the current one by that, nor ever by itself: call `tf.setBackend('headwater')`. tfjs's
 * backend `cpu` stays as it is. More calls change nothing but the number of threads, where they name one. Registers the
 * ops' gradients too (`registerOps`).
 *
 * @throws HeadwaterError `HW_USAGE` when `threads` is no whole number from 1 to 192
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
  const { threads, simd = 'auto' } = options;
  if (threads !== undefined) {
    checkWhole('registerBackend', 'threads', threads, 1);
    checkNumber('registerBackend', 'threads', threads, { from: 1, to: MOST_THREADS });
  }
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
 * Tells what the embedded backend computes with.
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
