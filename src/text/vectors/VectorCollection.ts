import type { WordVector } from '../../contracts/rows/WordVector.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { TokenTable } from '../internal/TokenTable.js';
import { vectorsError } from './vectorFile.js';
import { type VectorPrecision, WordVectors } from './WordVectors.js';

/** The initial number of rows. */
const FIRST_ROWS = 4096;

/** The largest absolute value of an int8 row. */
const LARGEST = 127;

/** Collects word vectors. A repeated word is left out, because files list its best vector first. */
export class VectorCollection {
  /** The number of words received, including repeated ones. */
  wordsRead = 0;
  readonly #precision: VectorPrecision;
  readonly #source: string;
  readonly #words = new TokenTable(false);
  #dims = 0;
  #rows: Int8Array | Float32Array;
  #scales = new Float32Array(FIRST_ROWS);

  constructor(precision: VectorPrecision, source: string) {
    this.#precision = precision;
    this.#source = source;
    this.#rows = new Float32Array(0);
  }

  /** The number of words kept. */
  get size(): number {
    return this.#words.size;
  }

  /**
   * @throws HeadwaterError `HW_VECTORS` where the vector has another length than the earlier ones, or is not finite
   */
  add({ word, values }: WordVector): void {
    const dims = values.length;
    if (this.#dims === 0 && dims > 0) this.#begin(dims);
    if (dims === 0 || dims !== this.#dims) {
      throw vectorsError(
        `has a vector of ${dims} numbers for the word ${JSON.stringify(excerpt(word))}, ` +
          `and one of ${this.#dims} before it`,
        this.#source,
        'All vectors of a file must have the same length.',
      );
    }
    let largest = 0;
    for (let at = 0; at < dims; at++) {
      const size = Math.abs(values[at]!);
      if (size > largest) largest = size;
      // Only NaN is neither larger nor smaller. An infinite number sets `largest` to Infinity above.
      else if (!(size <= largest)) largest = Infinity;
    }
    if (largest === Infinity) {
      throw vectorsError(
        `has a number that is not finite in the vector of the word ${JSON.stringify(excerpt(word))}`,
        this.#source,
        'Take the file from its maker again.',
      );
    }
    this.wordsRead++;
    if (word === '' || this.#words.numberOf(word) !== -1) return;
    this.#words.add(word);
    this.#put(this.#words.size, values, Math.fround(largest / LARGEST));
  }

  /**
   * Returns the collected vectors. The collection must not be used afterwards.
   *
   * @param cut whether there were more words than were kept
   * @throws HeadwaterError `HW_VECTORS` where no word was received
   */
  end(cut: boolean): WordVectors {
    const { size } = this.#words;
    if (size === 0) throw vectorsError('has no word vectors', this.#source, 'Check that it is a file of word vectors.');
    return new WordVectors({
      dims: this.#dims,
      words: this.#words,
      rows: this.#rows.slice(0, (size + 1) * this.#dims),
      scales: this.#precision === 'int8' ? this.#scales.slice(0, size + 1) : undefined,
      origin: { source: this.#source, wordsRead: this.wordsRead, cut },
      sha256: undefined,
    });
  }

  #begin(dims: number): void {
    this.#dims = dims;
    this.#rows = this.#precision === 'int8' ? new Int8Array(FIRST_ROWS * dims) : new Float32Array(FIRST_ROWS * dims);
  }

  #put(row: number, values: Float32Array, scale: number): void {
    const dims = this.#dims;
    if (row === this.#scales.length) this.#grow();
    const rows = this.#rows;
    const start = row * dims;
    if (this.#precision === 'float32') {
      rows.set(values, start);
      return;
    }
    this.#scales[row] = scale;
    if (scale === 0) return;
    for (let at = 0; at < dims; at++)
      rows[start + at] = Math.max(-LARGEST, Math.min(LARGEST, Math.round(values[at]! / scale)));
  }

  #grow(): void {
    const length = 2 * this.#scales.length;
    const scales = new Float32Array(length);
    scales.set(this.#scales);
    this.#scales = scales;
    const rows = new (this.#precision === 'int8' ? Int8Array : Float32Array)(length * this.#dims);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}
