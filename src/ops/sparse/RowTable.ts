import { checkWhole } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { firstOutside } from '../internal/firstOutside.js';
import type { FoundRows, RowKernels } from './internal/RowKernels.js';
import { OWN_MEMORY, type RowMemory } from './internal/RowMemory.js';
import { RowStore } from './internal/RowStore.js';
import { requireEntry } from './internal/requireEntry.js';

/** The most rows of a table. States store row ids as float32, which is exact for whole numbers up to here. */
const MOST_ROWS = 2 ** 24;

export type { FoundRows } from './internal/RowKernels.js';

/** Options of {@link RowTable.lookUp}. */
export interface LookUpOptions {
  /** An id that has no row, such as that of padding. Default: none. */
  readonly without?: number | undefined;
}

/**
 * A weight with many rows, of which a batch touches only few: embeddings by token, or the weights of hashed features.
 *
 * The table stores only rows that a training has touched. Every other row is zero. A look-up returns the distinct rows
 * of a batch as a small dense matrix, the input of ops such as `sparseLinear` and `vectorEmbedding`. {@link RowAdagrad}
 * and {@link RowAdam} update the table with the gradient with respect to that matrix. The values are stored outside any
 * backend, so every backend can train the same table.
 *
 * Memory: 8 bytes per possible row, and 4 · width bytes per touched row, plus the same again for each moment of the
 * optimizer.
 *
 * @example
 * ```ts
 * import { RowAdagrad, RowTable, sparseLinear, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const table = new RowTable({ rows: 2 ** 20, width: 2 });
 * const adagrad = new RowAdagrad(table);
 * const found = table.lookUp(Int32Array.of(77, 5, 77));
 * const features = { offsets: Int32Array.of(0, 2, 3), ids: found.places, values: Float32Array.of(1, 1, 1) };
 * const gradient = tf.tidy(() =>
 *   tf.grad((rows) => sparseLinear(rows, features))(tf.tensor2d(found.values, [2, 2]), tf.ones([2, 2])).dataSync(),
 * );
 * adagrad.step(found.ids, Float32Array.from(gradient), 0.1);
 * table.touched; // 2
 * table.lookUp(Int32Array.of(5, 6)).values; // -0.1, -0.1, 0, 0
 * ```
 */
export class RowTable {
  /** The number of possible rows. */
  readonly rows: number;
  /** The number of values of a row. */
  readonly width: number;
  readonly #values: RowStore;
  /**
   * Two numbers per row. They are adjacent because a look-up needs both, and with hashed rows each new row is a cache
   * miss. The first is the place of the row in the store, from 1, or 0 for a row that was never touched. The second is
   * working memory of a look-up, 0 between look-ups.
   */
  readonly #slots: Int32Array;
  /** The id of the row at each place of the store. */
  #ids: Int32Array;
  readonly #memory: RowMemory;
  readonly #companions: RowStore[] = [];

  /**
   * @param size the number of possible rows, at most 2²⁴, and the number of values of a row
   * @param memory the memory of the rows. Default: JavaScript's own memory; kernels need another one
   * @throws HeadwaterError `HW_USAGE` when either is not a whole number in its range
   */
  constructor(size: { readonly rows: number; readonly width: number }, memory: RowMemory = OWN_MEMORY) {
    checkArgument('RowTable', 'size', size, 'an object such as { rows: 1000, width: 100 }', ['rows', 'width']);

    const { rows, width } = size;
    checkWhole('RowTable', 'rows', rows, 1, MOST_ROWS);
    checkWhole('RowTable', 'width', width, 1, 2 ** 20);
    this.rows = rows;
    this.width = width;
    this.#memory = memory;
    this.#values = new RowStore(width, memory);
    this.#slots = memory.ints(2 * rows);
    this.#ids = new Int32Array(64);
  }

  /**
   * Kernels that are faster than plain TypeScript. If there are any, optimizers use them for their steps.
   *
   * @internal
   */
  get kernels(): RowKernels | undefined {
    return this.#memory.kernels;
  }

  /** The number of rows that were touched and are stored. */
  get touched(): number {
    return this.#values.length;
  }

