import { isUtf8 } from 'node:buffer';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { ByteWindow } from './bytes/ByteWindow.js';
import { excerpt } from '../internal/excerpt.js';
import type { Reader } from './bytes/Reader.js';
import { skipBom } from './bytes/skipBom.js';

const LF = 10;
const CR = 13;

/** Takes a line: its text without the line break, its ordinal from 0, and the offset of its first byte. */
export type LineSink = (text: string, id: number, byte: number) => void;

/**
 * Reads lines, one at a time. A line ends at LF, CRLF or CR, and the last one where the body ends.
 *
 * A line is handed over as soon as its CR or LF has come: the LF of a CRLF is stepped over later, so that nobody at a
 * terminal waits for it.
 */
export class LineReader implements Reader {
  readonly #source: string;
  readonly #limit: number;
  readonly #line: LineSink;
  readonly #reject: (rejection: Rejection) => void;
  readonly #window = new ByteWindow();
  #position = 0;
  #lines = 0;
  #started = false;
  #ended = false;
  /** Whether the line before ended at a CR, so that an LF right after it is the rest of a CRLF. */
  #afterCr = false;
  /** Inside the rest of a line that was too long. */
  #skipping = false;

  /**
   * @param source what the body is called
   * @param limit the longest line, in bytes
   * @param line takes each line
   * @param reject takes each line that is too long or not UTF-8; whatever it throws is thrown by `advance`
   */
  constructor(source: string, limit: number, line: LineSink, reject: (rejection: Rejection) => void) {
    this.#source = source;
    this.#limit = limit;
    this.#line = line;
    this.#reject = reject;
  }

  get progress(): string {
    return `${this.#lines} lines`;
  }

  push(chunk: Uint8Array): void {
    this.#position -= this.#window.push(chunk);
  }

  finish(): void {
    this.#ended = true;
  }

  advance(): boolean {
    const window = this.#window;
    if (!this.#started) {
      if (!skipBom(window, this.#ended, this.#source)) return false;
      this.#position = window.start;
      this.#started = true;
    }
    const { bytes, filled } = window;
    if (this.#afterCr && window.start < filled) {
      this.#afterCr = false;
      if (bytes[window.start] === LF) this.#startAt(window.start + 1);
    }
    // Checked at an exact byte, so that what is too long does not depend on how the body was cut into chunks.
    const overlong = this.#skipping ? Infinity : window.start + this.#limit + 1;
    const stop = Math.min(filled, overlong);
    let position = this.#position;
    while (position < stop && bytes[position] !== LF && bytes[position] !== CR) position++;
    if (position < stop) {
      this.#afterCr = bytes[position] === CR;
      this.#end(position, position + 1);
      return true;
    }
    if (position === overlong) {
      this.#hand(position);
      this.#skipping = true;
      this.#startAt(position);
      return true;
    }
    this.#position = position;
    if (this.#skipping) this.#startAt(position);
    if (!this.#ended || window.start === filled) return false;
    this.#end(filled, filled);
    return true;
  }

  #startAt(index: number): void {
    this.#window.start = index;
    this.#position = index;
  }

  /** The line ends at `end`; the next one starts at `next`. */
  #end(end: number, next: number): void {
    const skipped = this.#skipping;
    this.#skipping = false;
    if (!skipped) this.#hand(end);
    this.#startAt(next);
  }

  #hand(end: number): void {
    const { bytes, start } = this.#window;
    const id = this.#lines++;
    const overlong = end - start > this.#limit;
    if (!overlong && isUtf8(bytes.subarray(start, end))) {
      this.#line(bytes.toString('utf8', start, end), id, this.#window.offsetOf(start));
      return;
    }
    this.#reject({
      type: 'rejection',
      reason: overlong ? 'oversize' : 'encoding',
      id,
      source: this.#source,
      line: id + 1,
      byte: this.#window.offsetOf(start),
      field: undefined,
      expected: overlong ? `at most ${this.#limit} bytes` : 'UTF-8',
      got: excerpt(bytes, start, end),
    });
  }
}
