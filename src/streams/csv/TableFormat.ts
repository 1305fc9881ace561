import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The format of the records of a table. */
export interface TableFormat {
  /** The text between fields, such as a semicolon or `|||`: at most 16 bytes of UTF-8. Default: a comma. */
  readonly delimiter?: string | undefined;
  /** The ASCII character around fields; '' if quotes are data. Default `"`. */
  readonly quote?: string | undefined;
  /**
   * How a quote at an invalid position is handled. `strict` rejects the record. `lenient` reads it as data, as pandas
   * does: `The 12" record,A` has two fields. Default `strict`.
   */
  readonly quotes?: 'strict' | 'lenient' | undefined;
  /**
   * Whether the first record has the names of the columns. Otherwise the columns are named `1`, `2`, and so on. Default
   * true.
   */
  readonly header?: boolean | undefined;
  /** The ASCII character at the start of a comment line. Comment lines are skipped. Default: none. */
  readonly comment?: string | undefined;
}

/** A checked format, with characters as byte values; −1 means none. */
export interface CheckedFormat {
  /** The bytes of the delimiter, at least one. */
  readonly delimiter: Uint8Array;
  readonly quote: number;
  readonly lenient: boolean;
  readonly header: boolean;
  readonly comment: number;
  /** Whether spaces are allowed between a delimiter and the quotes around a field. */
  readonly padded: boolean;
}

/** The types of the options of a table, for `checkTypes`. */
export const TABLE_TYPES = {
  delimiter: 'string',
  quote: 'string',
  quotes: ['strict', 'lenient'],
  header: 'boolean',
  comment: 'string',
  encoding: 'string',
  snapshotDir: 'string',
  offline: 'boolean',
} as const;

const NONE = -1;

/** The longest delimiter, in bytes. */
const LONGEST_DELIMITER = 16;

const requireCharacter = (name: string, character: string): number => {
  if (/^[\0-\x7f]$/.test(character) && !/[\r\n]/.test(character)) return character.charCodeAt(0);
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} must be one ASCII character, and no line break, not ${JSON.stringify(character.slice(0, 20))}.`,
  );
};

const requireDelimiter = (delimiter: string): Uint8Array => {
  const bytes = Buffer.from(delimiter);
  if (bytes.length > 0 && bytes.length <= LONGEST_DELIMITER && !/[\r\n]/.test(delimiter)) return bytes;
  throw new HeadwaterError(
    'HW_USAGE',
    `delimiter must be a text of 1 to ${LONGEST_DELIMITER} bytes without line breaks, ` +
      `not ${JSON.stringify(delimiter.slice(0, 20))}.`,
  );
};

/**
 * @throws HeadwaterError `HW_USAGE` for equal characters, for a line break, for a delimiter that is empty or too long,
 *   and for a quote or comment that is not one ASCII character
 */
export const checkFormat = (format: TableFormat): CheckedFormat => {
  const { delimiter = ',', quote = '"', quotes = 'strict', header = true, comment } = format;
  const checked = {
    delimiter: requireDelimiter(delimiter),
    quote: quote === '' ? NONE : requireCharacter('quote', quote),
    lenient: quotes === 'lenient',
    header,
    comment: comment === undefined || comment === '' ? NONE : requireCharacter('comment', comment),
    padded: false,
  };
  const isSame =
    checked.delimiter.includes(checked.quote) ||
    checked.delimiter[0] === checked.comment ||
    (checked.quote === checked.comment && checked.quote !== NONE);
  if (!isSame) return checked;
  throw new HeadwaterError('HW_USAGE', 'delimiter, quote and comment must be different characters.');
};
