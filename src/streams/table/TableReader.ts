import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { SourceRow } from '../../contracts/rows/Row.js';
import { CHUNK_BYTES } from '../bodies/bytes/ByteWindow.js';
import type { Reader } from '../bodies/bytes/Reader.js';
import { guessEncoding, isText, utf16Of } from '../bodies/encoding/guessEncoding.js';
import { encodingOf } from '../bodies/encoding/requireEncoding.js';
import { foreignFormat } from '../bodies/foreignFormat.js';
import { CsvReader } from '../csv/CsvReader.js';
import { checkFormat, type TableFormat } from '../csv/TableFormat.js';
import { fastTextFields } from './internal/fastTextFields.js';
import { type ColumnWish, findColumns } from './internal/findColumns.js';
import { jsonFields } from './internal/jsonFields.js';
import { type FieldsOfLine, LinesReader } from './internal/LinesReader.js';
import { findDelimiter, hasHeader, sampleTable } from './internal/sampleTable.js';
import type { TableLayout } from './TableLayout.js';
import type { TableNotice } from './TableOptions.js';

/** What is known of a table before it is read. */
export interface TableReaderOptions extends TableFormat, ColumnWish {
  /** What the table is called in rows and messages. */
  readonly source: string;
  /** The encoding that was asked for, by its standard's name. */
  readonly encoding: string | undefined;
  /** The encoding that a server names. */
  readonly charset: string | undefined;
  /** Whether the bytes are JSON lines that were made of a Parquet file. */
  readonly parquet: boolean;
  readonly maxRecordBytes: number;
  /** The ordinal of the first record. */
  readonly firstId: number;
}

/** Who is told of a table. */
export interface TableEvents {
  /** Gives who takes the rows of a table with this layout. */
  readonly rows: (layout: TableLayout) => (row: SourceRow) => void;
  readonly reject: (rejection: Rejection) => void;
  readonly notice: (notice: TableNotice) => void;
}

/** The line that some spreadsheets write before a table, after a byte order mark. */
const SEPARATOR = /^(\u00ef\u00bb\u00bf)?sep=([\x20-\x7e\t])\r?\n/i;

/** How much is read before it is decided how to read it. */
const HEAD_BYTES = CHUNK_BYTES;

/**
 * Reads a table of any kind: waits for its first 64 KiB, finds out from them how it is written and which columns hold
 * what, and reads on with a reader of that kind.
 *
 * What it finds depends on the first 64 KiB alone, not on how they were cut into chunks: each pass finds the same.
 */
export class TableReader implements Reader {
  #options: TableReaderOptions;
  /** The lines before the table. */
  #skippedLines = 0;
  readonly #events: TableEvents;
  #head: Uint8Array = new Uint8Array(0);
  #inner: Reader | undefined;
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  readonly #undecodable: Uint8Array[] = [];
  #undecodableCount = 0;
  #undecodableBytes = 0;
  #finishing = false;

  constructor(options: TableReaderOptions, events: TableEvents) {
    this.#options = options;
    this.#events = events;
  }

  get progress(): string {
    return this.#inner?.progress ?? '0 records';
  }

