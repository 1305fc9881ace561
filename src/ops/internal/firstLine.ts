/** The first line of what an error says: loaders of libraries go on for many. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1).join('');
