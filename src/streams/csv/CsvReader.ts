import { isAscii, isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { SourceRow } from '../../contracts/rows/Row.js';
import { CHUNK_BYTES } from '../bodies/bytes/ByteWindow.js';
import { excerpt } from '../internal/excerpt.js';
import { listNames } from '../internal/listNames.js';
import type { Reader } from '../bodies/bytes/Reader.js';
import { parserOptions, readHeader } from './readHeader.js';
import { RecordFramer } from './RecordFramer.js';
import { lenientField } from './lenientField.js';
import type { CheckedFormat } from './TableFormat.js';

/** What a table reader needs to know. */
export interface CsvReaderOptions {
  /** What the body is called in rows and messages. */
  readonly source: string;
  /** The columns that must be there, once each. */
  readonly columns: readonly string[];
  /** How the records are written. */
  readonly format: CheckedFormat;
  /** The longest record, in bytes. */
  readonly maxRecordBytes: number;
  /** The ordinal of the first record. Default 0. */
  readonly firstId?: number | undefined;
  /** The line that the first byte stands on. Default 1. */
  readonly firstLine?: number | undefined;
  /** Whether the records have one field more than the header, before the others: it is called ''. Default false. */
  readonly rowNames?: boolean | undefined;
  /**
   * Makes fields of a record that has another number of them than the header; undefined where it is to be rejected.
   * With it, a record of delimiters alone is none, as an empty line is. Default: none, and all are rejected.
   */
  readonly repair?: ((fields: readonly string[]) => readonly string[] | undefined) | undefined;
  /** Takes the bytes of each record that is not UTF-8, valid during the call. */
  readonly undecodable?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * An object without a prototype, for a record's fields by name. `Object.create(null)` would give the same, but as V8
 * keeps it, as a dictionary, it is slow to read and to copy, and that is all that is done with a row: reading the table
 * would take a quarter longer.
 */
const withoutPrototype = (): Record<string, string> => Object.setPrototypeOf({}, null) as Record<string, string>;

// What becomes of a record once it is its turn.
const PLAIN = 0; // cut at its delimiters, and quotes around a field left out
const DOUBLED = 1; // a quote in a quoted field: parsed by csv-parse, together with the others of its batch
const PADDED = 2; // blanks around the quotes of a field, which are left out
const STRAY = 3; // a quote where none may stand, which is data: its fields are read one by one
const LITERAL = 4; // all its quotes are data
const BAD_QUOTE = 5;
const OVERSIZE = 6;
const BAD_ENCODING = 7;

/**
 * Reads a table with a header, one row or rejection at a time.
 *
 * Records are found first and parsed afterwards, at most 64 KiB of them at once: those with doubled quotes in one call
 * of csv-parse (a call for each would spend most of its time on setting up), the others when it is their turn, at the
 * delimiters that were found with them.
 */
export class CsvReader implements Reader {
  readonly #options: CsvReaderOptions;
  readonly #framer: RecordFramer;
  readonly #row: (row: SourceRow) => void;
  readonly #reject: (rejection: Rejection) => void;
  #names: readonly string[] | undefined = undefined;
  readonly #firstId: number;
  #nextId: number;
  #strayQuotes = 0;
  #firstStrayLine = 0;
  #repaired = 0;
  #firstRepairedLine = 0;

  // The batch: a record's kind, place and line, by its index.
  #kinds: number[] = [];
  #starts: number[] = [];
  #ends: number[] = [];
  #lines: number[] = [];
  #firstDelimiters: number[] = [];
  #delimiterCounts: number[] = [];
  #next = 0;
  /** Whether all of it is ASCII, which is decoded faster. */
  #ascii = false;
  /** The batch's records with doubled quotes, parsed, in order. */
  #parsed: string[][] = [];
  #nextParsed = 0;
  #scratch = Buffer.allocUnsafe(CHUNK_BYTES);

  /**
   * @param row takes each row
   * @param reject takes each rejection; whatever it throws is thrown by `advance`
   */
  constructor(options: CsvReaderOptions, row: (row: SourceRow) => void, reject: (rejection: Rejection) => void) {
    this.#options = options;
    this.#firstId = this.#nextId = options.firstId ?? 0;
    this.#framer = new RecordFramer(options.source, options.format, options.maxRecordBytes, options.firstLine);
    this.#row = row;
    this.#reject = reject;
  }

  /** The names of the columns, once they are known. */
  get names(): readonly string[] | undefined {
    return this.#names;
  }

  /** How many records had a quote that is out of place and was read as data, and the line of the first. */
  get strayQuotes(): { readonly records: number; readonly firstLine: number } {
    return { records: this.#strayQuotes, firstLine: this.#firstStrayLine };
  }

  /** How many records had more fields than the header, which were read all the same, and the line of the first. */
  get repairedRecords(): { readonly records: number; readonly firstLine: number } {
    return { records: this.#repaired, firstLine: this.#firstRepairedLine };
  }

  get progress(): string {
    return `${this.#nextId - this.#firstId} records`;
  }

  push(chunk: Uint8Array): void {
    this.#framer.push(chunk);
  }

  /** @throws HeadwaterError `HW_EMPTY` where there was not even a header */
  finish(): void {
    this.#framer.finish();
    this.#fill();
    if (this.#names === undefined) {
      const { source } = this.#options;
      throw new HeadwaterError(
        'HW_EMPTY',
        `${source} is empty: it has not even a header. Check that it is the table that you meant.`,
        { where: source },
      );
    }
  }

  advance(): boolean {
    if (this.#next === this.#kinds.length && !this.#fill()) return false;
    const i = this.#next++;
    const id = this.#nextId++;
    const kind = this.#kinds[i]!;
    if (kind <= LITERAL) {
      const parsed = kind === DOUBLED ? this.#parsed[this.#nextParsed++] : undefined;
      const names = this.#names!;
      const count = this.#delimiterCounts[i]! + 1;
      if (count === names.length) {
        const fields = withoutPrototype();
        if (kind === PLAIN) this.#cut(i, fields);
        else if (parsed === undefined) this.#cutStray(i, kind, fields);
        else for (let k = 0; k < count; k++) fields[names[k]!] = parsed[k]!;
        this.#emit(i, id, fields);
      } else {
        const repaired = this.#options.repair?.(parsed ?? this.#allFields(i, kind));
        if (repaired === undefined) {
          this.#rejectAt(i, id, 'ragged', `${names.length} fields (${listNames(names)}), not ${count}`);
          return true;
        }
        if (count > names.length && this.#repaired++ === 0) this.#firstRepairedLine = this.#lines[i]!;
        const fields = withoutPrototype();
        for (let k = 0; k < names.length; k++) fields[names[k]!] = repaired[k]!;
        this.#emit(i, id, fields);
      }
    } else if (kind === BAD_ENCODING) {
      this.#rejectAt(i, id, 'encoding', 'UTF-8');
    } else if (kind === BAD_QUOTE) {
      this.#rejectAt(i, id, 'quote', 'quotes around a whole field, closed again, and doubled inside it');
    } else {
      this.#rejectAt(i, id, 'oversize', `at most ${this.#options.maxRecordBytes} bytes`);
    }
    return true;
  }

  #emit(i: number, id: number, fields: Readonly<Record<string, string>>): void {
    this.#row({
      id,
      source: this.#options.source,
      line: this.#lines[i]!,
      byte: this.#framer.window.offsetOf(this.#starts[i]!),
      fields,
    });
  }

  /** The fields of a record, however many they are. */
  #allFields(i: number, kind: number): readonly string[] {
    const { window, delimiters } = this.#framer;
    const quote = String.fromCharCode(this.#options.format.quote);
    const first = this.#firstDelimiters[i]!;
    const fields: string[] = [];
    let from = this.#starts[i]!;
    for (let k = 0; k <= this.#delimiterCounts[i]!; k++) {
      const to = k === this.#delimiterCounts[i]! ? this.#ends[i]! : delimiters[first + k]!;
      const written = window.bytes.toString('utf8', from, to);
      fields.push(kind === LITERAL ? written : lenientField(kind === PADDED ? written.trim() : written, quote));
      from = to + 1;
    }
    return fields;
  }

  /** The fields of a record without doubled quotes. */
  #cut(i: number, fields: Record<string, string>): void {
    const names = this.#names!;
    const { window, delimiters } = this.#framer;
    const { bytes } = window;
    const encoding = this.#ascii ? 'latin1' : 'utf8';
    const { quote } = this.#options.format;
    const first = this.#firstDelimiters[i]!;
    let from = this.#starts[i]!;
    for (let k = 0; k < names.length; k++) {
      const to = k === names.length - 1 ? this.#ends[i]! : delimiters[first + k]!;
      // The framer has seen to it that a quote at a field's beginning has its other at the end.
      fields[names[k]!] =
        bytes[from] === quote && from < to
          ? bytes.toString(encoding, from + 1, to - 1)
          : bytes.toString(encoding, from, to);
      from = to + 1;
    }
  }

  /** The fields of a record with quotes that are out of place. */
  #cutStray(i: number, kind: number, fields: Record<string, string>): void {
    const names = this.#names!;
    const { window, delimiters } = this.#framer;
    const quote = String.fromCharCode(this.#options.format.quote);
    const first = this.#firstDelimiters[i]!;
    if (kind !== PADDED && this.#strayQuotes++ === 0) this.#firstStrayLine = this.#lines[i]!;
    let from = this.#starts[i]!;
    for (let k = 0; k < names.length; k++) {
      const to = k === names.length - 1 ? this.#ends[i]! : delimiters[first + k]!;
      const written = window.bytes.toString('utf8', from, to);
      fields[names[k]!] =
        kind === LITERAL ? written : lenientField(this.#options.format.padded ? written.trim() : written, quote);
      from = to + 1;
    }
  }

  #rejectAt(i: number, id: number, reason: Rejection['reason'], expected: string): void {
    const { window } = this.#framer;
    const start = this.#starts[i]!;
    this.#reject({
      type: 'rejection',
      reason,
      id,
      source: this.#options.source,
      line: this.#lines[i]!,
      byte: window.offsetOf(start),
      field: undefined,
      expected,
      got: excerpt(window.bytes, start, this.#ends[i]!),
    });
  }

  /** Makes the next batch. Gives false where there is none. */
  #fill(): boolean {
    const framer = this.#framer;
    const { window } = framer;
    const { format } = this.#options;
    const skipsBlank = this.#options.repair !== undefined;
    this.#kinds.length =
      this.#starts.length =
      this.#ends.length =
      this.#lines.length =
      this.#firstDelimiters.length =
      this.#delimiterCounts.length =
        0;
    this.#next = 0;
    let bytes = 0;
    let doubled = 0;
    while (bytes < CHUNK_BYTES && framer.next()) {
      if (this.#names === undefined && (format.header || framer.fault === undefined)) {
        this.#names = readHeader(framer, this.#options);
        if (format.header) continue;
      }
      if (skipsBlank && framer.to - framer.from === framer.delimiterCount && framer.fault === undefined) continue;
      const kind =
        framer.fault === 'quote'
          ? BAD_QUOTE
          : framer.fault === 'oversize'
            ? OVERSIZE
            : framer.literal
              ? LITERAL
              : framer.stray
                ? STRAY
                : framer.padded
                  ? PADDED
                  : framer.doubled
                    ? DOUBLED
                    : PLAIN;
      if (kind === DOUBLED) doubled++;
      this.#kinds.push(kind);
      this.#starts.push(framer.from);
      this.#ends.push(framer.to);
      this.#lines.push(framer.line);
      this.#firstDelimiters.push(framer.firstDelimiter);
      this.#delimiterCounts.push(framer.delimiterCount);
      bytes += framer.to - framer.from;
    }
    const count = this.#kinds.length;
    if (count === 0) return false;
    // All at once is fast, and almost always enough; only where it fails is each record looked at.
    const batch = window.bytes.subarray(this.#starts[0], this.#ends[count - 1]);
    this.#ascii = isAscii(batch);
    if (!this.#ascii && !isUtf8(batch)) doubled = this.#markBadEncoding();
    this.#parsed = doubled > 0 ? this.#parseDoubled() : [];
    this.#nextParsed = 0;
    return true;
  }

  /** Marks the records that are not UTF-8. Gives how many records with doubled quotes are left. */
  #markBadEncoding(): number {
    const { bytes } = this.#framer.window;
    let doubled = 0;
    for (let i = 0; i < this.#kinds.length; i++) {
      if (this.#kinds[i]! > LITERAL) continue;
      const record = bytes.subarray(this.#starts[i], this.#ends[i]);
      if (!isUtf8(record)) {
        this.#kinds[i] = BAD_ENCODING;
        this.#options.undecodable?.(record);
      }
      if (this.#kinds[i] === DOUBLED) doubled++;
    }
    return doubled;
  }

  /** The fields of the batch's records with doubled quotes. */
  #parseDoubled(): string[][] {
    const { bytes } = this.#framer.window;
    let length = 0;
    for (let i = 0; i < this.#kinds.length; i++) {
      if (this.#kinds[i] !== DOUBLED) continue;
      const size = this.#ends[i]! - this.#starts[i]! + 1;
      if (length + size > this.#scratch.length) this.#scratch = Buffer.concat([this.#scratch], 2 * (length + size));
      bytes.copy(this.#scratch, length, this.#starts[i], this.#ends[i]);
      length += size;
      this.#scratch[length - 1] = 10;
    }
    return parse(this.#scratch.subarray(0, length), {
      ...parserOptions(this.#options.format),
      record_delimiter: '\n',
      relax_column_count: true,
    });
  }
}
