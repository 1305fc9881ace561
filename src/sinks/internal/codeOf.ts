/** The code that the system or Node gave an error, such as `ENOENT`; undefined if it has none. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
