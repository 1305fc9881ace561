import type { SparseRow } from '../../contracts/SparseRows.js';
import { featureCounter } from './countFeatures.js';
import type { DocumentFrequencies } from './DocumentFrequencies.js';
import { FeatureCounts } from './FeatureCounts.js';

/** What gives each text its hashed features: words, pairs of neighbours, and n-grams of characters. */
export interface WideFeatures {
  /** The number of columns, F = 2^bits. */
  readonly columns: number;
  /** What the features were weighted by. */
  readonly frequencies: DocumentFrequencies;
  /** The features of a preprocessed text, as a sparse row of length F. */
  extract(text: string): SparseRow;
}

/** 1 + ln n of the numbers that most features occur. */
const DAMPED = Float64Array.from({ length: 64 }, (_, n) => (n === 0 ? 0 : 1 + Math.log(n)));

/** Divides the values from one on by their Euclidean norm. */
const normalize = (values: Float32Array, from: number, to: number): void => {
  let squares = 0;
  for (let at = from; at < to; at++) squares += values[at]! * values[at]!;
  if (squares === 0) return;
  const factor = 1 / Math.sqrt(squares);
  for (let at = from; at < to; at++) values[at]! *= factor;
};

/**
 * Makes what gives each text its hashed features, weighted by how often and in how many train texts they occur.
 *
 * With n the number of times that a feature occurs in the text, N the number of train texts and d the number of them
 * that have it, its value is (1 + ln n) · (ln((1 + N) ÷ (1 + d)) + 1), which is scikit-learn's smoothed and sublinear
 * TF-IDF. Two blocks are divided by their Euclidean norms, each by its own: words with pairs of neighbours, and n-grams
 * of 2 to 5 UTF-16 units of each token in `<` and `>`. Every feature is hashed by FNV-1a to one of 2^bits columns (K.
 * Weinberger and others, "Feature Hashing for Large Scale Multitask Learning", ICML 2009, without the sign).
 *
 * Tokens of any script work. Features are those of the tokens in lower case; with the `cased` option that the
 * frequencies were fitted with, those as they are written come besides. An empty text has no features. A column of both
 * blocks occurs twice in a row.
 *
 * Pure: equal texts give equal rows. Holds four bytes a column.
 *
 * @param frequencies in how many train texts each feature occurs @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { DocumentFrequencies, wideFeatures } from 'headwater';
 * const frequencies = await lastValueFrom(from(['ferry returns', 'ferry sinks']).pipe(DocumentFrequencies.fit()));
 * const { ids, values } = wideFeatures(frequencies).extract('ferry returns');
 * ids.length === values.length; // true
 * ```
 */
export const wideFeatures = (frequencies: DocumentFrequencies): WideFeatures => {
  const { documents, settings, counts: documentCounts } = frequencies;
  const count = featureCounter(settings);
  const found = new FeatureCounts();
  const rarity = new Float32Array(documentCounts.length).fill(Math.log(1 + documents) + 1);
  for (let id = 0; id < rarity.length; id++) {
    const occurs = Math.min(documentCounts[id]!, documents);
    if (occurs > 0) rarity[id] = Math.log((1 + documents) / (1 + occurs)) + 1;
  }
  return {
    columns: rarity.length,
    frequencies,
    extract: (text) => {
      count(text, found);
      const { size, blockStart } = found;
      const ids = found.ids.slice(0, size);
      const values = new Float32Array(size);
      for (let at = 0; at < size; at++) {
        const occurs = found.counts[at]!;
        values[at] = (DAMPED[occurs] ?? 1 + Math.log(occurs)) * rarity[ids[at]!]!;
      }
      normalize(values, 0, blockStart);
      normalize(values, blockStart, size);
      return { ids, values };
    },
  };
};
