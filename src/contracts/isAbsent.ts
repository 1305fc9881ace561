import { codeOf } from './codeOf.js';

/** Whether an error of the file system says that nothing has a path, or that a part of the path is no folder. */
export const isAbsent = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
