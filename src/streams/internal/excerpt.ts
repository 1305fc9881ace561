const LENGTH = 80;

/**
 * The beginning of some bytes as text, for a rejection's `got`: at most 80 characters, the last of them an ellipsis
 * where more followed.
 *
 * Bytes that are no UTF-8 show as U+FFFD.
 */
export const excerpt = (bytes: Buffer, start: number, end: number): string => {
  // No character of UTF-8 takes more than four bytes, so one past the limit is enough to know that there is more.
  const text = Array.from(bytes.toString('utf8', start, Math.min(end, start + 4 * (LENGTH + 1))));
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1).join('')}…` : text.join('');
};
