import type { TableRecord } from '../../contracts/training/TrainingRecord.js';
import type { TableLayout } from '../../streams/table/TableLayout.js';
import type { ClassRecords } from './classNames.js';
import type { TableFlags } from './tableOptions.js';

/** The maximum number of stored classes that were left out. */
const MOST_LEFT_OUT = 10_000;

/**
 * The stored form of a table, for later tables on which the model is measured.
 *
 * @returns undefined if the columns are `title` and `category`, and the user gave no options
 */
export const recordOfTable = (
  { titleColumns, labelColumn = '', classColumns }: TableLayout,
  { delimiter, quote, header, comment, encoding, skipLines }: TableFlags,
  classNames: ClassRecords | undefined,
  leftOut: readonly string[],
): TableRecord | undefined => {
  const said = {
    ...(classColumns === undefined ? {} : { classColumns }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(header === false ? { header } : {}),
    ...(comment === undefined ? {} : { comment }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(classNames === undefined ? {} : { classNames }),
    ...(leftOut.length === 0 ? {} : { leftOut: leftOut.slice(0, MOST_LEFT_OUT) }),
  };
  const isUsual = titleColumns.length === 1 && titleColumns[0] === 'title' && labelColumn === 'category';
  return isUsual && Object.keys(said).length === 0 ? undefined : { titleColumns, labelColumn, ...said };
};
