import { checkArgument } from '../../contracts/checkArgument.js';

/**
 * Rejects an argument that is missing, or is not a split.
 *
 * @param call the function that was given it, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkSplit = (call: string, split: unknown): void =>
  checkArgument(call, 'split', split, 'a split, such as prepare() emits', ['rows', 'labelEncoder']);
