import { isNumber, optionText } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { SparseRow } from '../../contracts/rows/SparseRows.js';
import { featureCounter } from './countFeatures.js';
import type { DocumentFrequencies } from './DocumentFrequencies.js';
import { FeatureCounts } from './FeatureCounts.js';

/** What gives each text its hashed features: words, pairs of neighbours, and n-grams of characters. */
export interface WideFeatures {
  /** The number of columns, F = 2^bits. */
  readonly columns: number;
  /** The norm of the block of words and pairs, beside that of n-grams, which is 1. */
  readonly wordWeight: number;
  /** What becomes of features that no train text has. */
  readonly unseen: 'leave-out' | 'keep';
  /** What the features were weighted by. */
  readonly frequencies: DocumentFrequencies;
  /** The features of a preprocessed text, as a sparse row of length F. */
  extract(text: string): SparseRow;
}

/** How features are weighted besides. */
export interface WideFeaturesOptions {
  /** The norm of the block of words and pairs, beside that of n-grams, which is 1. Default 1. */
  readonly wordWeight?: number | undefined;
  /**
   * What becomes of features that no train text has: they are left out, or kept with the largest weight of all. A
   * linear model has learnt nothing of them, and kept ones make the others of their block smaller. Default `leave-out`.
   */
  readonly unseen?: 'leave-out' | 'keep' | undefined;
}

/** 1 + ln n of the numbers that most features occur. */
const DAMPED = Float64Array.from({ length: 64 }, (_, n) => (n === 0 ? 0 : 1 + Math.log(n)));

/** The values of which a piece of memory has room for several rows: 64 KiB. */
const PIECE = 2 ** 14;

/** Scales the values from one on so that their Euclidean norm is `norm`. */
const normalize = (values: Float32Array, from: number, to: number, norm: number): void => {
  let squares = 0;
  for (let at = from; at < to; at++) squares += values[at]! * values[at]!;
  if (squares === 0) return;
  const factor = norm / Math.sqrt(squares);
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
 * Features that no train text has are left out before the norm is taken.
 *
 * Tokens of any script work. Features are those of the tokens in lower case; with the `cased` option that the
 * frequencies were fitted with, those as they are written come besides. An empty text has no features. A column of both
 * blocks occurs twice in a row.
 *
 * Pure: equal texts give equal rows. Holds four bytes a column.
 *
 * @param frequencies in how many train texts each feature occurs
 * @param options how they are weighted besides
 * @throws HeadwaterError `HW_USAGE` when `wordWeight` cannot work
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { DocumentFrequencies, wideFeatures } from 'headwater';
 * const frequencies = await lastValueFrom(from(['ferry returns', 'ferry sinks']).pipe(DocumentFrequencies.fit()));
 * const { ids, values } = wideFeatures(frequencies).extract('ferry returns');
 * ids.length === values.length; // true
 * ```
 */
export const wideFeatures = (frequencies: DocumentFrequencies, options: WideFeaturesOptions = {}): WideFeatures => {
  checkArgument('wideFeatures', 'frequencies', frequencies, 'document frequencies', ['settings']);

  const { wordWeight = 1, unseen = 'leave-out' } = options;
  if (!(isNumber(wordWeight) && wordWeight > 0 && wordWeight < Infinity))
    throw new HeadwaterError(
      'HW_USAGE',
      `wideFeatures: wordWeight is ${optionText(wordWeight)}, but must be a finite number above 0.`,
    );
  const { documents, settings, counts: documentCounts } = frequencies;
  const count = featureCounter(settings);
  const found = new FeatureCounts();
  const leavesOut = unseen === 'leave-out';
  /** What a feature's value is multiplied by; 0 for one that is left out. */
  const rarity = new Float32Array(documentCounts.length).fill(leavesOut ? 0 : Math.log(1 + documents) + 1);
  for (let id = 0; id < rarity.length; id++) {
    const occurs = Math.min(documentCounts[id]!, documents);
    if (occurs > 0) rarity[id] = Math.log((1 + documents) / (1 + occurs)) + 1;
  }
  // Rows take their arrays from one piece of memory after another: memory for each would cost more than its features.
  let ids = new Int32Array(0);
  let values = new Float32Array(0);
  let used = 0;
  return {
    columns: rarity.length,
    wordWeight,
    unseen,
    frequencies,
    extract: (text) => {
      count(text, found);
      const { size, blockStart, ids: features, counts } = found;
      if (used + 2 * size > ids.length) {
        ids = new Int32Array(Math.max(PIECE, 2 * size));
        values = new Float32Array(ids.buffer);
        used = 0;
      }
      const start = used;
      const valuesStart = start + size;
      let length = 0;
      let wordsEnd = 0;
      for (let at = 0; at < size; at++) {
        if (at === blockStart) wordsEnd = length;
        const feature = features[at]!;
        const rare = rarity[feature]!;
        if (rare === 0) continue;
        const occurs = counts[at]!;
        ids[start + length] = feature;
        values[valuesStart + length++] = (occurs < DAMPED.length ? DAMPED[occurs]! : 1 + Math.log(occurs)) * rare;
      }
      if (blockStart === size) wordsEnd = length;
      used = valuesStart + length;
      normalize(values, valuesStart, valuesStart + wordsEnd, wordWeight);
      normalize(values, valuesStart + wordsEnd, used, 1);
      return {
        ids: new Int32Array(ids.buffer, 4 * start, length),
        values: new Float32Array(ids.buffer, 4 * valuesStart, length),
      };
    },
  };
};
