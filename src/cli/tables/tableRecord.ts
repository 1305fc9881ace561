import type { TableRecord } from '../../contracts/training/TrainingRecord.js';
import type { TableLayout } from '../../streams/table/TableLayout.js';
import type { ClassRecords } from './classNames.js';
import type { TableFlags } from './tableOptions.js';

/** So many left-out classes are kept. */
const MOST_LEFT_OUT = 10_000;

/**
 * What is kept of how a table was read, for the tables that the model will be measured on.
 *
 * @returns undefined where the columns are `title` and `category`, and nothing was said
 */
export const recordOfTable = (
  { titleColumns, labelColumn = '' }: TableLayout,
  { delimiter, quote, header, comment, encoding, skipLines }: TableFlags,
  classNames: ClassRecords | undefined,
  leftOut: readonly string[],
): TableRecord | undefined => {
  const said = {
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
