import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { LastLabels } from '../../contracts/live/LastLabels.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { SourceRow } from '../../contracts/rows/Row.js';
import { CHUNK_BYTES } from '../bodies/bytes/ByteWindow.js';
import type { Reader } from '../bodies/bytes/Reader.js';
import { guessEncoding, isText, utfOf } from '../bodies/encoding/guessEncoding.js';
import { notUtf8 } from '../bodies/encoding/notUtf8.js';
import { decodeText, type TextDecoding, textDecoding } from '../bodies/encoding/textDecoding.js';
import { encodingOf } from '../bodies/encoding/requireEncoding.js';
import { foreignFormat } from '../bodies/foreignFormat.js';
import { directLink } from '../bodies/http/directLink.js';
import { CsvReader } from '../csv/CsvReader.js';
import type { TableFormat } from '../csv/TableFormat.js';
import { isRasa, linesOfRasa } from './internal/intents/rasaLines.js';
import { readArff } from './internal/arffFields.js';
import { fastTextFields } from './internal/fastTextFields.js';
import { byValues } from './internal/columns/columnValues.js';
import { type ColumnWish, findColumns } from './internal/columns/findColumns.js';
import { surveyHeader } from './internal/columns/surveyHeader.js';
import { findForm } from './internal/findForm.js';
import { isDocument, linesOfDocument, MOST_DOCUMENT_BYTES } from './internal/json/jsonDocument.js';
import { jsonFields } from './internal/json/jsonFields.js';
import { labelledFields } from './internal/labelledLines.js';
import { type FieldsOfLine, LinesReader } from './internal/LinesReader.js';
import { orangeHeader } from './internal/columns/orangeHeader.js';
import { repairRecord } from './internal/repairRecord.js';
import { sampleLines } from './internal/sampleLines.js';
import { checkedForm } from './internal/sampleTable.js';
import type { TableLayout } from './TableLayout.js';
import { titleOf } from './titleOf.js';
import type { TableNotice, UsualColumns } from './TableOptions.js';

/** What is known about a table before it is read. */
export interface TableReaderOptions extends TableFormat, ColumnWish {
  /** The name of the table in rows and messages. */
  readonly source: string;
  /** The encoding given by an option, by the name that `encodingOf` returns. */
  readonly encoding: string | undefined;
  /** The encoding that the server declares. */
  readonly charset: string | undefined;
  /** The original format if the bytes were converted to JSON lines for this reader. */
  readonly madeOf: 'parquet' | 'folder' | undefined;
  readonly maxRecordBytes: number;
  readonly skipLines: number | undefined;
  /** Whether only the last label of a headline is read from a file of labels. */
  readonly lastLabels: boolean;
  /** The id of the first record. */
  readonly firstId: number;
}

/** Receives what is read from a table. */
export interface TableEvents {
  /** Returns the function that receives the rows of a table with this layout. */
  readonly rows: (layout: TableLayout) => (row: SourceRow) => void;
  readonly reject: (rejection: Rejection) => void;
  readonly notice: (notice: TableNotice) => void;
}

/** The layout of a table, and the reader of its rows. */
interface FoundReader {
  readonly layout: TableLayout;
  readonly reader: (row: (row: SourceRow) => void) => Reader;
  /** How many of the first records belong to the header. Default 0. */
  readonly skippedRecords?: number | undefined;
}

/** The line `sep=;` that some spreadsheets write before a table, possibly after a byte order mark. */
const SEPARATOR = /^(\u00ef\u00bb\u00bf)?"?sep=([\x20-\x7e\t])"?\r?\n/i;

/** How many bytes are read before the format is detected. */
const HEAD_BYTES = CHUNK_BYTES;

/**
 * Reads a table of any supported format: waits for the first 64 KiB, detects the format and the roles of the columns,
 * and passes the bytes to a reader for this format.
 *
 * The detection depends only on the first 64 KiB and not on their division into chunks, so every pass has the same
 * result.
 */
