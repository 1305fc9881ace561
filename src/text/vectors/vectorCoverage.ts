import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import type { WordVectors } from './WordVectors.js';

/** The share of the tokens of texts that have a vector. */
export interface VectorCoverage {
  /** The number of tokens of all texts; a repeated token counts each time. */
  readonly tokens: number;
  /** The number of these tokens that have a vector. */
  readonly withVector: number;
  /** `withVector ÷ tokens`, from 0 to 1; 0 where there is no token. */
  readonly share: number;
}

/**
 * Counts the tokens of the texts that have a vector, and emits the result when the stream completes.
 *
 * ```marbles
 * texts$:    --a----b----|
 *            vectorCoverage(vectors)
 * coverage$: ------------(c|)
 * ```
 *
 * Memory: two numbers. Errors: those of the source.
 *
 * @param vectors the word vectors
 * @param charLevel whether tokens are characters instead of words. Default false
 *
 * @example
 * ```ts
 * import { from, of } from 'rxjs';
 * import { collectVectors, vectorCoverage } from 'headwater';
 * of({ word: 'ferry', values: Float32Array.of(1) })
 *   .pipe(collectVectors())
 *   .subscribe((vectors) => {
 *     from(['ferry to port', 'ferry'])
 *       .pipe(vectorCoverage(vectors))
 *       .subscribe(({ share }) => console.log(share)); // 0.5
 *   });
 * ```
 */
export const vectorCoverage =
  (vectors: WordVectors, charLevel = false): OperatorFunction<string, VectorCoverage> =>
  (texts$) =>
    defer(() =>
      texts$.pipe(
        reduce(
          (sum, text) => {
            if (text === '') return sum;
            const ids = vectors.idsOf(text, charLevel);
            sum.tokens += ids.length;
            for (const id of ids) if (id > 0) sum.withVector++;
            return sum;
          },
          { tokens: 0, withVector: 0 },
        ),
        map(({ tokens, withVector }) => ({ tokens, withVector, share: tokens === 0 ? 0 : withVector / tokens })),
      ),
    );
