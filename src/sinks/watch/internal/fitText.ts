import stringWidth from 'string-width';
import { printable } from '../../terminal/printable.js';

const ASCII = /^[ -~]*$/;

/** User-perceived characters: an emoji of several code points must not be split into other emoji. */
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The number of columns that a text takes on a terminal. */
export const widthOf = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** Characters that only say where a line may be broken. Terminals differ in whether they take a column. */
const BREAKS = /[\u00ad\u200b\u2060\ufeff]/g;

/** Untrusted text, made one line without control characters. */
export const oneLine = (text: string): string => printable(text.replaceAll(BREAKS, '').replaceAll(/\s+/g, ' ').trim());

/**
 * As much of a text as fits into the columns, with an ellipsis in place of the rest.
 *
 * @param ellipsis the text in place of the rest; its width counts too
 */
export const cutText = (text: string, columns: number, ellipsis: string): string => {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  // Too narrow for one character and the ellipsis.
  if (room < 1) return '';
  if (ASCII.test(text)) return text.slice(0, room) + ellipsis;
  let fits = '';
  let left = room;
  for (const { segment } of graphemes.segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    fits += segment;
  }
  return fits + ellipsis;
};

/** A text cut to a number of columns, and padded to it with spaces. */
export const fitText = (text: string, columns: number, ellipsis: string): string => {
  const cut = cutText(text, columns, ellipsis);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
};
