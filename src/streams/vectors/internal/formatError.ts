import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** The error for a word-vector file that cannot be read. */
export const formatError = (where: string, why: string, remedy: string): HeadwaterError =>
  new HeadwaterError('HW_VECTORS', `${where} ${why}. ${remedy}`, { where });

/** The remedy for a damaged file. */
export const AGAIN = 'Take the file from its maker again.';
