import { wordsOf } from '../../../src/operators/live/internal/wordsOf.js';

const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

/** A word of a text as it stands there, with the marks around it, and where it ends. */
export interface Word {
  readonly word: string;
  readonly end: number;
}

/**
 * The words of a text: what stands between its spaces. Scripts that have no spaces, such as Chinese and Thai, are
 * divided by the dictionary of the browser.
 */
export const wordEnds = (text: string): readonly Word[] =>
  Array.from(text.matchAll(/\S+/g), ({ 0: chunk, index }): readonly Word[] => {
    const starts = UNSPACED.test(chunk) ? wordsOf(chunk).map(({ start }) => start) : [];
    // Marks before the first word belong to it.
    const bounds = [0, ...starts.slice(1), chunk.length];
    return bounds.slice(1).map((end, at) => ({ word: chunk.slice(bounds[at], end), end: index + end }));
  }).flat();
