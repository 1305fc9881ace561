import { listNames as listShortened } from '../../contracts/messages/listNames.js';

/**
 * Column names in quotes for a message: the first few, and the number of the others. The list is bounded because a
 * table may have 100,000 columns, and a name may be as long as a record.
 */
export const listNames = (names: readonly string[]): string => listShortened(names, 10, 40);
