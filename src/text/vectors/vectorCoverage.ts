import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import type { WordVectors } from './WordVectors.js';

/** How many tokens of some texts have a vector. */
export interface VectorCoverage {
  /** The tokens of all texts, repeated ones counted each time. */
  readonly tokens: number;
  /** How many of them have a vector. */
  readonly withVector: number;
  /** `withVector ÷ tokens`, from 0 to 1; 0 where there is no token. */
  readonly share: number;
}

/**
 * Counts how many tokens of the texts have a vector, and emits it when the stream completes.
 *
 * ```marbles
 * texts$:    --a----b----|
 *            vectorCoverage(vectors)
 * coverage$: ------------(c|)
 * ```
 *
 * Holds two numbers. Errors: those of the source.
 *
 * @param vectors the word vectors
 * @param charLevel whether tokens are characters instead of words. Default false @example
 * ```ts
 * import { from, of } from 'rxjs';
 * import { collectVectors, vectorCoverage } from 'headwater';
 * of({ word: 'ferry', values: Float32Array.of(1) })
 *   .pipe(collectVectors())
 *   .subscribe((vectors) => {
 *     from(['ferry to port', 'ferry']).pipe(vectorCoverage(vectors)).subscribe(({ share }) => console.log(share)); // 0.5
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
