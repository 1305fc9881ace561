/**
 * The code that the system, Node or a client library gave an error, such as `ENOENT`; undefined if the error has none.
 */
export const codeOf = (error: unknown): string | number | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
};
