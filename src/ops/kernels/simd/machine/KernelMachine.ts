import { DerivedValues } from './DerivedValues.js';
import { PANELS } from './kernelModule.js';
import type { SimdVariant } from './kernelModule.js';
import { KernelMemory } from './KernelMemory.js';
import { KernelThreads } from './KernelThreads.js';
import type { ThreadOptions } from './KernelThreads.js';
import type { WasmModule } from './webAssembly.js';

/** The resources of the fast kernels: memory, threads, and cached values derived from weights. */
export class KernelMachine {
  readonly simd: SimdVariant;
  /** The number of columns of a panel of a right factor. */
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

  /** Allocates a block for a result of this shape of the current kernel. */
  makeResult(...shape: readonly number[]): Resident {
    const at = this.memory.allocate(shape.reduce((size, side) => size * side, 4));
    this.#made.push(at);
    return { shape, at };
  }

  /**
   * Allocates a block for `values` values that the backward pass needs. Its shape is that of one element, or of none if
   * `values` is 0, because tfjs makes zeros of the size of each output without a gradient.
   */
  makeReserve(values: number): Resident {
    const { at } = this.makeResult(values);
    return { shape: [Math.min(values, 1)], at };
  }

  /**
   * Runs a kernel. The caller owns the results that the kernel returns. All other results, or all if it fails, are
   * freed.
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

/** The values of a float32 tensor in the memory of the kernels, row-major. */
export interface Resident {
  readonly shape: readonly number[];
  /** The address of the values. */
  readonly at: number;
  /** The identity of the tensor, the key of its derived values. Results that are not tensors yet have none. */
  readonly id?: object | undefined;
}
