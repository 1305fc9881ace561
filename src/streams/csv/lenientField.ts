/**
 * Reads a field with a misplaced quote as pandas does: quotes at the beginning and the end of the field are removed, a
 * doubled quote between them is one quote, and any other quote is data.
 *
 * @param written the field as in its record
 * @param quote the character around fields
 */
export const lenientField = (written: string, quote: string): string => {
  if (!written.startsWith(quote)) return written;
  let text = '';
  let from = 1;
  for (;;) {
    const to = written.indexOf(quote, from);
    if (to === -1) return text + written.slice(from);
    text += written.slice(from, to);
    if (written[to + 1] !== quote) return text + written.slice(to + 1);
    text += quote;
    from = to + 2;
  }
};
