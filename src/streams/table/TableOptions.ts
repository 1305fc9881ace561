import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import type { RetryOptions } from '../bodies/http/retries/RetryOptions.js';
import type { KeepOptions } from '../bodies/openBody.js';
import type { TableFormat } from '../csv/TableFormat.js';
import type { Pacing } from '../pacing/Pacing.js';
import type { TableLayout } from './TableLayout.js';

/** The columns that earlier tables had texts and classes in. */
export interface UsualColumns {
  readonly titleColumns: readonly string[];
  readonly labelColumn: string;
  /** False where they had no header: then this one has none either, unless its first record has names that are known. */
  readonly header?: boolean | undefined;
}

/** How tables of any kind are read. */
export interface FetchTableOptions extends BodyOptions, RetryOptions, KeepOptions, Pacing, TableFormat {
  /** The character between fields, one of ASCII. Default: found from the name and the first records. */
  readonly delimiter?: string | undefined;
  /** How many lines stand before the table, and are left out. Default: found from the first lines. */
  readonly skipLines?: number | undefined;
  /** Whether the first record has names. Default: found from the first records. */
  readonly header?: boolean | undefined;
  /** What becomes of a quote where none may stand. Default `lenient`. */
  readonly quotes?: TableFormat['quotes'] | undefined;
  /**
   * The encoding of the text: a label of the WHATWG's, such as `windows-1252`. Default: that of a byte order mark, else
   * UTF-16 where every other byte is zero, else UTF-8, else that which the server names.
   */
  readonly encoding?: string | undefined;
  /** The columns that hold the text. Default: found by their names or values. Empty: none is looked for. */
  readonly titleColumns?: readonly string[] | undefined;
  /** The column that holds the class. Default: found by its name or values. Null: none is looked for. */
  readonly labelColumn?: string | null | undefined;
  /**
   * The columns that earlier tables had these in: taken where the table has them all, unless others are asked for.
   * Default: none.
   */
  readonly usualColumns?: UsualColumns | undefined;
  /**
   * Where records go that cannot be read. Default: none, and the first such record ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /** The longest record. Bytes; default 1,048,576. */
  readonly maxRecordBytes?: number | undefined;
  /** Is told of each table's layout, before its first row, in the first pass. */
  readonly onLayout?: ((layout: TableLayout) => void) | undefined;
  /** Is told at the end of each table what was unusual in it, in the first pass. */
  readonly onNotice?: ((notice: TableNotice) => void) | undefined;
}

/** What a table had that a person may want to know of. */
export type TableNotice =
  /** Records with a quote where none may stand, which was read as data. */
  | { readonly type: 'quotes'; readonly source: string; readonly records: number; readonly firstLine: number }
  /** Records with more fields than the header has, which were read as text that has delimiters in it. */
  | { readonly type: 'wide'; readonly source: string; readonly records: number; readonly firstLine: number }
  /** Records that repeat the header, and were left out. */
  | { readonly type: 'header'; readonly source: string; readonly records: number; readonly firstLine: number }
  /** Records that are not UTF-8, and the encoding that they most likely have. */
  | { readonly type: 'encoding'; readonly source: string; readonly records: number; readonly likely: string };
