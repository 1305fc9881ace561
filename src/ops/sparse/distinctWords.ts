import { checkArgument } from '../../contracts/checkArgument.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';

/** The distinct words of a batch. */
export interface DistinctWords {
  /** The token of each word, in the order of first occurrence, shape [U]. */
  readonly tokens: Int32Array;
  /** The row of each word in the table of vectors, shape [U]; zeros if the batch has no `vectorIds`. */
  readonly vectorIds: Int32Array;
  /** The index of the word of each token of the batch, shape [B, T]; −1 past the length of a row. */
  readonly places: Int32Array;
}

/** Larger than the number of rows of any table of vectors. Its product with a token is still an exact whole number. */
const MOST_VECTORS = 2 ** 31;

/**
 * Finds the distinct words of a batch. Two words are equal if their tokens and their vectors are equal.
 *
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { distinctWords } from 'headwater';
 * const batch = {
 *   size: 2,
 *   time: 2,
 *   tokens: Int32Array.of(4, 1, 4, 0),
 *   vectorIds: Int32Array.of(9, 3, 9, 0),
 *   lengths: Int32Array.of(2, 1),
 * };
 * distinctWords(batch); // tokens 4 and 1, vectorIds 9 and 3, places 0, 1, 0 and -1
 * ```
 */
export const distinctWords = (
  batch: Pick<PaddedBatch, 'size' | 'time' | 'tokens' | 'vectorIds' | 'lengths'>,
): DistinctWords => {
  checkArgument('distinctWords', 'batch', batch, 'a batch, such as padRows() makes', ['tokens']);
  const { size, time, tokens, vectorIds, lengths } = batch;

  const places = new Int32Array(size * time).fill(-1);
  const [foundTokens, foundVectors] = [new Int32Array(size * time), new Int32Array(size * time)];
  const known = new Map<number, number>();
  for (let row = 0; row < size; row++)
    for (let i = row * time; i < row * time + lengths[row]!; i++) {
      const [token, vector] = [tokens[i]!, vectorIds?.[i] ?? 0];
      const key = token * MOST_VECTORS + vector;
      let place = known.get(key);
      if (place === undefined) {
        place = known.size;
        known.set(key, place);
        foundTokens[place] = token;
        foundVectors[place] = vector;
      }
      places[i] = place;
    }
  return { tokens: foundTokens.slice(0, known.size), vectorIds: foundVectors.slice(0, known.size), places };
};
