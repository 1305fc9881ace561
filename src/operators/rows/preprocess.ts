import { map, type OperatorFunction } from 'rxjs';
import type { Headline, Preprocessed } from '../../contracts/rows/Row.js';
import { type ReadingOptions, stepsOf, textPath } from '../../text/textPath.js';
import { copyWith } from '../internal/copyWith.js';

/**
 * Adds its preprocessed text to each headline: lower case, without stop words and parentheses, with one space between
 * words.
 *
 * ```marbles
 * source: --a-----b-----|   a: { id: 0, title: 'The Ferry Returns' }
 *         preprocess()
 * result: --p-----q-----|   p: { id: 0, title: 'The Ferry Returns', text: 'ferry returns' }
 * ```
 *
 * The other fields of a row stay the same. Without `text`, the title is preprocessed as in the lesson (see
 * `textPreprocessor`). A row whose text is empty is emitted too.
 *
 * Holds no rows. Errors: those of the source.
 *
 * @param options how titles are preprocessed; by default as in the lesson, with the 179 words of `STOP_WORDS`
 * @throws HeadwaterError `HW_USAGE` when a stop word is empty
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { preprocess } from 'headwater';
 * of({ id: 0, title: 'The Ferry Returns to Port' })
 *   .pipe(preprocess())
 *   .subscribe(({ text }) => console.log(text)); // ferry returns port
 * ```
 */
export const preprocess = <R extends Headline>(options: ReadingOptions = {}): OperatorFunction<R, Preprocessed<R>> => {
  const { textOf } = textPath(stepsOf(options));
  return map((row) => copyWith(row, 'text', textOf(row.title)));
};
