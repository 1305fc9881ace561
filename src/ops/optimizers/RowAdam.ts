import { checkArgument } from '../../contracts/checkArgument.js';
import { checkNumber, checkOptions } from '../../contracts/checkOption.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { RowStore } from '../sparse/internal/RowStore.js';
import { requireEntry } from '../sparse/internal/requireEntry.js';
import type { RowTable } from '../sparse/RowTable.js';
import { checkRowStep } from './internal/checkRowStep.js';
import { stepOf, stepWeight } from './internal/stepCount.js';

/** The constants of {@link RowAdam}. */
export interface RowAdamOptions {
  /** The decay of the mean of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number | undefined;
  /** The decay of the mean of the squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the square root of the second moment to avoid division by zero; positive. Default 1e-8. */
  readonly epsilon?: number | undefined;
}

/** The smallest positive normal float32. Processors compute many times slower with smaller numbers. */
const NORMAL = 2 ** -126;

const flushed = (x: number): number => (Math.abs(x) < NORMAL ? 0 : x);

/**
 * The optimizer Adam for the rows of a table that a batch touches ("lazy" Adam), with the same steps as
 * `torch.optim.SparseAdam`. The moments of the other rows do not change, but t counts every step.
 *
 *     m' = β₁·m + (1 − β₁)·g
 *     v' = β₂·v + (1 − β₂)·g²
 *     w' = w − η · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m' / (√v' + ε)
 *
 * @see D. P. Kingma and J. Ba, Adam: a method for stochastic optimization. ICLR 2015.
 *
 * @example
 * ```ts
 * import { RowAdam, RowTable } from 'headwater';
 * const table = new RowTable({ rows: 100, width: 1 });
 * const adam = new RowAdam(table);
 * adam.step(Int32Array.of(7), Float32Array.of(0.3), 0.1);
 * table.lookUp(Int32Array.of(7)).values; // -0.1: the first step is the learning rate, against the gradient's sign
 * ```
 */
export class RowAdam {
  readonly #table: RowTable;
  readonly #m: RowStore;
  readonly #v: RowStore;
  readonly #constants: Readonly<Record<keyof RowAdamOptions, number>>;
  #step = 0;

  /**
   * @param table the table whose rows are updated; it must have no other optimizer
   * @throws HeadwaterError `HW_USAGE` when a constant is out of its range
   */
  constructor(table: RowTable, options: RowAdamOptions = {}) {
    checkOptions('RowAdam', options, 'table, { beta1: 0.9 }');
    checkArgument('RowAdam', 'table', table, 'a RowTable', ['companion']);

    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
    checkNumber('RowAdam', 'beta1', beta1, { from: 0, below: 1 });
    checkNumber('RowAdam', 'beta2', beta2, { from: 0, below: 1 });
    checkNumber('RowAdam', 'epsilon', epsilon, { above: 0 });
    this.#table = table;
    this.#m = table.companion();
    this.#v = table.companion();
    this.#constants = { beta1, beta2, epsilon };
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
    checkRowStep('RowAdam', this.#table, ids, gradient, learningRate);
    this.#step += 1;
    const { beta1, beta2, epsilon } = this.#constants;
    const stepSize = (learningRate * Math.sqrt(1 - beta2 ** this.#step)) / (1 - beta1 ** this.#step);
    const { width, store, kernels } = this.#table;
    if (kernels !== undefined) {
      kernels.adam(this.#table, this.#m, this.#v, ids, gradient, { beta1, beta2, epsilon, stepSize });
      return;
    }
    const slots = this.#table.touch(ids);
    this.#m.growTo(store.length);
    this.#v.growTo(store.length);
    for (let i = 0, at = 0; i < slots.length; i++) {
      const values = store.chunkOf(slots[i]!);
      const ms = this.#m.chunkOf(slots[i]!);
      const vs = this.#v.chunkOf(slots[i]!);
      const start = store.startOf(slots[i]!);
      for (let j = start; j < start + width; j++, at++) {
        const g = gradient[at]!;
        const m = flushed(beta1 * ms[j]! + (1 - beta1) * g);
        const v = flushed(beta2 * vs[j]! + (1 - beta2) * g * g);
        ms[j] = m;
        vs[j] = v;
        values[j]! -= (stepSize * m) / (Math.sqrt(v) + epsilon);
      }
    }
  }

  /**
   * Sets the moments of some rows to zero. A row that the table does not hold has no moments and is skipped.
   *
   * @param ids the ids of the rows
   * @throws HeadwaterError `HW_USAGE` when an id is not a row of the table; then nothing is changed
   */
  forgetRows(ids: Int32Array): void {
    for (const slot of this.#table.find(ids))
      for (const moment of [this.#m, this.#v]) {
        if (slot < 0 || slot >= moment.length) continue;
        const start = moment.startOf(slot);
        moment.chunkOf(slot).fill(0, start, start + moment.width);
      }
  }

  /**
   * A copy of the state: `step`, a scalar, and `exp_avg` and `exp_avg_sq`, the moments in the order of the table's
   * rows, shape [S, width].
   */
  stateDict(): StateDict {
    const held = this.#table.touched;
    const moment = (store: RowStore): { shape: readonly number[]; data: Float32Array } => {
      store.growTo(held);
      return { shape: [held, store.width], data: store.toArray() };
    };
    return new Map([
      ['step', stepWeight(this.#step)],
      ['exp_avg', moment(this.#m)],
      ['exp_avg_sq', moment(this.#v)],
    ]);
  }

  /**
   * Replaces the state by a copy of the given one, which must belong to the current rows of the table.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when an entry is missing or does not fit; then nothing is changed
   */
  loadStateDict(state: StateDict): void {
    const what = 'The state of RowAdam';
    const shape = [this.#table.touched, this.#table.width];
    const m = requireEntry(state, 'exp_avg', shape, what);
    const v = requireEntry(state, 'exp_avg_sq', shape, what);
    this.#step = stepOf(state.get('step'), 'RowAdam');
    this.#m.replaceBy(m);
    this.#v.replaceBy(v);
  }
}
