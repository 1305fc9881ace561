import { checkArgument } from '../../contracts/checkArgument.js';
import { checkNumber, checkOptions } from '../../contracts/checkOption.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { RowStore } from '../sparse/internal/RowStore.js';
import { requireEntry } from '../sparse/internal/requireEntry.js';
import type { RowTable } from '../sparse/RowTable.js';
import { checkRowStep } from './internal/checkRowStep.js';

/** The constants of {@link RowAdagrad}. */
export interface RowAdagradOptions {
  /** Added to the square root of the sum of squares to avoid division by zero; positive. Default 1e-10. */
  readonly epsilon?: number | undefined;
}

/**
 * The optimizer Adagrad for the rows of a table that a batch touches, with the same steps as `torch.optim.Adagrad` with
 * sparse gradients:
 *
 *     s' = s + g²
 *     w' = w − η · g / (√s' + ε)
 *
 * @see J. Duchi, E. Hazan and Y. Singer, Adaptive subgradient methods for online learning and stochastic optimization.
 *   JMLR 12, 2011.
 *
 * @example
 * ```ts
 * import { RowAdagrad, RowTable } from 'headwater';
 * const table = new RowTable({ rows: 100, width: 1 });
 * const adagrad = new RowAdagrad(table);
 * adagrad.step(Int32Array.of(7), Float32Array.of(0.3), 0.1);
 * table.lookUp(Int32Array.of(7)).values; // -0.1: the first step is the learning rate, against the gradient's sign
 * ```
 */
export class RowAdagrad {
  readonly #table: RowTable;
  readonly #sums: RowStore;
  readonly #epsilon: number;

  /**
   * @param table the table whose rows are updated; it must have no other optimizer
   * @throws HeadwaterError `HW_USAGE` when epsilon is not positive
   */
  constructor(table: RowTable, options: RowAdagradOptions = {}) {
    checkOptions('RowAdagrad', options, 'table, { epsilon: 1e-10 }');
    checkArgument('RowAdagrad', 'table', table, 'a RowTable', ['companion']);

    const { epsilon = 1e-10 } = options;
    checkNumber('RowAdagrad', 'epsilon', epsilon, { above: 0 });
    this.#table = table;
    this.#sums = table.companion();
    this.#epsilon = epsilon;
  }

  /**
   * Makes one step.
   *
   * @param ids the rows, without duplicates, as a look-up returns them
   * @param gradient the gradient with respect to these rows, row-major, shape [U, width]
   * @param learningRate the step size, finite and not negative
   * @throws HeadwaterError `HW_USAGE` when the gradient does not fit the rows; then nothing is changed
   */
  step(ids: Int32Array, gradient: Float32Array, learningRate: number): void {
    checkRowStep('RowAdagrad', this.#table, ids, gradient, learningRate);
    const epsilon = this.#epsilon;
    const { width, store, kernels } = this.#table;
    if (kernels !== undefined) {
      kernels.adagrad(this.#table, this.#sums, ids, gradient, learningRate, epsilon);
      return;
    }
    const slots = this.#table.touch(ids);
    this.#sums.growTo(store.length);
    for (let i = 0, at = 0; i < slots.length; i++) {
      const values = store.chunkOf(slots[i]!);
      const sums = this.#sums.chunkOf(slots[i]!);
      const start = store.startOf(slots[i]!);
      for (let j = start; j < start + width; j++, at++) {
        const g = gradient[at]!;
        const sum = sums[j]! + g * g;
        sums[j] = sum;
        values[j]! -= (learningRate * g) / (Math.sqrt(sum) + epsilon);
      }
    }
  }

  /** A copy of the state: `sum`, the sums of squares in the order of the table's rows, shape [S, width]. */
  stateDict(): StateDict {
    this.#sums.growTo(this.#table.touched);
    return new Map([['sum', { shape: [this.#table.touched, this.#table.width], data: this.#sums.toArray() }]]);
  }

  /**
   * Replaces the state by a copy of the given one, which must belong to the current rows of the table.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when an entry is missing or does not fit; then nothing is changed
   */
  loadStateDict(state: StateDict): void {
    const shape = [this.#table.touched, this.#table.width];
    this.#sums.replaceBy(requireEntry(state, 'sum', shape, 'The state of RowAdagrad'));
  }
}
