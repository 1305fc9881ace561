/** The first line of an error message. The messages of library loaders have many lines. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1).join('');
