import stringWidth from 'string-width';
import { printable } from '../../terminal/printable.js';

const ASCII = /^[ -~]*$/;

/** What a reader sees as one character: an emoji of five code points must not be cut into two other ones. */
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that a text takes on a terminal. */
export const widthOf = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** A text that anyone may have written, on one line and with nothing in it that acts on the terminal. */
export const oneLine = (text: string): string => printable(text.replaceAll(/\s+/g, ' ').trim());

/**
 * As much of a text as fits into some columns, with an ellipsis for the rest.
 *
 * @param ellipsis what stands for the rest; it takes room too
 */
export const cutText = (text: string, columns: number, ellipsis: string): string => {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  // Too narrow for a letter and an ellipsis: neither is worth having.
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

/** A text cut to some columns, and filled up to them with spaces. */
export const fitText = (text: string, columns: number, ellipsis: string): string => {
  const cut = cutText(text, columns, ellipsis);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
};
