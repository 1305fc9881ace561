import { checkArgument } from '../../contracts/checkArgument.js';
import { checkNumber } from '../../contracts/checkOption.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { RowStore } from '../sparse/internal/RowStore.js';
import { requireEntry } from '../sparse/internal/requireEntry.js';
import type { RowTable } from '../sparse/RowTable.js';
import { checkRowStep } from './internal/checkRowStep.js';
import { stepOf, stepWeight } from './internal/stepCount.js';

/** The constants of {@link RowAdam}. */
export interface RowAdamOptions {
  /** How much of the mean of the gradients each step keeps, in [0, 1). Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the mean of their squares each step keeps, in [0, 1). Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of the second, so that nothing is divided by zero; positive. Default 1e-8. */
  readonly epsilon?: number | undefined;
}

/** The least positive normal float32: below it processors compute many times slower. */
const NORMAL = 2 ** -126;

const flushed = (x: number): number => (Math.abs(x) < NORMAL ? 0 : x);

/**
 * The optimizer Adam on the rows of a table that a batch touches ("lazy" Adam), step for step `torch.optim.SparseAdam`:
 * the moments of other rows stay as they are, while t counts every step.
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
   * @param table whose rows it changes: it has no other optimizer
   * @throws HeadwaterError `HW_USAGE` when a constant is out of its range
   */
  constructor(table: RowTable, options: RowAdamOptions = {}) {
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
   * @param ids the rows, each once: those of a look-up
   * @param gradient with respect to these rows, row-major, shape [U, width]
   * @param learningRate the step size, finite and not negative
   * @throws HeadwaterError `HW_USAGE` when the gradient does not fit the rows; then nothing has changed
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
   * Forgets what it knows of some rows: their moments are zero from then on. A row that is not held has none.
   *
   * @param ids which rows
   * @throws HeadwaterError `HW_USAGE` when an id is no row; then nothing has changed
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
   * A copy of its state: `step`, a scalar, and `exp_avg` and `exp_avg_sq`, the moments of the table's rows in their
   * order, shape [S, width].
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
   * Replaces its state by a copy of that given, which belongs to the rows that the table has now.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when an entry is missing or does not fit; then nothing has changed
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
