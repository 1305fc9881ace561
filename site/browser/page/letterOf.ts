const MOST_SIGNS = 3;

/**
 * What stands in a marble: the type of an event, the first value of an object or a list, or the first word of any other
 * value. A number that has no room ends with `…`, so that it is not read as another number.
 */
export const letterOf = (text: string): string => {
  const type = /^\{ type: '([\w-]+)/.exec(text)?.[1];
  if (type !== undefined) return type.slice(0, MOST_SIGNS);
  const values = /^[\w$]* ?[[{]/.test(text) ? text.replaceAll(/(?<=[{,] )[\w$]+: /g, '') : text;
  const word = /-?\p{N}[\p{N}.]*|[\p{L}\p{N}]+/u.exec(/^[\w$]+ \{ (.+)/s.exec(values)?.[1] ?? values)?.[0] ?? '·';
  const isLongNumber = word.length > MOST_SIGNS && /^-?\d+$/.test(word);
  return isLongNumber ? `${word.slice(0, MOST_SIGNS - 1)}…` : word.slice(0, MOST_SIGNS);
};