  push(chunk: Uint8Array): void {
    if (this.#inner !== undefined) {
      this.#inner.push(
        this.#decoder === undefined ? chunk : Buffer.from(this.#decoder.decode(chunk, { stream: true })),
      );
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= HEAD_BYTES) this.#decide(false);
  }

  finish(): void {
    this.#finishing = true;
    if (this.#inner === undefined) this.#decide(true);
    const rest = this.#decoder?.decode() ?? '';
    if (rest !== '') this.#inner?.push(Buffer.from(rest));
    this.#inner?.finish();
  }

  advance(): boolean {
    if (this.#inner === undefined) return false;
    if (this.#inner.advance()) return true;
    if (this.#finishing) this.#tell();
    return false;
  }

  /** Tells what was unusual, once, at the end. */
  #tell(): void {
    this.#finishing = false;
    const { source } = this.#options;
    const { notice } = this.#events;
    if (this.#undecodableCount > 0) {
      notice({
        type: 'encoding',
        source,
        records: this.#undecodableCount,
        likely: guessEncoding(Buffer.concat(this.#undecodable)),
      });
    }
    if (!(this.#inner instanceof CsvReader)) return;
    const { records, firstLine } = this.#inner.strayQuotes;
    if (records > 0) notice({ type: 'quotes', source, records, firstLine });
  }

  #decide(whole: boolean): void {
    const { source, parquet } = this.#options;
    const raw = this.#head.subarray(0, HEAD_BYTES);
    const cut = !whole || this.#head.length > HEAD_BYTES;
    const foreign = parquet ? undefined : foreignFormat(raw);
    if (foreign !== undefined) {
      throw new HeadwaterError('HW_USAGE', `${source} is ${foreign.what}, and no table. ${foreign.remedy}.`, {
        where: source,
      });
    }
    const encoding = this.#encodingOf(raw, cut);
    if (encoding !== 'utf-8') this.#decoder = new TextDecoder(encoding);
    // A spreadsheet's own line: `sep=;` says the delimiter, and is no header.
    const separator = SEPARATOR.exec(Buffer.from(raw.subarray(0, 16)).toString('latin1'));
    if (separator !== null && this.#options.delimiter === undefined) {
      this.#options = { ...this.#options, delimiter: separator[2]! };
      this.#head = this.#head.subarray(separator[0].length);
      this.#skippedLines = 1;
      this.#decide(whole);
      return;
    }
    const head = encoding === 'utf-8' ? raw : Buffer.from(new TextDecoder(encoding).decode(raw, { stream: cut }));
    const { layout, reader } = this.#readerFor(head, !cut, encoding);
    this.#inner = reader(this.#events.rows(layout));
    const all = this.#head;
    this.#head = new Uint8Array(0);
    this.push(all);
  }

  /** @throws HeadwaterError `HW_USAGE` where the bytes are not UTF-8, and no other encoding is named */
  #encodingOf(head: Uint8Array, cut: boolean): string {
    const { encoding, charset, source } = this.#options;
    if (encoding !== undefined) return encoding;
    const utf16 = utf16Of(head);
    if (utf16 !== undefined) return utf16;
    const named = encodingOf(charset ?? '');
    if (isText(head, cut)) {
      // Servers name an encoding by habit: where it is contradicted by the bytes, the bytes are right.
      const ascii = head.every((byte) => byte < 0x80);
      return ascii && named !== undefined && !named.startsWith('utf-16') ? named : 'utf-8';
    }
    if (named !== undefined && named !== 'utf-8') return named;
    throw new HeadwaterError(
      'HW_USAGE',
      `${source} is not UTF-8. It is most likely ${guessEncoding(head)}: give --encoding ${guessEncoding(head)}, or save it as UTF-8.`,
      { where: source },
    );
  }

  #readerFor(
    head: Uint8Array,
    whole: boolean,
    encoding: string,
  ): { readonly layout: TableLayout; readonly reader: (row: (row: SourceRow) => void) => Reader } {
    const options = this.#options;
    const { source, parquet } = options;
    const lines = this.#linesFormat(head);
    if (lines !== undefined) {
      const [format, fieldsOf] = lines;
      const { names, rows } = sampleLines(head, whole, fieldsOf);
      // What is no line of its kind is told when it is read.
      const found = findColumns({ source, names, rows, open: format !== 'fasttext' && rows.length > 0 }, options);
      return {
        layout: {
          source,
          format: parquet ? 'parquet' : format,
          delimiter: undefined,
          header: true,
          encoding,
          columns: names,
          ...found,
        },
        reader: (row) => new LinesReader(options, fieldsOf, row, this.#events.reject),
      };
    }
    const delimiter = options.delimiter ?? findDelimiter(head, whole, source, options);
    const named = sampleTable(head, whole, { ...options, delimiter, header: options.header ?? true });
    const header = options.header ?? hasHeader(named, options.usualColumns?.header);
    const { names, rows } = header ? named : sampleTable(head, whole, { ...options, delimiter, header });
    if (names.length === 0 && whole) requireNothing(source);
    const found = findColumns({ source, names, rows, open: false }, options);
    const format = checkFormat({ quotes: 'lenient', ...withoutUndefined(options), delimiter, header });
    return {
      layout: { source, format: 'delimited', delimiter, header, encoding, columns: names, ...found },
      reader: (row) =>
        new CsvReader(
          {
            source,
            columns: [],
            format,
            maxRecordBytes: options.maxRecordBytes,
            firstId: options.firstId,
            firstLine: 1 + this.#skippedLines,
            undecodable: (bytes) => this.#keepUndecodable(bytes),
          },
          row,
          this.#events.reject,
        ),
    };
  }

  /** Keeps the first records that are not UTF-8, to tell their encoding by. */
  #keepUndecodable(bytes: Uint8Array): void {
    this.#undecodableCount++;
    if (this.#undecodableBytes >= HEAD_BYTES) return;
    this.#undecodable.push(Buffer.from(bytes));
    this.#undecodableBytes += bytes.length;
  }

  /** The kind of a table with one record a line, by its first characters; undefined where it has delimiters. */
  #linesFormat(head: Uint8Array): readonly ['json-lines' | 'fasttext', FieldsOfLine] | undefined {
    const { source, delimiter } = this.#options;
    if (delimiter !== undefined) return undefined;
    const start = Buffer.from(head.subarray(0, 256))
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart();
    if (start.startsWith('__label__')) return ['fasttext', fastTextFields];
    if (start.startsWith('{') || /\.(jsonl|ndjson)(\.gz)?$/i.test(source)) return ['json-lines', jsonFields];
    return undefined;
  }
}

const withoutUndefined = ({ quote, quotes, comment }: TableFormat): TableFormat => ({
  quote,
  comment,
  ...(quotes === undefined ? {} : { quotes }),
});

const requireNothing = (source: string): never => {
  throw new HeadwaterError(
    'HW_EMPTY',
    `${source} is empty: it has not even a header. Check that it is the table that you meant.`,
    { where: source },
  );
};

/** The first lines of a table that has one record a line. */
const sampleLines = (
  head: Uint8Array,
  whole: boolean,
  fieldsOf: FieldsOfLine,
): { readonly names: readonly string[]; readonly rows: readonly Readonly<Record<string, string>>[] } => {
  const names = new Set<string>();
  const rows: Readonly<Record<string, string>>[] = [];
  const reader = new LinesReader(
    { source: '', maxRecordBytes: 2 * HEAD_BYTES, firstId: 0 },
    fieldsOf,
    ({ fields }) => {
      rows.push(fields);
      for (const name of Object.keys(fields)) if (names.size < 10_000) names.add(name);
    },
    () => undefined,
  );
  reader.push(head);
  while (reader.advance());
  if (whole) {
    reader.finish();
    while (reader.advance());
  }
  return { names: [...names], rows };
};
