import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** The error of a file of word vectors that cannot be read as one. */
export const formatError = (where: string, why: string, remedy: string): HeadwaterError =>
  new HeadwaterError('HW_VECTORS', `${where} ${why}. ${remedy}`, { where });

/** What to do about a file that is damaged. */
export const AGAIN = 'Take the file from its maker again.';
