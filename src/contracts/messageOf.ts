import { namedMessage } from './unnamedErrors.js';

/** The message of an error, or a thrown value of another kind as text. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? namedMessage(error.message) : String(error);
