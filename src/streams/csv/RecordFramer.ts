import { ByteWindow } from '../bodies/bytes/ByteWindow.js';
import { skipBom } from '../bodies/bytes/skipBom.js';
import type { CheckedFormat } from './TableFormat.js';

const LF = 10;
const SPACE = 32;
const CR = 13;

// The state of the scan within a record.
const FIELD_START = 0; // before the first byte of a field: a quote here opens a quoted field
const UNQUOTED = 1;
const QUOTED = 2;
const CLOSED = 3; // after a quote in a quoted field: it closes the field, unless a second quote follows
const BROKEN = 4; // after a misplaced quote: the scan restarts to find the first line break of the record

/** What is wrong with a record as a whole: a misplaced or unclosed quote, or more bytes than allowed. */
export type FrameFault = 'quote' | 'oversize';

/**
 * Finds where the records of a table begin and end, as bytes arrive, without parsing them.
 *
 * It applies the quoting rules of RFC 4180 byte by byte. In UTF-8 the bytes of LF, CR, the quote and the delimiter
 * never occur within other characters. A record ends at LF or CRLF. If the header ends at a lone CR, a lone CR ends
 * records too; otherwise it is data. Empty lines are not records.
 *
 * The result depends only on the bytes and not on their division into chunks: the limit on a record is checked at an
 * exact byte. Network and disk divide a body differently, and each pass must see the same records.
 *
 * csv-parse does not find the records, for three reasons: beyond its limit on a record it drops the rest of its chunk
 * unread, a stray quote makes it continue in the wrong state, and an unclosed quote makes it buffer the rest of the
 * body. Here a record with broken quoting loses only its first line, and reading continues at the next line.
 */
export class RecordFramer {
  readonly window = new ByteWindow();

  /** The offset of the current record in `window.bytes`. */
  from = 0;
  /** The end of the record, without its line break. */
  to = 0;
  /** The line number of its start, from 1. */
  line = 1;
  /** Whether the record has a quoted field. */
  quoted = false;
  /** Whether a quoted field of the record contains a doubled quote. */
  doubled = false;
  /**
   * Whether the record has a misplaced quote that is read as data. Only if the format is lenient. The record may then
   * be `doubled` too.
   */
  stray = false;
  /**
   * Whether the record has spaces at the beginning of a field or after a closing quote. Only if the format is padded.
   */
  padded = false;
  /** Whether all quotes of the record are data because one was not closed properly. Only if the format is lenient. */
  literal = false;
  /** The number of delimiters in the record, if it has no fault. */
  delimiterCount = 0;
  /** The index of the first of them in `delimiters`. */
  firstDelimiter = 0;
  /**
   * The offsets of the delimiters in `window.bytes`, of every record since the last `push`: of their first bytes. The
   * scan for the end of a record finds them anyway.
   */
  readonly delimiters: number[] = [];
  /** The fault of the record. Its bytes are then those of its first line, up to the limit. */
  fault: FrameFault | undefined = undefined;

  readonly #source: string;
  readonly #format: Pick<CheckedFormat, 'delimiter' | 'quote' | 'lenient' | 'comment' | 'padded'>;
  readonly #limit: number;

  #position = 0;
  #state = FIELD_START;
  /** The offset of the quoted field that is being scanned. */
  #opened = 0;
  #started = false;
  #ended = false;
  /**
   * Whether the scan is inside the rest of an overlong record or a comment. The bytes up to the next line break are
   * skipped.
   */
  #skipping = false;
  /** Whether a lone CR ends a record; undefined until the first line break. */
  #crEnds: boolean | undefined = undefined;
  /** Whether the last record ended at a CR. An LF directly after it is then part of a CRLF. */
  #afterCr = false;
  #nextLine = 1;
  /** The index in `delimiters` of the first delimiter of the record that is being scanned. */
  #firstDelimiter = 0;

  /**
   * @param source the name of the body
   * @param format the format of the records
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

  /** Adds the next bytes. Offsets of earlier records become invalid. */
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

  /** Signals the end of the bytes. */
  finish(): void {
    this.#ended = true;
  }

