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
import { lenientFields } from './lenientFields.js';
import type { CheckedFormat } from './TableFormat.js';

/** Options of the CSV reader. */
export interface CsvReaderOptions {
  /** The name of the body in rows and messages. */
  readonly source: string;
  /** Required columns. Each must occur exactly once. */
  readonly columns: readonly string[];
  /** The format of the records. */
  readonly format: CheckedFormat;
  /** The longest record, in bytes. */
  readonly maxRecordBytes: number;
  /** The id of the first record. Default 0. */
  readonly firstId?: number | undefined;
  /** The line number of the first byte. Default 1. */
  readonly firstLine?: number | undefined;
  /**
   * Whether the records begin with a row name, and so have one field more than the header. Its column is named ''.
   * Default false.
   */
  readonly rowNames?: boolean | undefined;
  /**
   * Repairs a record whose number of fields differs from that of the header; returns undefined to reject it. With this
   * option, a record of only delimiters is skipped like an empty line. Default: none, so that all such records are
   * rejected.
   */
  readonly repair?: ((fields: readonly string[]) => readonly string[] | undefined) | undefined;
  /** Receives the bytes of each record that is not UTF-8. They are valid only during the call. */
  readonly undecodable?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * An object without a prototype, for the fields of a record by name. `Object.create(null)` would have the same meaning,
 * but V8 stores it as a dictionary, which is slow to read and to copy. Reading the table would take 25% longer.
 */
const withoutPrototype = (): Record<string, string> => Object.setPrototypeOf({}, null) as Record<string, string>;

// How a record of the batch is handled.
const PLAIN = 0; // cut at its delimiters, without the quotes around fields
const DOUBLED = 1; // has a doubled quote: parsed by csv-parse, together with the others of its batch
const PADDED = 2; // has blanks around the quotes of a field, which are removed
const STRAY = 3; // has a misplaced quote, which is data: its fields are read one by one
const LITERAL = 4; // all its quotes are data
const BAD_QUOTE = 5;
const OVERSIZE = 6;
const BAD_ENCODING = 7;

/**
 * Reads a table with a header, one row or rejection at a time.
 *
 * The reader first finds the boundaries of a batch of records (about 64 KiB) and then parses them. Records with doubled
 * quotes are parsed by one call of csv-parse per batch, since the setup of a call is expensive. The others are cut one
 * by one at the delimiters that were found with the boundaries.
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

  // The batch: kind, position and line of each record, by index.
  #kinds: number[] = [];
  #starts: number[] = [];
  #ends: number[] = [];
  #lines: number[] = [];
  #firstDelimiters: number[] = [];
  #delimiterCounts: number[] = [];
  #next = 0;
  /** Whether the whole batch is ASCII, which is decoded faster. */
  #ascii = false;
  /** The parsed records of the batch that have doubled quotes, in order. */
  #parsed: string[][] = [];
  #nextParsed = 0;
  #scratch = Buffer.allocUnsafe(CHUNK_BYTES);

  /**
   * @param row receives each row
   * @param reject receives each rejection; an error that it throws is thrown by `advance`
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

  /** How many records had a misplaced quote that was read as data, and the line of the first one. */
  get strayQuotes(): { readonly records: number; readonly firstLine: number } {
    return { records: this.#strayQuotes, firstLine: this.#firstStrayLine };
  }

  /** How many records had more fields than the header and were repaired, and the line of the first one. */
  get repairedRecords(): { readonly records: number; readonly firstLine: number } {
    return { records: this.#repaired, firstLine: this.#firstRepairedLine };
  }

  get progress(): string {
    return `${this.#nextId - this.#firstId} records`;
  }

  push(chunk: Uint8Array): void {
    this.#framer.push(chunk);
  }

  /** @throws HeadwaterError `HW_EMPTY` if there is not even a header */
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

  /** All fields of a record, whatever their number. */
  #allFields(i: number, kind: number): readonly string[] {
    const written = this.#framer.writtenFields(
      this.#starts[i]!,
      this.#ends[i]!,
      this.#firstDelimiters[i]!,
      this.#delimiterCounts[i]!,
    );
    return lenientFields(written, this.#options.format, kind === LITERAL);
  }

  /** Sets the fields of a record without doubled or misplaced quotes. */
  #cut(i: number, fields: Record<string, string>): void {
    const names = this.#names!;
    const { window, delimiters } = this.#framer;
    const { bytes } = window;
    const encoding = this.#ascii ? 'latin1' : 'utf8';
    const { quote, delimiter } = this.#options.format;
    const width = delimiter.length;
    const first = this.#firstDelimiters[i]!;
    let from = this.#starts[i]!;
    for (let k = 0; k < names.length; k++) {
      const to = k === names.length - 1 ? this.#ends[i]! : delimiters[first + k]!;
      // The framer has checked that a field that begins with a quote also ends with one.
      fields[names[k]!] =
        bytes[from] === quote && from < to
          ? bytes.toString(encoding, from + 1, to - 1)
          : bytes.toString(encoding, from, to);
      from = to + width;
    }
  }

  /** Sets the fields of a record with misplaced quotes or padded fields. */
  #cutStray(i: number, kind: number, fields: Record<string, string>): void {
    const names = this.#names!;
    if (kind !== PADDED && this.#strayQuotes++ === 0) this.#firstStrayLine = this.#lines[i]!;
    const values = this.#allFields(i, kind);
    for (let k = 0; k < names.length; k++) fields[names[k]!] = values[k]!;
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

  /** Fills the next batch. Returns false if there are no records. */
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
      const isBlank = framer.to - framer.from === framer.delimiterCount * format.delimiter.length;
      if (skipsBlank && isBlank && framer.fault === undefined) continue;
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
    // Checking the whole batch is fast and almost always enough. Each record is checked only if this fails.
    const batch = window.bytes.subarray(this.#starts[0], this.#ends[count - 1]);
    this.#ascii = isAscii(batch);
    if (!this.#ascii && !isUtf8(batch)) doubled = this.#markBadEncoding();
    this.#parsed = doubled > 0 ? this.#parseDoubled() : [];
    this.#nextParsed = 0;
    return true;
  }

  /** Marks the records that are not UTF-8. Returns how many records with doubled quotes are left. */
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

  /** Parses the records of the batch that have doubled quotes. */
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
