import { DerivedValues } from './DerivedValues.js';
import { PANELS } from './kernelModule.js';
import type { SimdVariant } from './kernelModule.js';
import { KernelMemory } from './KernelMemory.js';
import { KernelThreads } from './KernelThreads.js';
import type { ThreadOptions } from './KernelThreads.js';
import type { WasmModule } from './webAssembly.js';

/** All that a fast kernel computes with: memory, threads, and what was derived from weights before. */
export class KernelMachine {
  readonly simd: SimdVariant;
  /** How many columns of a right factor stand side by side. */
  readonly panel: number;
  readonly memory = new KernelMemory();
  readonly derived = new DerivedValues(this.memory);
  readonly threads: KernelThreads;

  #made: number[] = [];

  constructor(compiled: { readonly simd: SimdVariant; readonly module: WasmModule }, options: ThreadOptions) {
    this.simd = compiled.simd;
    this.panel = PANELS[compiled.simd];
    this.threads = new KernelThreads(compiled.module, this.memory, options);
  }

  /** A block for values of this shape, a result of the kernel that runs now. */
  makeResult(...shape: readonly number[]): Resident {
    const at = this.memory.allocate(shape.reduce((size, side) => size * side, 4));
    this.#made.push(at);
    return { shape, at };
  }

  /**
   * A block for so many values that the backward pass needs, as a tensor of one element, or none where there are none:
   * tfjs makes zeros of an output's size for the gradient of every output that nobody reads.
   */
  makeReserve(values: number): Resident {
    const { at } = this.makeResult(values);
    return { shape: [Math.min(values, 1)], at };
  }

  /**
   * Runs a kernel: of the results that it made, those that it hands back are the caller's; the others, or all where it
   * fails, are given back.
   */
  collect<Results extends readonly Resident[]>(kernel: () => Results): Results {
    this.#made = [];
    let kept: ReadonlySet<number> = new Set();
    try {
      const results = kernel();
      kept = new Set(results.map(({ at }) => at));
      return results;
    } finally {
      for (const block of this.#made) if (!kept.has(block)) this.memory.free(block);
      this.#made = [];
    }
  }
}

/** A float32 tensor's values in the kernels' memory, row-major. */
export interface Resident {
  readonly shape: readonly number[];
  /** Their address. */
  readonly at: number;
  /** The tensor's identity, by which derived values are kept. Results that are no tensors yet have none. */
  readonly id?: object | undefined;
}
