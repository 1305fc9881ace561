import { TokenTable } from '../internal/TokenTable.js';
import { foldCase } from '../unicode/foldCase.js';

/** The storage of word vectors: float32, or whole numbers from -127 to 127 with one scale per row. */
export type VectorPrecision = 'int8' | 'float32';

/** The origin of word vectors. */
export interface VectorsOrigin {
  /** The file, address or package from which they were made, as a name for people. */
  readonly source: string;
  /** The number of words read from the source. */
  readonly wordsRead: number;
  /** Whether the source had more words than were kept. */
  readonly cut: boolean;
}

/** The parts of word vectors. */
export interface VectorParts {
  /** The size of each vector, E. */
  readonly dims: number;
  /** The numbered words; the word with number n has the id n + 1. */
  readonly words: TokenTable;
  /** The vectors, row-major, shape [words + 1, E]; row 0 is zeros. */
  readonly rows: Int8Array | Float32Array;
  /** The factor of each row, shape [words + 1]; undefined where the rows are float32. */
  readonly scales: Float32Array | undefined;
  readonly origin: VectorsOrigin;
  /** The hash of their file; undefined where they are not in a file yet. */
  readonly sha256: string | undefined;
}

/**
 * Words and their vectors. Immutable.
 *
 * Each word has an id, from 1. The id 0 means no word, and its vector is zeros. A look-up first tries the word as
 * written, then its lower case.
 *
 * Memory: the rows, 2 bytes per UTF-16 unit of a word, and 16 to 24 bytes per word. 341,000 words with 100 numbers each
 * take 48 MB as int8.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { collectVectors } from 'headwater';
 * const words = [{ word: 'ferry', values: Float32Array.of(1, -0.5) }, { word: 'port', values: Float32Array.of(0, 2) }];
 * const vectors = await lastValueFrom(from(words).pipe(collectVectors()));
 * vectors.idsOf('Ferry to port'); // Int32Array [1, 0, 2]
 * vectors.vectorOf(2); // Float32Array [0, 2]
 * ```
 */
export class WordVectors {
  /** The size of each vector, E. */
  readonly dims: number;
  /** The vectors, row-major, shape [size + 1, E]; row 0 is zeros. A row of int8 must be multiplied by its scale. */
  readonly rows: Int8Array | Float32Array;
  /** The scale of each row, shape [size + 1]; undefined where the rows are float32. */
  readonly scales: Float32Array | undefined;
  readonly origin: VectorsOrigin;
  /** The hash of their file (SHA-256, in hexadecimal); undefined where they are not in a file yet. */
  readonly sha256: string | undefined;
  readonly #words: TokenTable;

  constructor({ dims, words, rows, scales, origin, sha256 }: VectorParts) {
    this.dims = dims;
    this.rows = rows;
    this.scales = scales;
    this.origin = origin;
    this.sha256 = sha256;
    this.#words = words;
  }

  /** The number of words; their ids are 1 to `size`. */
  get size(): number {
    return this.#words.size;
  }

  get precision(): VectorPrecision {
    return this.scales === undefined ? 'float32' : 'int8';
  }

  /** The words' UTF-16 units one after another, with the start of each word and the end of the last one. */
  get text(): { readonly units: Uint16Array; readonly starts: Int32Array } {
    return { units: this.#words.units, starts: this.#words.starts };
  }

  /** The word with an id from 1 to `size`. */
  word(id: number): string {
    return this.#words.token(id - 1);
  }

  /** The id of a word, looked up as written and then in lower case; 0 where it has none. */
  idOf(word: string): number {
    const id = this.#words.numberOf(word) + 1;
    return id > 0 ? id : this.#words.numberOf(foldCase(word)) + 1;
  }

  /**
   * The id of each token of a preprocessed text; 0 where it has no vector. The tokens are the same as those of a
   * `Tokenizer` of the same level.
   *
   * @param text tokens separated by one space
   * @param charLevel whether tokens are characters instead of words. Default false
   */
  idsOf(text: string, charLevel = false): Int32Array {
    const words = this.#words;
    const ids = new Int32Array(words.read(text, false, charLevel));
    let missing = 0;
    for (let i = 0; i < ids.length; i++) if ((ids[i] = words.numbers[i]! + 1) === 0) missing++;
    if (missing === 0) return ids;
    const folded = foldCase(text);
    if (folded === text) return ids;
    // Lower-casing may turn one letter into two, which moves the positions of the characters.
    if (words.read(folded, false, charLevel) !== ids.length) {
      Array.from(text).forEach((character, i) => (ids[i] ||= this.idOf(character)));
      return ids;
    }
    for (let i = 0; i < ids.length; i++) if (ids[i] === 0) ids[i] = words.numbers[i]! + 1;
    return ids;
  }

  /** The vectors of the first words. Vector files list frequent words first. */
  first(size: number): WordVectors {
    const words = new TokenTable(false);
    for (let id = 1; id <= size; id++) words.add(this.word(id));
    return new WordVectors({
      dims: this.dims,
      words,
      rows: this.rows.slice(0, (size + 1) * this.dims),
      scales: this.scales?.slice(0, size + 1),
      origin: { ...this.origin, cut: true },
      sha256: undefined,
    });
  }

  /** The vector with an id from 0 to `size`, as float32. */
  vectorOf(id: number): Float32Array {
    const row = this.rows.subarray(id * this.dims, (id + 1) * this.dims);
    const scale = this.scales?.[id] ?? 1;
    return Float32Array.from(row, (value) => value * scale);
  }
}
