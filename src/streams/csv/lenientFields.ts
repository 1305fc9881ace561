import type { CheckedFormat } from './TableFormat.js';

/**
 * Reads a field with a misplaced quote as pandas does: quotes at the beginning and the end of the field are removed, a
 * doubled quote between them is one quote, and any other quote is data.
 *
 * @param written the field as in its record
 * @param quote the character around fields
 */
const lenientField = (written: string, quote: string): string => {
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

/**
 * The fields of a record with misplaced quotes or padded fields.
 *
 * @param written the fields as in the record
 * @param literal whether all quotes of the record are data
 */
export const lenientFields = (
  written: readonly string[],
  { quote, padded }: CheckedFormat,
  literal: boolean,
): readonly string[] => {
  const plain = padded ? written.map((field) => field.trim()) : written;
  if (literal) return plain;
  const character = String.fromCharCode(quote);
  return plain.map((field) => lenientField(field, character));
};
