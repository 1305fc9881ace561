import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Split } from '../../operators/rows/prepare.js';
import { excerpt } from '../../text/excerpt.js';

/** Rows below which the number of classes says little. */
const FEW_ROWS = 50;

/**
 * Refuses a label column of nearly unique values: a text, a name or an identifier, and no class.
 *
 * @throws HeadwaterError `HW_USAGE` where there are so many classes
 */
export const checkClasses = ({ rows, labelEncoder: { size, classes } }: Split): void => {
  const all = rows.train + rows.validation + rows.test;
  if (all < FEW_ROWS || size < all / 3) return;
  const examples = classes.slice(0, 3).map((name) => JSON.stringify(excerpt(name)));
  throw new HeadwaterError(
    'HW_USAGE',
    `The label column has ${size} different values in ${all} rows, such as ${examples.join(', ')}: they are no classes. Name the column that holds the class by --label-column.`,
  );
};
