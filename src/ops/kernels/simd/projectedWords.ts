import type { KernelMachine } from './machine/KernelMachine.js';
import { WORD } from './machine/KernelMemory.js';

/** The rows of a new table, and its maximum: 24 MiB for both directions of H = 128. */
const FIRST_ROWS = 256;
const MOST_ROWS = 8192;

/** More than the rows of any table of vectors. The product with a token is still an exact whole number. */
const MOST_VECTORS = 2 ** 31;

/** Keeps the input projections of recent words, in one table for each direction. */
export class ProjectedWords {
  /** The maximum number of words in a batch. */
  static readonly most = FIRST_ROWS;
  readonly #machine: KernelMachine;
  readonly #directions: number;
  readonly #width: number;
  readonly #rows = new Map<number, number>();
  #capacity = 0;
  #tables: readonly number[] = [];

  /** @param width the number of values of a projection */
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
   * @param vectorIds the vector of each word, if the model has vectors
   * @param rows receives the row of each word
   * @param project called for words without a projection, with their positions and their first row
   */
  place(
    tokens: Int32Array,
    vectorIds: Int32Array | undefined,
    rows: Int32Array,
    project: (missing: readonly number[], first: number) => void,
  ): void {
    // Done first: otherwise one word of this batch could evict another word of it.
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

  /** Discards all words. Call it when a weight changes. */
  forget(): void {
    this.#rows.clear();
  }

  /** Frees the kernel memory. */
  dispose(): void {
    for (const table of this.#tables) this.#machine.memory.free(table);
    this.#tables = [];
    this.#capacity = 0;
    this.#rows.clear();
  }

  /** Doubles the tables, or empties them if they have their maximum size. */
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
