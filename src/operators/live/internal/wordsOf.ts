import { kindAt, UNSPACED } from '../../../text/unicode/characterKinds.js';
import { wordSegmenter } from '../../../text/unicode/wordSegmenter.js';

/** A run of letters and digits, with single marks between them as in `don't`, `U.S` or `state-of-the-art`. */
const RUN = /[\p{L}\p{N}\p{M}]+(?:['’.&-][\p{L}\p{N}\p{M}]+)*/gu;

const hasUnspaced = (run: string): boolean => {
  for (let at = 0; at < run.length; at++) if (kindAt(run, at) === UNSPACED) return true;
  return false;
};

/** A word of a title, and the position at which it begins. */
export interface PlacedWord {
  readonly word: string;
  readonly start: number;
}

/**
 * The words of a title for its reader, whatever the tokens of the model are. Scripts without spaces between words, such
 * as Chinese and Thai, are divided by the dictionary of the engine: the effect of a whole sentence explains nothing.
 */
export const wordsOf = (title: string): readonly PlacedWord[] =>
  Array.from(title.matchAll(RUN), ({ 0: run, index }): readonly PlacedWord[] => {
    if (!hasUnspaced(run)) return [{ word: run, start: index }];
    return Array.from(wordSegmenter().segment(run), ({ segment, index: within, isWordLike }) =>
      isWordLike === true ? [{ word: segment, start: index + within }] : [],
    ).flat();
  }).flat();