  /**
   * Finds the rows of a batch without adding any to the table.
   *
   * @param ids the ids of the rows, in any order, with duplicates
   * @throws HeadwaterError `HW_USAGE` when an id is not a row of the table
   */
  lookUp(ids: Int32Array, options: LookUpOptions = {}): FoundRows {
    const { without } = options;
    const { width } = this;
    this.#checkIds(ids, without);
    if (this.kernels !== undefined) return this.kernels.lookUp(this, ids, without);
    const slots = this.#slots;
    const found = new Int32Array(ids.length);
    const places = new Int32Array(ids.length);
    let count = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id === without) {
        places[i] = -1;
        continue;
      }
      const seen = slots[2 * id + 1]!;
      if (seen !== 0) {
        places[i] = seen - 1;
        continue;
      }
      places[i] = count;
      found[count] = id;
      slots[2 * id + 1] = ++count;
    }
    const values = new Float32Array(count * width);
    for (let i = 0, to = 0; i < count; i++, to += width) {
      const at = 2 * found[i]!;
      slots[at + 1] = 0;
      const slot = slots[at]! - 1;
      if (slot < 0) continue;
      const chunk = this.#values.chunkOf(slot);
      const from = this.#values.startOf(slot);
      for (let j = 0; j < width; j++) values[to + j] = chunk[from + j]!;
    }
    return { ids: found.slice(0, count), places, values };
  }

  /**
   * Adds the rows that the table does not hold yet, so that an optimizer can update them.
   *
   * @param ids the ids of the rows
   * @returns the place of each row in the stores of the table and of its optimizer
   * @throws HeadwaterError `HW_USAGE` when an id is not a row of the table; then nothing is changed
   */
  touch(ids: Int32Array): Int32Array {
    this.#checkIds(ids);
    const slots = new Int32Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const slot = this.#slots[2 * id]!;
      slots[i] = slot === 0 ? this.hold(id) : slot - 1;
    }
    return slots;
  }

  /**
   * Adds a row that the table does not hold yet.
   *
   * @param id the id of the row
   * @returns the place of the row in the store
   */
  hold(id: number): number {
    const slot = this.#values.length;
    this.#values.growTo(slot + 1);
    this.#slots[2 * id] = slot + 1;
    if (slot === this.#ids.length) {
      const ids = new Int32Array(Math.min(this.rows, 2 * this.#ids.length));
      ids.set(this.#ids);
      this.#ids = ids;
    }
    this.#ids[slot] = id;
    return slot;
  }

  /**
   * Finds some rows without touching them.
   *
   * @param ids the ids of the rows
   * @returns the place of each row in the store; −1 for a row that is not held, which is zero
   * @throws HeadwaterError `HW_USAGE` when an id is not a row of the table
   */
  find(ids: Int32Array): Int32Array {
    this.#checkIds(ids);
    const slots = new Int32Array(ids.length);
    for (let i = 0; i < ids.length; i++) slots[i] = this.#slots[2 * ids[i]!]! - 1;
    return slots;
  }

  /**
   * Two numbers for each possible row, for kernels. The first is its place in the store, from 1, or 0 for a row that is
   * not held. The second is working memory.
   */
  get slots(): Int32Array {
    return this.#slots;
  }

  /** The store of the rows, indexed by the places from {@link touch}. Optimizers write to it. */
  get store(): RowStore {
    return this.#values;
  }

  /**
   * Makes a store with as many values per row, such as the moments of an optimizer. When the rows of the table are
   * replaced, each row keeps its values in the store, and a new row has zeros. The caller must grow the store.
   */
  companion(): RowStore {
    const store = new RowStore(this.width, this.#memory);
    this.#companions.push(store);
    return store;
  }

  /**
   * A copy of the rows that the table holds: `rows`, their ids, shape [S], in the order in which they were first
   * touched, and `values`, shape [S, width].
   */
  stateDict(): StateDict {
    const held = this.touched;
    return new Map([
      ['rows', { shape: [held], data: Float32Array.from(this.#ids.subarray(0, held)) }],
      ['values', { shape: [held, this.width], data: this.#values.toArray() }],
    ]);
  }

  /**
   * Replaces the rows by a copy of the given ones. The optimizer state of a row stays with the row.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when an entry is missing or does not fit; then nothing is changed
   */
  loadStateDict(state: StateDict): void {
    const what = 'The table of rows';
    const held = state.get('rows')?.data.length ?? 0;
    const rows = requireEntry(state, 'rows', [held], what);
    const values = requireEntry(state, 'values', [held, this.width], what);
    const known = new Set<number>();
    for (const id of rows) {
      if (!(Number.isInteger(id) && id >= 0 && id < this.rows) || known.has(id))
        throw new HeadwaterError(
          'HW_ARTIFACT',
          `${what} does not fit: it names the row ${id}${known.has(id) ? ' twice' : `, but there are ${this.rows}`}.`,
        );
      known.add(id);
    }
    for (const companion of this.#companions) this.#reorder(companion, rows);
    this.#slots.fill(0);
    this.#ids = Int32Array.from(rows);
    if (held === 0) this.#ids = new Int32Array(64);
    this.#values.replaceBy(values);
    rows.forEach((id, slot) => (this.#slots[2 * id] = slot + 1));
  }

  /** Reorders a companion store for the given rows. */
  #reorder(companion: RowStore, rows: Float32Array): void {
    const { width } = this;
    const before = companion.toArray();
    const after = new Float32Array(rows.length * width);
    rows.forEach((id, to) => {
      const from = this.#slots[2 * id]! - 1;
      if (from >= 0 && from < companion.length)
        after.set(before.subarray(from * width, (from + 1) * width), to * width);
    });
    companion.replaceBy(after);
  }

  /** Checks that each id is a row of the table, or equal to `without`. */
  #checkIds(ids: Int32Array, without?: number): void {
    const { rows } = this;
    const bad = firstOutside(ids, rows, without);
    if (bad < ids.length)
      throw new HeadwaterError(
        'HW_USAGE',
        `RowTable was asked for row ${ids[bad]!}. Its rows are 0 to ` +
          `${rows - 1}: are these features made for this model?`,
      );
  }
}
