import { namedCode } from './unnamedErrors.js';

/**
 * The code that the system, Node or a client library gave an error, such as `ENOENT`; undefined if the error has none.
 */
export const codeOf = (error: unknown): string | number | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return namedCode(code);
  return typeof code === 'number' ? code : undefined;
};
