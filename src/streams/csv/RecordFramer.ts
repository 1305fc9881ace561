import { ByteWindow } from '../bodies/bytes/ByteWindow.js';
import { skipBom } from '../bodies/bytes/skipBom.js';
import type { CheckedFormat } from './TableFormat.js';

const LF = 10;
const SPACE = 32;
const CR = 13;

// Where in a record the scan stands.
const FIELD_START = 0; // nothing of the field seen: a quote here opens a quoted field
const UNQUOTED = 1;
const QUOTED = 2;
const CLOSED = 3; // after a quote in a quoted field: it closed the field, unless a second one follows
const BROKEN = 4; // a quote where none may stand: the scan starts over, for the record's first line break

/**
 * What is wrong with a record as a whole: a quote where none may stand or that is never closed, or more bytes than
 * allowed.
 */
export type FrameFault = 'quote' | 'oversize';

/**
 * Finds where the records of a table begin and end, as bytes arrive, without parsing them.
 *
 * It follows RFC 4180's quoting byte by byte (the bytes of LF, CR, quote and an ASCII delimiter stand for nothing else
 * in UTF-8). A record ends at LF or CRLF; at a lone CR too where the header does, and else a lone CR is data. Empty
 * lines are no records.
 *
 * What it finds depends on the bytes alone, not on how they were cut into chunks: the limit on a record is checked at
 * an exact byte. A network cuts a body otherwise than a disk does, and each pass must see the same records.
 *
 * Why not leave this to csv-parse: past its limit on a record it drops the rest of its chunk unread, a stray quote
 * makes it read on in the wrong state, and an unclosed quote makes it buffer the rest of the body. Here a record whose
 * quoting is broken costs its first line alone, and reading goes on at the next line.
 */
export class RecordFramer {
  readonly window = new ByteWindow();

  /** Where the record found last starts in `window.bytes`. */
  from = 0;
  /** Where it ends, its line break excluded. */
  to = 0;
  /** The line it starts on, from 1. */
  line = 1;
  /** Whether it has a quoted field. */
  quoted = false;
  /** Whether a quoted field of it has a quote in it, which stands there doubled. */
  doubled = false;
  /**
   * Whether it has a quote where none may stand, which is read as data. Only where the format is lenient; a record may
   * be `doubled` too then.
   */
  stray = false;
  /** Whether it has blanks at the beginning of a field or after its closing quote. Only where the format is padded. */
  padded = false;
  /** Whether all its quotes are data: one was opened and not closed as it should be. Only where the format is lenient. */
  literal = false;
  /** How many delimiters it has, if nothing is wrong with it. */
  delimiterCount = 0;
  /** Where they begin in `delimiters`. */
  firstDelimiter = 0;
  /**
   * Where delimiters are in `window.bytes`, those of every record since the last `push`: they are found anyway, on the
   * way to a record's end.
   */
  readonly delimiters: number[] = [];
  /** What is wrong with it: its bytes are then those of its first line, or as many of them as are allowed. */
  fault: FrameFault | undefined = undefined;

  readonly #source: string;
  readonly #format: Pick<CheckedFormat, 'delimiter' | 'quote' | 'lenient' | 'comment' | 'padded'>;
  readonly #limit: number;

  #position = 0;
  #state = FIELD_START;
  /** Where the quoted field begins that the scan is in. */
  #opened = 0;
  #started = false;
  #ended = false;
  /** Inside the rest of a record that was given up: what comes before the next line break is dropped. */
  #skipping = false;
  /** Whether a lone CR ends a record; undefined until the first line break. */
  #crEnds: boolean | undefined = undefined;
  /** Whether a lone CR has ended a record just now, so that an LF right after it is the rest of a CRLF. */
  #afterCr = false;
  #nextLine = 1;
  /** Where the delimiters begin of the record that the scan is in. */
  #firstDelimiter = 0;

  /**
   * @param source what the body is called
   * @param format how records are written
   * @param limit the longest record, in bytes
   */
  constructor(
    source: string,
    format: Pick<CheckedFormat, 'delimiter' | 'quote' | 'lenient' | 'comment' | 'padded'>,
    limit: number,
    firstLine = 1,
  ) {
    this.#source = source;
    this.#format = format;
    this.#limit = limit;
    this.line = this.#nextLine = firstLine;
  }

