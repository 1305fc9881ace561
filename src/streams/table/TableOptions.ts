import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import type { RetryOptions } from '../bodies/http/retries/RetryOptions.js';
import type { KeepOptions } from '../bodies/openBody.js';
import type { TableFormat } from '../csv/TableFormat.js';
import type { Pacing } from '../pacing/Pacing.js';
import type { TableLayout } from './TableLayout.js';

/** The columns that held the text and the class in earlier tables. */
export interface UsualColumns {
  readonly titleColumns: readonly string[];
  readonly labelColumn: string;
  /** The columns of the classes, if each class had a column. */
  readonly classColumns?: readonly string[] | undefined;
  /**
   * False if the earlier tables had no header. Then this table has none either, unless its first record has known
   * names.
   */
  readonly header?: boolean | undefined;
}

/** Options for reading tables of any supported format. */
export interface FetchTableOptions extends BodyOptions, RetryOptions, KeepOptions, Pacing, TableFormat {
  /** The text between fields, such as a semicolon or `|||`. Default: detected from the name and the first records. */
  readonly delimiter?: string | undefined;
  /** How many lines before the table to skip. Default: detected from the first lines. */
  readonly skipLines?: number | undefined;
  /** Whether the first record has the names of the columns. Default: detected from the first records. */
  readonly header?: boolean | undefined;
  /** How a quote at an invalid position is handled. Default `lenient`. */
  readonly quotes?: TableFormat['quotes'] | undefined;
  /**
   * The encoding of the text: a label of the Encoding standard such as `windows-1252`, or of iconv-lite such as
   * `cp850`. Default: that of a byte order mark, else UTF-16 if every other byte is zero, else UTF-8, else the encoding
   * that the server declares.
   */
  readonly encoding?: string | undefined;
  /**
   * The columns that hold the text. Default: found by their names or values. If empty, no text column is searched for.
   */
  readonly titleColumns?: readonly string[] | undefined;
  /**
   * The column that holds the class. Several names with commas between them are the columns of the classes: a row has
   * the class whose column has a 1 (or `true`, `yes` or `x`). Default: found by its name or values. If null, no class
   * column is searched for.
   */
  readonly labelColumn?: string | null | undefined;
  /**
   * The columns that held the text and the class in earlier tables. The same columns are used here if this table has
   * them and the options do not give others. Default: none.
   */
  readonly usualColumns?: UsualColumns | undefined;
  /**
   * Receives the records that cannot be read. Default: none, so that the first such record ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /** The longest record. Bytes; default 1,048,576. */
  readonly maxRecordBytes?: number | undefined;
  /** Receives the layout of each table, before its first row, in the first pass. Default: none. */
  readonly onLayout?: ((layout: TableLayout) => void) | undefined;
  /** Receives the notices about each table, at its end, in the first pass. Default: none. */
  readonly onNotice?: ((notice: TableNotice) => void) | undefined;
}

/** Something unusual in a table that the user may want to know. */
export type TableNotice =
  /** Records with a quote at an invalid position, which was read as data. */
  | { readonly type: 'quotes'; readonly source: string; readonly records: number; readonly firstLine: number }
  /**
   * Records with more fields than the header has, which were read as a text that contains delimiters, or as empty
   * fields at the end.
   */
  | { readonly type: 'wide'; readonly source: string; readonly records: number; readonly firstLine: number }
  /** Records that repeat the header, and were skipped. */
  | { readonly type: 'header'; readonly source: string; readonly records: number; readonly firstLine: number }
  /** Labels that a later label of the same headline corrects, and the line of the first one. They were left out. */
  | { readonly type: 'corrected'; readonly source: string; readonly records: number; readonly firstLine: number }
  /** Records that are not UTF-8, and their most likely encoding. */
  | { readonly type: 'encoding'; readonly source: string; readonly records: number; readonly likely: string }
  /** Bytes after the end of the gzip data, such as text that was appended to the file. They were not read. */
  | { readonly type: 'surplus'; readonly source: string; readonly bytes: number };
