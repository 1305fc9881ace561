import { isUtf8 } from 'node:buffer';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { ByteWindow } from './bytes/ByteWindow.js';
import { excerpt } from '../internal/excerpt.js';
import type { Reader } from './bytes/Reader.js';
import { skipBom } from './bytes/skipBom.js';

const LF = 10;
const CR = 13;

/** Receives a line: its text without the line break, its number from 0, and the byte offset of its start. */
export type LineSink = (text: string, id: number, byte: number) => void;

/**
 * Reads lines, one at a time. A line ends at LF, CRLF or CR, and the last one at the end of the body.
 *
 * A line is emitted as soon as its CR or LF arrives. The LF of a CRLF is skipped later, so that lines from a terminal
 * are not delayed.
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
  /** Whether the previous line ended at a CR. An LF directly after it is then part of a CRLF. */
  #afterCr = false;
  /** Whether the reader is inside the rest of a line that was too long. */
  #skipping = false;

  /**
   * @param source the name of the body
   * @param limit the longest line, in bytes
   * @param line receives each line
   * @param reject receives a rejection for each line that is too long or not UTF-8; an error that it throws is thrown
   *   by `advance`
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
    // Checked at an exact byte, so that the result does not depend on the chunks of the body.
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

  /** Ends the current line at `end`. The next line starts at `next`. */
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
