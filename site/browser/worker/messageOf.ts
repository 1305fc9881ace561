import { formatValue } from './formatValue.js';

/** What a program threw, in words. It never throws: a program may throw anything. */
export const messageOf = (error: unknown): string => {
  try {
    if (!(error instanceof Error)) return formatValue(error);
    return `${error.message}${'code' in error ? ` [${String(error.code)}]` : ''}`;
  } catch {
    return formatValue(error);
  }
};
