import type { KernelMachine } from './machine/KernelMachine.js';
import { WORD } from './products.js';

/** The rows that a new table has, and the most that it grows to: of two directions of H = 128, 24 MiB. */
const FIRST_ROWS = 256;
const MOST_ROWS = 8192;

/** More than there are rows in any table of vectors; the product with a token stays a whole number exactly. */
const MOST_VECTORS = 2 ** 31;

/** The input projections of the words that were read last, one table a direction. */
export class ProjectedWords {
  /** How many words a batch may have at most. */
  static readonly most = FIRST_ROWS;
  readonly #machine: KernelMachine;
  readonly #directions: number;
  readonly #width: number;
  readonly #rows = new Map<number, number>();
  #capacity = 0;
  #tables: readonly number[] = [];

  /** @param width how many values a projection has */
  constructor(machine: KernelMachine, directions: number, width: number) {
    this.#machine = machine;
    this.#directions = directions;
    this.#width = width;
  }

  /** The address of each direction's table. Valid until the next call of {@link place}. */
  get tables(): readonly number[] {
    return this.#tables;
  }

  /**
   * Finds the row of each word.
   *
   * @param tokens the token of each word of a batch, at most {@link most}
   * @param vectorIds its vector, where the model has vectors
   * @param rows gets the row of each
   * @param project asked for the projections of words that have none: which of the words, and their first row
   */
  place(
    tokens: Int32Array,
    vectorIds: Int32Array | undefined,
    rows: Int32Array,
    project: (missing: readonly number[], first: number) => void,
  ): void {
    // Beforehand, so that no row of this batch is thrown away for another one of it.
    if (this.#rows.size + tokens.length > this.#capacity) this.#makeRoom();
    const first = this.#rows.size;
    const missing: number[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const key = tokens[i]! * MOST_VECTORS + (vectorIds?.[i] ?? 0);
      let row = this.#rows.get(key);
      if (row === undefined) {
        row = this.#rows.size;
        this.#rows.set(key, row);
        missing.push(i);
      }
      rows[i] = row;
    }
    if (missing.length === 0) return;
    try {
      project(missing, first);
    } catch (error) {
      this.#rows.clear();
      throw error;
    }
  }

  /** Forgets all words, for a weight was changed. */
  forget(): void {
    this.#rows.clear();
  }

  /** Gives its memory back. */
  dispose(): void {
    for (const table of this.#tables) this.#machine.memory.free(table);
    this.#tables = [];
    this.#capacity = 0;
    this.#rows.clear();
  }

  /** Doubles the tables, or empties them where they are as large as they may be. */
  #makeRoom(): void {
    if (this.#capacity === MOST_ROWS) {
      this.#rows.clear();
      return;
    }
    const { memory } = this.#machine;
    const capacity = Math.max(FIRST_ROWS, 2 * this.#capacity);
    const bytes = this.#width * WORD;
    const before = this.#tables;
    const tables: number[] = [];
    try {
      for (let d = 0; d < this.#directions; d++) tables.push(memory.allocate(capacity * bytes));
    } catch (error) {
      for (const table of tables) memory.free(table);
      throw error;
    }
    before.forEach((table, d) => {
      memory.copy(table, tables[d]!, this.#rows.size * bytes);
      memory.free(table);
    });
    this.#tables = tables;
    this.#capacity = capacity;
  }
}
