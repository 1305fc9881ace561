import type { WordVector } from '../../../contracts/rows/WordVector.js';
import { ByteWindow } from '../../bodies/bytes/ByteWindow.js';
import type { Reader } from '../../bodies/bytes/Reader.js';
import { skipBom } from '../../bodies/bytes/skipBom.js';
import { binaryFormat } from './binaryFormat.js';
import { formatError } from './formatError.js';
import { readHeader, textFormat } from './textFormat.js';
import { LONGEST_ENTRY, MOST_DIMS, type VectorFormat } from './VectorFormat.js';
import { winkFormat } from './winkFormat.js';

const LF = 10;
const OPEN_OBJECT = 123;

/** How many bytes after a header are used to distinguish text from binary. */
const TELLING = 4096;

const NUMBER = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?(nan|inf|infinity)$/i;

/**
 * Whether the line after a header is a word and its numbers as text. Otherwise it is the bytes of a binary vector,
 * which may contain a line break anywhere.
 *
 * @param whole whether `line` is the complete line
 */
const isNumbers = (line: Buffer, dims: number, whole: boolean): boolean => {
  const fields = line
    .toString('latin1')
    .trimEnd()
    .split(/[ \t]+/);
  if (whole) return line.length === 0 || (fields.length > dims && fields.slice(-dims).every((one) => NUMBER.test(one)));
  // The last number may be cut. A word may have spaces in it, but it takes less than half of the fields.
  const later = fields.slice(Math.ceil(fields.length / 2), -1);
  return later.length > 0 && later.every((one) => NUMBER.test(one));
};

/** Reads word vectors of any supported format, one word at a time. The first bytes determine the format. */
export class VectorReader implements Reader {
  readonly #source: string;
  readonly #sink: (word: WordVector) => void;
  readonly #window = new ByteWindow();
  #format: VectorFormat | undefined;
  #started = false;
  #ended = false;
  #done = false;
  #words = 0;

  constructor(source: string, sink: (word: WordVector) => void) {
    this.#source = source;
    this.#sink = sink;
  }

  get progress(): string {
    return `${this.#words} words`;
  }

  push(chunk: Uint8Array): void {
    if (!this.#done) this.#window.push(chunk);
  }

  finish(): void {
    this.#ended = true;
  }

  advance(): boolean {
    if (this.#done) return false;
    const window = this.#window;
    if (!this.#started) {
      if (!skipBom(window, this.#ended, this.#source)) return false;
      this.#started = true;
    }
    this.#format ??= this.#find();
    const next = this.#format?.next(window, this.#ended) ?? 'more';
    if (next === 'more') return false;
    if (next === 'end') {
      this.#done = true;
      return false;
    }
    this.#words++;
    this.#sink(next);
    return true;
  }

  /** The format of the first bytes; undefined while there are too few bytes to determine it. */
  #find(): VectorFormat | undefined {
    const window = this.#window;
    const { bytes, start, filled } = window;
    const source = this.#source;
    if (start === filled) {
      if (this.#ended) throw formatError(source, 'is empty', 'Give a file of word vectors.');
      return undefined;
    }
    if (bytes[start] === OPEN_OBJECT && bytes[start + 1] === 34) return winkFormat(source);
    const found = bytes.indexOf(LF, start);
    const lineEnd = found === -1 || found >= filled ? filled : found;
    if (lineEnd === filled && !this.#ended) {
      if (filled - start <= LONGEST_ENTRY) return undefined;
      throw formatError(
        source,
        'is no file of word vectors that is known: its first line is endless',
        'Give GloVe or word2vec text, word2vec binary, or fastText .vec.',
      );
    }
    const header = readHeader(bytes, start, lineEnd);
    if (header === undefined) return textFormat(source, undefined);
    if (header.dims < 1 || header.dims > MOST_DIMS || header.words < 1)
      throw formatError(
        `${source}:1`,
        `announces ${header.words} words of ${header.dims} numbers, where vectors have 1 to ${MOST_DIMS}`,
        'Give a file of word vectors.',
      );
    const after = bytes.subarray(Math.min(lineEnd + 1, filled), Math.min(filled, lineEnd + 1 + TELLING));
    const end = after.indexOf(LF);
    if (end === -1 && after.length < TELLING && !this.#ended) return undefined;
    const isText = isNumbers(end === -1 ? after : after.subarray(0, end), header.dims, end !== -1 || this.#ended);
    window.start = Math.min(lineEnd + 1, filled);
    return isText ? textFormat(source, header) : binaryFormat(source, header);
  }
}
