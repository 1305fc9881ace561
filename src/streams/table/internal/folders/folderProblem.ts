import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';

/** The error for a folder, or a file in it, that cannot be read as texts and classes. */
export const folderProblem = (path: string, message: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_PATH', message, { where: path, cause });
