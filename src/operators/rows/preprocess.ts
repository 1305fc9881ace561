import { map, type OperatorFunction } from 'rxjs';
import type { Headline, Preprocessed } from '../../contracts/rows/Row.js';
import { type ReadingOptions, stepsOf, textPath } from '../../text/textPath.js';
import { copyWith } from '../internal/copyWith.js';

/**
 * Adds to each headline its preprocessed text: lower case, without stop words and parentheses, words one space apart.
 *
 * ```marbles
 * source: --a-----b-----|   a: { id: 0, title: 'The Ferry Returns' }
 *         preprocess()
 * result: --p-----q-----|   p: { id: 0, title: 'The Ferry Returns', text: 'ferry returns' }
 * ```
 *
 * What a row has besides stays as it was. Without `text`, what is done to the title is the lesson's, as
 * `textPreprocessor` says. Where nothing is
 * left of it the text is empty, and the row goes on all the same.
 *
 * It holds no rows. Errors: those of the source.
 *
 * @param options what is done to the titles; by default the lesson's, with the 179 words of `STOP_WORDS`
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
