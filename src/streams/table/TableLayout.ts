/** How a table is written, and which of its columns hold what: as given, and else as found in its first records. */
export interface TableLayout {
  /** The path or address of the table. */
  readonly source: string;
  /** `json` is one document; `labelled-lines` have a class first, then a blank and the text. */
  readonly format: 'delimited' | 'json-lines' | 'json' | 'fasttext' | 'labelled-lines' | 'parquet' | 'folder';
  /** The character between fields; undefined where the format has none. */
  readonly delimiter: string | undefined;
  /** The character around fields; undefined where the format has none. */
  readonly quote?: string | undefined;
  /** How many lines before the table were left out. */
  readonly skippedLines: number;
  /** Whether the first record has the names of the columns. Else they are called `1`, `2`, and so on. */
  readonly header: boolean;
  /** The encoding of the text, by the WHATWG's name. */
  readonly encoding: string;
  /** The names of the columns; of JSON lines, those that the first lines have. */
  readonly columns: readonly string[];
  /** The columns that hold the text, in the order in which they are joined. Empty where none was looked for. */
  readonly titleColumns: readonly string[];
  /** The column that holds the class. Undefined where none was looked for. */
  readonly labelColumn: string | undefined;
  /** How the columns were found: `asked` for, those of earlier tables (`usual`), by their `names`, or by their `values`. */
  readonly foundBy: 'asked' | 'usual' | 'names' | 'values';
  /** Columns that the text could be in as well. */
  readonly otherTitleColumns: readonly string[];
}
