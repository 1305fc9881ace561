import { createHash } from 'node:crypto';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { WordVector } from '../contracts/rows/WordVector.js';
import type { Reader } from '../streams/bodies/bytes/Reader.js';
import { VectorReader } from '../streams/vectors/internal/VectorReader.js';
import { announcedBytes, HEADER_BYTES, isVectorFile, parseVectorFile } from '../text/vectors/vectorFile.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';

/** The largest memory that is reserved at once for an announced size, in bytes. It grows as further bytes arrive. */
const AT_ONCE = 1 << 28;

/** The bytes that the hash does not cover: the magic number and the hash itself. */
const UNHASHED = 40;

/** Reads a file that headwater wrote. It reads the whole file into memory and uses it without conversion. */
class StoredReader implements Reader {
  readonly #source: string;
  readonly #announced: number;
  readonly #sink: (vectors: WordVectors) => void;
  readonly #hash = createHash('sha256');
  #bytes: Uint8Array;
  #length = 0;
  #ended = false;
  #done = false;

  /**
   * @throws HeadwaterError `HW_VECTORS` where the head is not a valid header
   */
  constructor(source: string, head: Uint8Array, sink: (vectors: WordVectors) => void) {
    const announced = announcedBytes(head, source);
    if (isLeft(announced)) throw announced.left;
    this.#source = source;
    this.#sink = sink;
    this.#announced = announced.right;
    // One more byte, which shows whether the file is longer than announced.
    this.#bytes = new Uint8Array(Math.min(announced.right + 1, AT_ONCE));
  }

  get progress(): string {
    return `${this.#length} bytes`;
  }

  push(chunk: Uint8Array): void {
    const part = chunk.subarray(0, this.#announced + 1 - this.#length);
    if (this.#length + part.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#announced + 1, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(part, this.#length);
    this.#hash.update(part.subarray(Math.min(part.length, Math.max(0, UNHASHED - this.#length))));
    this.#length += part.length;
  }

  finish(): void {
    this.#ended = true;
  }

  advance(): boolean {
    if (!this.#ended || this.#done) return false;
    this.#done = true;
    const complete = this.#length === this.#announced;
    const parsed = parseVectorFile(this.#bytes.subarray(0, this.#length), {
      where: this.#source,
      sha256: complete ? this.#hash.digest('hex') : undefined,
    });
    if (isLeft(parsed)) throw parsed.left;
    this.#sink(parsed.right);
    return true;
  }
}

/** Reads word vectors from a file that headwater wrote or from another format. The first bytes show which one it is. */
export class VectorFileReader implements Reader {
  readonly #source: string;
  readonly #stored: (vectors: WordVectors) => void;
  readonly #word: (word: WordVector) => void;
  /** The number of bytes read. */
  bytesRead = 0;
  #head = Buffer.alloc(0);
  #ended = false;
  #reader: Reader | undefined;

  /**
   * @param stored receives all words of a file that headwater wrote
   * @param word receives each word of another format
   */
  constructor(source: string, stored: (vectors: WordVectors) => void, word: (word: WordVector) => void) {
    this.#source = source;
    this.#stored = stored;
    this.#word = word;
  }

  get progress(): string {
    return this.#reader?.progress ?? `${this.#head.length} bytes`;
  }

  push(chunk: Uint8Array): void {
    this.bytesRead += chunk.length;
    if (this.#reader === undefined) this.#head = Buffer.concat([this.#head, chunk]);
    else this.#reader.push(chunk);
  }

  finish(): void {
    this.#ended = true;
    this.#reader?.finish();
  }

  advance(): boolean {
    if (this.#reader !== undefined) return this.#reader.advance();
    if (this.#head.length < HEADER_BYTES && !this.#ended) return false;
    const reader = isVectorFile(this.#head)
      ? new StoredReader(this.#source, this.#head, this.#stored)
      : new VectorReader(this.#source, this.#word);
    reader.push(this.#head);
    if (this.#ended) reader.finish();
    this.#reader = reader;
    this.#head = Buffer.alloc(0);
    return true;
  }
}
