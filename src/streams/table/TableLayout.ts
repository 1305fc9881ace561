/**
 * The format of a table and the roles of its columns: as given by options, otherwise as detected from the first
 * records.
 */
export interface TableLayout {
  /** The path or URL of the table. */
  readonly source: string;
  /**
   * `json` is one JSON document, and `rasa` are examples of intents. A line of `labelled-lines` is a class, a space and
   * the text.
   */
  readonly format:
    'delimited' | 'json-lines' | 'json' | 'rasa' | 'fasttext' | 'labelled-lines' | 'arff' | 'parquet' | 'folder';
  /** The text between fields; undefined if the format has none. */
  readonly delimiter: string | undefined;
  /** The character around fields; undefined if the format has none. */
  readonly quote?: string | undefined;
  /** How many lines before the table were skipped. */
  readonly skippedLines: number;
  /** Whether the first record has the names of the columns. Otherwise the columns are named `1`, `2`, and so on. */
  readonly header: boolean;
  /** The encoding of the text, by its name in the Encoding standard, or else in iconv-lite. */
  readonly encoding: string;
  /** The names of the columns; for JSON lines, the keys of the first lines. */
  readonly columns: readonly string[];
  /** The columns that hold the text, in the order in which they are joined. Empty if none was requested. */
  readonly titleColumns: readonly string[];
  /** The column that holds the class. Undefined if none was requested, or if each class has a column. */
  readonly labelColumn: string | undefined;
  /**
   * The columns of the classes, if each class has a column of its own: the class of a row is the column with the 1.
   * Undefined if one column holds the classes.
   */
  readonly classColumns?: readonly string[] | undefined;
  /**
   * How the columns were found: given by options (`asked`), the same as in earlier tables (`usual`), by their `names`,
   * or by their `values`.
   */
  readonly foundBy: 'asked' | 'usual' | 'names' | 'values';
  /** Other columns that could hold the text. */
  readonly otherTitleColumns: readonly string[];
}