export class TableReader implements Reader {
  readonly #options: TableReaderOptions;
  readonly #events: TableEvents;
  /** The chunks received before the format is known. */
  #head: Uint8Array[] = [];
  #headBytes = 0;
  /** The kind of document that the table is, which is read once it is complete. */
  #document: 'json' | 'rasa' | undefined;
  #inner: Reader | undefined;
  #decoder: TextDecoding | undefined;
  /** How many bytes before the table are still to be skipped. */
  #before = 0;
  readonly #undecodable: Uint8Array[] = [];
  #undecodableCount = 0;
  #undecodableBytes = 0;
  #headers = { records: 0, firstLine: 0 };
  /** The rows of a file of labels, which are held until its end: a later label may correct an earlier one. */
  #labels: LastLabels<SourceRow> | undefined;
  #corrected = { records: 0, firstLine: 0 };
  #row: (row: SourceRow) => void = () => undefined;
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
      this.#pass(this.#decoder === undefined ? chunk : Buffer.from(this.#decoder.write(chunk)));
      return;
    }
    this.#head.push(chunk);
    this.#headBytes += chunk.length;
    if (this.#document !== undefined) this.#limitDocument();
    else if (this.#headBytes >= HEAD_BYTES) this.#decide(false);
  }

  finish(): void {
    this.#finishing = true;
    if (this.#inner === undefined) this.#decide(true);
    const rest = this.#decoder?.end() ?? '';
    if (rest !== '') this.#pass(Buffer.from(rest));
    this.#inner?.finish();
  }

  advance(): boolean {
    if (this.#inner === undefined) return false;
    if (this.#inner.advance()) return true;
    if (!this.#finishing) return false;
    const [label] = this.#labels?.shift() ?? [];
    if (label !== undefined) {
      this.#row(label);
      return true;
    }
    this.#tell();
    return false;
  }

  /** Passes decoded bytes on, without those before the table. */
  #pass(bytes: Uint8Array): void {
    const dropped = Math.min(this.#before, bytes.length);
    this.#before -= dropped;
    this.#inner?.push(bytes.subarray(dropped));
  }

  /** Sends the notices, once, at the end. */
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
    if (this.#corrected.records > 0) notice({ type: 'corrected', source, ...this.#corrected });
    if (!(this.#inner instanceof CsvReader)) return;
    const { strayQuotes, repairedRecords } = this.#inner;
    if (strayQuotes.records > 0) notice({ type: 'quotes', source, ...strayQuotes });
    if (repairedRecords.records > 0) notice({ type: 'wide', source, ...repairedRecords });
    if (this.#headers.records > 0) notice({ type: 'header', source, ...this.#headers });
  }

  #limitDocument(): void {
    const { source } = this.#options;
    if (this.#headBytes <= MOST_DOCUMENT_BYTES) return;
    throw new HeadwaterError(
      'HW_USAGE',
      `${source} is one document of more than ${MOST_DOCUMENT_BYTES / 2 ** 20} ` +
        "MiB. Write one object a line (jq -c '.[]' FILE > FILE.jsonl).",
      { where: source },
    );
  }

  #decide(whole: boolean): void {
    const { source, madeOf } = this.#options;
    let all: Uint8Array = Buffer.concat(this.#head);
    let raw = all.subarray(0, HEAD_BYTES);
    const cut = !whole || all.length > HEAD_BYTES;
    const foreign = madeOf === undefined ? foreignFormat(raw) : undefined;
    if (foreign !== undefined) {
      const link = foreign.what.includes('HTML') ? directLink(source) : undefined;
      const remedy = link === undefined ? foreign.remedy : `The file itself is at another address: --data '${link}'`;
      throw new HeadwaterError('HW_USAGE', `${source} is ${foreign.what}, and no table. ${remedy}.`, { where: source });
    }
    let encoding = madeOf === undefined ? this.#encodingOf(raw, cut) : 'utf-8';
    const text = (bytes: Uint8Array): string => decodeText(bytes, encoding, cut);
    if (madeOf === undefined && this.#options.delimiter === undefined) {
      const start = text(raw);
      this.#document ??= isRasa(start) ? 'rasa' : isDocument(start, !cut) ? 'json' : undefined;
    }
    if (this.#document !== undefined) {
      if (!whole) return;
      const document = decodeText(all, encoding);
      all = Buffer.from(this.#document === 'rasa' ? linesOfRasa(document) : linesOfDocument(document, source));
      raw = all.subarray(0, HEAD_BYTES);
      encoding = 'utf-8';
    }
    if (encoding !== 'utf-8') this.#decoder = textDecoding(encoding);
    const head = encoding === 'utf-8' ? raw : Buffer.from(text(raw));
    const { layout, reader, skippedRecords = 0 } = this.#readerFor(head, whole && all.length <= HEAD_BYTES, encoding);
    this.#row = this.#events.rows(layout);
    if (this.#options.lastLabels && isLabelFile(layout)) this.#labels = new LastLabels();
    const row = this.#labels === undefined ? this.#row : this.#holding(this.#labels, titleOf(layout));
    const firstId = this.#options.firstId + skippedRecords;
    this.#inner = reader(
      this.#withoutHeaders(layout, (each) => {
        if (each.id >= firstId) row(each);
      }),
    );
    this.#head = [];
    this.push(all);
  }

  #holding(labels: LastLabels<SourceRow>, title: (fields: SourceRow['fields']) => string): (row: SourceRow) => void {
    return (row) => {
      const { guid = '' } = row.fields;
      for (const { line } of labels.add({ title: title(row.fields), guid: guid === '' ? undefined : guid }, row)) {
        const { records, firstLine } = this.#corrected;
        this.#corrected = { records: records + 1, firstLine: records === 0 ? line : Math.min(firstLine, line) };
      }
    };
  }

  /** Skips rows that repeat the header, as in concatenated tables, and the line below the header of Markdown. */
  #withoutHeaders(layout: TableLayout, row: (row: SourceRow) => void): (row: SourceRow) => void {
    if (layout.format !== 'delimited' || !layout.header) return row;
    const [title] = layout.titleColumns;
    const label = layout.labelColumn;
    const compared = title === undefined || label === undefined ? layout.columns : [title, label];
    return (each) => {
      if (each.id === this.#options.firstId && isRule(each.fields)) return;
      if (compared.some((name) => each.fields[name] !== name)) row(each);
      else if (this.#headers.records++ === 0) this.#headers.firstLine = each.line;
    };
  }

  /** @throws HeadwaterError `HW_USAGE` if the bytes are not UTF-8 and no other encoding is given */
  #encodingOf(head: Uint8Array, cut: boolean): string {
    const { encoding, charset, source } = this.#options;
    if (encoding !== undefined) return encoding;
    const utf = utfOf(head);
    if (utf !== undefined) return utf;
    const named = encodingOf(charset ?? '');
    if (isText(head, cut)) {
      // Servers often declare a wrong encoding. If the bytes contradict it, the bytes decide.
      const ascii = head.every((byte) => byte < 0x80);
      return ascii && named !== undefined && !named.startsWith('utf-16') ? named : 'utf-8';
    }
    if (named !== undefined && named !== 'utf-8') return named;
    throw notUtf8(source, head);
  }

  #readerFor(head: Uint8Array, whole: boolean, encoding: string): FoundReader {
    const options = this.#options;
    const { source } = options;
    const arff = readArff(head, source);
    if (arff !== undefined) {
      this.#before = arff.header.bytes;
      return this.#linesReader(head, whole, encoding, 'arff', arff.fieldsOf, arff.header);
    }
    const lines = this.#linesFormat(head);
    if (lines !== undefined) return this.#linesReader(head, whole, encoding, ...lines);
    // A spreadsheet's line `sep=;` gives the delimiter; it is not a header.
    const separator = SEPARATOR.exec(Buffer.from(head.subarray(0, 20)).toString('latin1'));
    const own = options.delimiter === undefined && separator !== null ? separator : undefined;
    const first = { bytes: own?.[0].length ?? 0, lines: own === undefined ? 0 : 1 };
    const form = findForm(head.subarray(first.bytes), whole, source, {
      quote: options.quote,
      quotes: options.quotes,
      comment: options.comment,
      header: options.header,
      skipLines: own === undefined ? options.skipLines : 0,
      delimiter: own?.[2] ?? options.delimiter,
      usualHeader: options.usualColumns?.header,
    });
    if (form === 'labelled') return this.#linesReader(head, whole, encoding, 'labelled-lines', labelledFields);
    const { header, before } = form;
    const { names } = form.sample;
    if (names.length === 0 && whole) refuseEmpty(source);
    const orange = header ? orangeHeader(form.sample) : undefined;
    const headers = orange?.records ?? (header ? surveyHeader(form.sample) : 0);
    const rows = form.sample.rows.slice(headers);
    const usualColumns = options.usualColumns ?? orange?.columns;
    const found = findColumns({ source, names, rows, open: false }, { ...options, usualColumns });
    const skippedLines = first.lines + before.lines;
    this.#before = first.bytes + before.bytes;
    const labelColumn = found.labelColumn ?? earlierLabel(names, options.usualColumns);
    const isLabelClass = labelColumn !== undefined && byValues({ names: [labelColumn], rows }).classes.length > 0;
    const { delimiter, quote = '"' } = form.format;
    return {
      layout: {
        source,
        format: 'delimited',
        delimiter,
        quote,
        skippedLines,
        header,
        encoding,
        columns: names,
        ...found,
      },
      skippedRecords: headers,
      reader: (row) =>
        new CsvReader(
          {
            source,
            columns: [],
            format: { ...checkedForm(form.format), header },
            rowNames: form.format.rowNames,
            repair:
              options.quotes === 'strict'
                ? undefined
                : repairRecord({
                    names,
                    titleColumns: found.titleColumns,
                    labelColumn,
                    delimiter,
                    classes: new Set(isLabelClass ? rows.map((each) => (each[labelColumn] ?? '').trim()) : []),
                  }),
            maxRecordBytes: options.maxRecordBytes,
            firstId: options.firstId,
            firstLine: 1 + skippedLines,
            undecodable: (bytes) => this.#keepUndecodable(bytes),
          },
          row,
          this.#events.reject,
        ),
    };
  }

  #linesReader(
    head: Uint8Array,
    whole: boolean,
    encoding: string,
    kind: 'json-lines' | 'fasttext' | 'labelled-lines' | 'arff',
    fieldsOf: FieldsOfLine,
    header = { bytes: 0, lines: 0 },
  ): FoundReader {
    const options = this.#options;
    const { source, madeOf } = options;
    const { names, rows } = sampleLines(head.subarray(header.bytes), whole, fieldsOf, {
      source,
      format: kind,
      firstLine: 1 + header.lines,
    });
    const open = kind === 'json-lines';
    const found = findColumns({ source, names, rows, open }, options);
    const format = madeOf ?? this.#document ?? kind;
    return {
      layout: {
        source,
        format,
        delimiter: undefined,
        skippedLines: 0,
        header: true,
        encoding,
        columns: names,
        ...found,
      },
      reader: (row) => new LinesReader({ ...options, firstLine: 1 + header.lines }, fieldsOf, row, this.#events.reject),
    };
  }

  /** Keeps the first records that are not UTF-8, to guess their encoding. */
  #keepUndecodable(bytes: Uint8Array): void {
    this.#undecodableCount++;
    if (this.#undecodableBytes >= HEAD_BYTES) return;
    this.#undecodable.push(Buffer.from(bytes));
    this.#undecodableBytes += bytes.length;
  }

  /**
   * The format of a table with one record per line, from its first characters or its name; undefined if it has
   * delimiters.
   */
  #linesFormat(head: Uint8Array): readonly ['json-lines' | 'fasttext', FieldsOfLine] | undefined {
    const { source, delimiter } = this.#options;
    if (delimiter !== undefined) return undefined;
    const start = Buffer.from(head.subarray(0, 256))
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart();
    if (/^(\S.*\s)?__label__\S/.test(start)) return ['fasttext', fastTextFields];
    if (this.#document !== undefined || start.startsWith('{') || /\.(jsonl|ndjson)(\.gz)?$/i.test(source))
      return ['json-lines', jsonFields];
    return undefined;
  }
}

/** The keys of a label that `headwater serve` and `headwater label` write. */
const LABEL_KEYS = ['title', 'category', 'labelled', 'predicted', 'model'];

/** Whether a table is a file of labels that people gave (`labelFile`). */
const isLabelFile = ({ format, columns }: TableLayout): boolean =>
  format === 'json-lines' && LABEL_KEYS.every((key) => columns.includes(key));

/**
 * The class column of earlier tables, if this table has it too. It helps to read records when no class is asked for.
 * Artifacts do not note the column `category`.
 */
const earlierLabel = (names: readonly string[], usual: UsualColumns | undefined): string | undefined =>
  names.find((name) => name === (usual?.labelColumn ?? 'category'));

/** Whether all fields are dashes, as below the header of a Markdown table: `|---|:--|`. */
const isRule = (fields: Readonly<Record<string, string>>): boolean => {
  const filled = Object.values(fields).flatMap((field) => (field.trim() === '' ? [] : [field.trim()]));
  return filled.length > 1 && filled.every((field) => /^:?-{2,}:?$/.test(field));
};

const refuseEmpty = (source: string): never => {
  throw new HeadwaterError(
    'HW_EMPTY',
    `${source} is empty: it has not even a header. Check that it is the table that you meant.`,
    { where: source },
  );
};
