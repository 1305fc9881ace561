/**
 * A value as one word of a POSIX shell, for commands in messages. Words without special characters stay as they are;
 * others stand in apostrophes: `'l'\''avis'` for `l'avis`.
 */
export const shellWord = (value: string): string =>
  /^[\p{L}\p{M}\p{N}_.,:/@%+-]+$/u.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