  /**
   * Finds the next record.
   *
   * @returns false if more bytes are needed or none are left
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
      // An empty line is not a record.
      if (this.to > this.from || this.fault !== undefined) return true;
    }
  }

  /** The fields of a record since the last `push`, as they are written: with their quotes. */
  writtenFields(from: number, to: number, firstDelimiter: number, delimiterCount: number): readonly string[] {
    const fields: string[] = [];
    const width = this.#format.delimiter.length;
    let start = from;
    for (let k = 0; k <= delimiterCount; k++) {
      const end = k === delimiterCount ? to : this.delimiters[firstDelimiter + k]!;
      fields.push(this.window.bytes.toString('utf8', start, end));
      start = end + width;
    }
    return fields;
  }

  /**
   * Whether the delimiter begins at a position where its first byte is.
   *
   * @param filled the end of the bytes
   * @returns undefined if more bytes are needed
   */
  #isDelimiter(position: number, filled: number): boolean | undefined {
    const { bytes } = this.window;
    const { delimiter } = this.#format;
    for (let i = 1; i < delimiter.length; i++) {
      if (position + i >= filled) return this.#ended ? false : undefined;
      if (bytes[position + i] !== delimiter[i]) return false;
    }
    return true;
  }

  /** Whether a comment line begins here. Quotes in it have no meaning. */
  #isComment(): boolean {
    const { bytes, start, filled } = this.window;
    return this.#position === start && start < filled && bytes[start] === this.#format.comment;
  }

  /** Continues the scan. Returns false if more bytes are needed or none are left. */
  #scan(): boolean {
    const { bytes, start, filled } = this.window;
    const { quote, lenient, padded } = this.#format;
    const delimiter = this.#format.delimiter[0]!;
    const width = this.#format.delimiter.length;
    // Two bytes above the limit, since the first of them may be the CR of a CRLF.
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
      const isDelimiter = byte === delimiter && (width === 1 || this.#isDelimiter(position, filled));
      if (isDelimiter === undefined) break;
      if (isDelimiter) {
        state = FIELD_START;
        this.delimiters.push(position);
        position += width;
      } else if (byte === delimiter && state === UNQUOTED) {
        position++;
      } else if (byte === CR) {
        // The next byte is needed to distinguish a CRLF from a lone CR.
        if (this.#crEnds !== true && position + 1 === filled && !this.#ended) break;
        const lone = bytes[position + 1] !== LF || position + 1 === filled;
        this.#crEnds ??= lone;
        if (this.#crEnds) return this.#end(position, position + 1, undefined);
        crStops = false;
        // A lone CR is data, but it is not allowed between a closing quote and the next delimiter. At the end of the
        // body it counts as a line break.
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
        // If the quotes are on different lines, it is more likely that the first one was never closed.
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

  /** Ends the current record at `end`. The next one starts at `next`. */
  #end(end: number, next: number, fault: FrameFault | undefined): true {
    const { bytes, start } = this.window;
    this.from = start;
    // If a CRLF was found at its LF, the CR is not part of the record.
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

  /** The body has ended: the remaining bytes are the last record. */
  #endLast(state: number): boolean {
    const { start, filled } = this.window;
    if (start === filled) return false;
    if (state !== QUOTED && state !== BROKEN) return this.#end(filled, filled, undefined);
    const lineBreak = this.#findLineBreak(start, filled);
    return lineBreak === undefined ? this.#endBroken(filled, filled) : this.#endBroken(lineBreak, lineBreak + 1);
  }

  /** Ends a record with a misplaced or unclosed quote after its first line. */
  #endBroken(end: number, next: number): true {
    const { delimiter, lenient } = this.#format;
    if (!lenient) return this.#end(end, next, 'quote');
    const { bytes, start } = this.window;
    this.delimiters.length = this.#firstDelimiter;
    for (let i = start; i < end; i++) {
      if (bytes[i] !== delimiter[0] || this.#isDelimiter(i, end) !== true) continue;
      this.delimiters.push(i);
      i += delimiter.length - 1;
    }
    this.quoted = this.doubled = false;
    this.stray = this.literal = true;
    return this.#end(end, next, undefined);
  }

  /** Ends a record that is longer than allowed. */
  #giveUp(state: number): true {
    const { start } = this.window;
    const position = this.#position;
    // Such a long quoted field with line breaks is most likely a stray quote that includes the following lines.
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

  /** Skips the rest of the line. Returns false while its end has not arrived. */
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

  /** Skips the LF of a CRLF whose CR has already ended a record. */
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
