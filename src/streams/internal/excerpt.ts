const LENGTH = 80;

/**
 * The first bytes as text, for a rejection's `got`: at most 80 characters. If the text is cut, the last character is an
 * ellipsis.
 *
 * Invalid UTF-8 becomes U+FFFD.
 */
export const excerpt = (bytes: Buffer, start: number, end: number): string => {
  // A UTF-8 character has at most four bytes. One character above the limit is enough to know that the text is cut.
  const text = Array.from(bytes.toString('utf8', start, Math.min(end, start + 4 * (LENGTH + 1))));
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1).join('')}…` : text.join('');
};
