import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** How the records of a table are written. */
export interface TableFormat {
  /** The character between fields, one of ASCII. Default a comma. */
  readonly delimiter?: string | undefined;
  /** The character around fields, one of ASCII; '' where quotes are data. Default `"`. */
  readonly quote?: string | undefined;
  /**
   * What becomes of a quote where none may stand. `strict` rejects the record. `lenient` reads it as data, as pandas
   * does: `The 12" record,A` has two fields. Default `strict`.
   */
  readonly quotes?: 'strict' | 'lenient' | undefined;
  /**
   * Whether the first record has the names of the columns. Without it they are called by their numbers, `1`, `2`, and so
   * on. Default true.
   */
  readonly header?: boolean | undefined;
  /** The character that a line of comment begins with, one of ASCII. Default: none. */
  readonly comment?: string | undefined;
}

/** The same, checked, with characters as their bytes; −1 stands for none. */
export interface CheckedFormat {
  readonly delimiter: number;
  readonly quote: number;
  readonly lenient: boolean;
  readonly header: boolean;
  readonly comment: number;
  /** Whether blanks may stand between a delimiter and the quotes around a field. */
  readonly padded: boolean;
}

const NONE = -1;

const requireCharacter = (name: string, character: string): number => {
  if (/^[\0-\x7f]$/.test(character) && !/[\r\n]/.test(character)) return character.charCodeAt(0);
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} must be one ASCII character, and no line break, not ${JSON.stringify(character.slice(0, 20))}.`,
  );
};

/** @throws HeadwaterError `HW_USAGE` for characters that cannot be told apart, or that are not one byte */
export const checkFormat = (format: TableFormat): CheckedFormat => {
  const { delimiter = ',', quote = '"', quotes = 'strict', header = true, comment } = format;
  const checked = {
    delimiter: requireCharacter('delimiter', delimiter),
    quote: quote === '' ? NONE : requireCharacter('quote', quote),
    lenient: quotes === 'lenient',
    header,
    comment: comment === undefined || comment === '' ? NONE : requireCharacter('comment', comment),
    padded: false,
  };
  const used = [checked.delimiter, checked.quote, checked.comment].filter((byte) => byte !== NONE);
  if (new Set(used).size === used.length) return checked;
  throw new HeadwaterError('HW_USAGE', 'delimiter, quote and comment must be different characters.');
};
