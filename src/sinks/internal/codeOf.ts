/** The code that the system or Node gave an error, such as `ENOENT`; undefined where there is none. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