  /** Takes the next bytes; the indices of records found before are void then. */
  push(chunk: Uint8Array): void {
    const moved = this.window.push(chunk);
    this.#position -= moved;
    this.#opened -= moved;
    const { delimiters } = this;
    let kept = 0;
    for (let i = this.#firstDelimiter; i < delimiters.length; i++) delimiters[kept++] = delimiters[i]! - moved;
    delimiters.length = kept;
    this.#firstDelimiter = 0;
  }

  /** No more bytes will come. */
  finish(): void {
    this.#ended = true;
  }

  /**
   * Goes on to the next record.
   *
   * @returns false where more bytes are needed, or none are left
   */
  next(): boolean {
    const { window } = this;
    if (!this.#started) {
      if (!skipBom(window, this.#ended, this.#source)) return false;
      this.#position = window.start;
      this.#started = true;
    }
    for (;;) {
      if (this.#skipping && !this.#skip()) return false;
      if (this.#afterCr) this.#joinCrLf();
      if (this.#isComment()) {
        this.#skipping = true;
        continue;
      }
      if (!this.#scan()) return false;
      // An empty line is no record.
      if (this.to > this.from || this.fault !== undefined) return true;
    }
  }

  /** Whether a line of comment begins here: a quote in it opens nothing. */
  #isComment(): boolean {
    const { bytes, start, filled } = this.window;
    return this.#position === start && start < filled && bytes[start] === this.#format.comment;
  }

  /** Scans on from where the last scan stopped. Gives false where more bytes are needed, or none are left. */
  #scan(): boolean {
    const { bytes, start, filled } = this.window;
    const { delimiter, quote, lenient, padded } = this.#format;
    // Two bytes over: the first of them may be the CR of a CRLF.
    const overlong = start + this.#limit + 2;
    const stop = Math.min(filled, overlong);
    let position = this.#position;
    let state = this.#state;
    let crStops = this.#crEnds !== false;
    if (position === start) this.quoted = this.doubled = this.stray = this.literal = this.padded = false;

    while (position < stop) {
      if (state === QUOTED) {
        while (position < stop && bytes[position] !== quote) position++;
        if (position === stop) break;
        position++;
        state = CLOSED;
        continue;
      }
      if (state === BROKEN) {
        const lineBreak = this.#findLineBreak(position, stop);
        if (lineBreak !== undefined) return this.#endBroken(lineBreak, lineBreak + 1);
        position = stop;
        break;
      }
      let byte = bytes[position]!;
      if (state === FIELD_START) {
        if (byte === quote) {
          this.quoted = true;
          this.#opened = position++;
          state = QUOTED;
          continue;
        }
        if (padded && byte === SPACE) {
          this.padded = true;
          position++;
          continue;
        }
        state = UNQUOTED;
      }
      if (state === UNQUOTED) {
        while (byte !== delimiter && byte !== LF && byte !== quote && !(crStops && byte === CR)) {
          if (++position === stop) break;
          byte = bytes[position]!;
        }
        if (position === stop) break;
      }
      if (byte === LF) {
        this.#crEnds ??= false;
        return this.#end(position, position + 1, undefined);
      }
      if (byte === delimiter) {
        state = FIELD_START;
        this.delimiters.push(position++);
      } else if (byte === CR) {
        // Only the next byte tells a CRLF from a lone CR.
        if (this.#crEnds !== true && position + 1 === filled && !this.#ended) break;
        const lone = bytes[position + 1] !== LF || position + 1 === filled;
        this.#crEnds ??= lone;
        if (this.#crEnds) return this.#end(position, position + 1, undefined);
        crStops = false;
        // A lone CR is data, but not between a closing quote and the next delimiter; at the very end it passes for a
        // line break.
        if (state === CLOSED && lone && position + 1 < filled) {
          state = BROKEN;
          position = start;
        } else {
          position++;
        }
      } else if (state === CLOSED && padded && byte === SPACE) {
        this.padded = true;
        position++;
      } else if (state === CLOSED && byte === quote) {
        this.doubled = true;
        state = QUOTED;
        position++;
      } else if (lenient && (state === UNQUOTED || this.#findLineBreak(this.#opened, position) === undefined)) {
        // Where the quotes are lines apart, it is more likely that the first one was never closed.
        this.stray = true;
        state = UNQUOTED;
        position++;
      } else {
        state = BROKEN;
        position = start;
      }
    }
    this.#position = position;
    this.#state = state;
    if (position >= overlong) return this.#giveUp(state);
    return this.#ended && this.#endLast(state);
  }

  /** The record ends at `end`; the next one starts at `next`. */
  #end(end: number, next: number, fault: FrameFault | undefined): true {
    const { bytes, start } = this.window;
    this.from = start;
    // Where a CRLF was found by its LF, the CR is no part of the record.
    this.to = end > start && bytes[end - 1] === CR && (end === next || bytes[end] === LF) ? end - 1 : end;
    this.firstDelimiter = this.#firstDelimiter;
    this.delimiterCount = this.delimiters.length - this.#firstDelimiter;
    this.fault = fault ?? (this.to - start > this.#limit ? 'oversize' : undefined);
    this.line = this.#nextLine;
    this.#nextLine += fault === undefined && this.quoted ? 1 + this.#lineBreaks(start, end) : 1;
    this.#afterCr = next > end && bytes[end] === CR;
    this.#startAt(next);
    return true;
  }

  /** The bytes have ended, and the scan with them: whatever is left is the last record. */
  #endLast(state: number): boolean {
    const { start, filled } = this.window;
    if (start === filled) return false;
    if (state !== QUOTED && state !== BROKEN) return this.#end(filled, filled, undefined);
    const lineBreak = this.#findLineBreak(start, filled);
    return lineBreak === undefined ? this.#endBroken(filled, filled) : this.#endBroken(lineBreak, lineBreak + 1);
  }

  /** A record with a quote that is out of place or never closed: what is left of it is its first line. */
  #endBroken(end: number, next: number): true {
    const { delimiter, lenient } = this.#format;
    if (!lenient) return this.#end(end, next, 'quote');
    const { bytes, start } = this.window;
    this.delimiters.length = this.#firstDelimiter;
    for (let i = start; i < end; i++) if (bytes[i] === delimiter) this.delimiters.push(i);
    this.quoted = this.doubled = false;
    this.stray = this.literal = true;
    return this.#end(end, next, undefined);
  }

  /** The record is longer than allowed. */
  #giveUp(state: number): true {
    const { start } = this.window;
    const position = this.#position;
    // A quoted field that long with line breaks in it is most likely a stray quote that has swallowed the lines after
    // it.
    if (state === QUOTED && this.#findLineBreak(this.#opened, position) !== undefined) {
      const lineBreak = this.#findLineBreak(start, position)!;
      return this.#endBroken(lineBreak, lineBreak + 1);
    }
    this.from = start;
    this.to = position;
    this.fault = state === BROKEN ? 'quote' : 'oversize';
    this.line = this.#nextLine;
    this.#nextLine += this.#lineBreaks(start, position);
    this.#skipping = true;
    this.#startAt(position);
    return true;
  }

  /** Drops what is left of the line. Gives false while its end has not come. */
  #skip(): boolean {
    const { window } = this;
    const lineBreak = this.#findLineBreak(window.start, window.filled);
    this.#startAt(lineBreak === undefined ? window.filled : lineBreak + 1);
    if (lineBreak === undefined) return false;
    this.#afterCr = window.bytes[lineBreak] === CR;
    this.#nextLine++;
    this.#skipping = false;
    return true;
  }

  #startAt(index: number): void {
    this.window.start = index;
    this.#position = index;
    this.#state = FIELD_START;
    this.#firstDelimiter = this.delimiters.length;
  }

  /** Steps over the LF of a CRLF whose CR has ended a record already. */
  #joinCrLf(): void {
    const { bytes, start, filled } = this.window;
    if (start === filled) return;
    this.#afterCr = false;
    if (bytes[start] === LF) this.#startAt(start + 1);
  }

  #findLineBreak(from: number, to: number): number | undefined {
    const { bytes } = this.window;
    const crEnds = this.#crEnds === true;
    for (let i = from; i < to; i++) if (bytes[i] === LF || (crEnds && bytes[i] === CR)) return i;
    return undefined;
  }

  #lineBreaks(from: number, to: number): number {
    const { bytes } = this.window;
    const crEnds = this.#crEnds === true;
    let count = 0;
    for (let i = from; i < to; i++) if (bytes[i] === LF || (crEnds && bytes[i] === CR && bytes[i + 1] !== LF)) count++;
    return count;
  }
}
