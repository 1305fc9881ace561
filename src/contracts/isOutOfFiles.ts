import { codeOf } from './codeOf.js';

/** Whether an error, or its cause, says that the process or the machine may open no more files at the moment. */
export const isOutOfFiles = (error: unknown): boolean => {
  const code = codeOf(error);
  if (code === 'EMFILE' || code === 'ENFILE') return true;
  return error instanceof Error && error.cause !== undefined && isOutOfFiles(error.cause);
};
