/**
 * A value as JSON text; undefined if it is nested too deeply. `JSON.parse` reads any depth, but `JSON.stringify` calls
 * itself for each level, and the stack has an end.
 */
export const jsonText = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};
