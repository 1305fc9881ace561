import { isUtf8 } from 'node:buffer';
import { decode, encode } from 'iconv-lite';

// The first two bytes of a character in UTF-8, read as windows-1252: `Ã¼` for ü, `â€` for a quotation mark.
const SUSPECT =
  /[\u00c2-\u00f4][\u00a0-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]/;

/**
 * A text whose UTF-8 was read as windows-1252 by the program that wrote the feed, as it was meant: `KÃ¶ln` is Köln.
 *
 * Only if all of its characters together are valid UTF-8, which no other text is by chance.
 */
export const withoutMojibake = (text: string): string => {
  if (!SUSPECT.test(text)) return text;
  const bytes = encode(text, 'windows-1252');
  return isUtf8(bytes) && decode(bytes, 'windows-1252') === text ? bytes.toString('utf8') : text;
};
