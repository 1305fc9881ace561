import { checkNumber, checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import type { SparseRow } from '../../contracts/rows/SparseRows.js';
import { featureCounter } from './countFeatures.js';
import type { DocumentFrequencies } from './DocumentFrequencies.js';
import { FeatureCounts } from './FeatureCounts.js';

/** Extracts the hashed features of a text: words, pairs of neighbouring words, and n-grams of characters. */
export interface WideFeatures {
  /** The number of columns, F = 2^bits. */
  readonly columns: number;
  /** The norm of the block of words and pairs. The norm of the block of n-grams is 1. */
  readonly wordWeight: number;
  /** How features that occur in no train text are treated. */
  readonly unseen: 'leave-out' | 'keep';
  /** The document frequencies that weight the features. */
  readonly frequencies: DocumentFrequencies;
  /** The features of a preprocessed text, as a sparse row of length F. */
  extract(text: string): SparseRow;
}

/** Further options of the weighting. */
export interface WideFeaturesOptions {
  /** The norm of the block of words and pairs. The norm of the block of n-grams is 1. Default 1. */
  readonly wordWeight?: number | undefined;
  /**
   * How features that occur in no train text are treated: they are left out, or kept with the largest weight of all. A
   * linear model has learnt nothing about them, and kept ones reduce the other values of their block. Default
   * `leave-out`.
   */
  readonly unseen?: 'leave-out' | 'keep' | undefined;
}

/** 1 + ln n for the most common numbers of occurrences n. */
const DAMPED = Float64Array.from({ length: 64 }, (_, n) => (n === 0 ? 0 : 1 + Math.log(n)));

/** The number of values in one piece of memory, which holds several rows: 64 KiB. */
const PIECE = 2 ** 14;

/** Scales the values from `from` to `to` so that their Euclidean norm is `norm`. */
const normalize = (values: Float32Array, from: number, to: number, norm: number): void => {
  let squares = 0;
  for (let at = from; at < to; at++) squares += values[at]! * values[at]!;
  if (squares === 0) return;
  const factor = norm / Math.sqrt(squares);
  for (let at = from; at < to; at++) values[at]! *= factor;
};

/**
 * Makes an extractor of hashed features, weighted by their occurrences in the text and in the train texts.
 *
 * A feature's value is (1 + ln n) · (ln((1 + N) ÷ (1 + d)) + 1), where n is its number of occurrences in the text, N is
 * the number of train texts and d is the number of train texts that contain it. This is scikit-learn's smoothed and
 * sublinear TF-IDF. There are two blocks: words with pairs of neighbouring words, and n-grams of 2 to 5 UTF-16 units of
 * each token in `<` and `>`. Each block is divided by its own Euclidean norm. Every feature is hashed by FNV-1a to one
 * of 2^bits columns (K. Weinberger and others, "Feature Hashing for Large Scale Multitask Learning", ICML 2009, without
 * the sign).
 *
 * Features that occur in no train text are left out before the norm is computed (with `unseen: 'leave-out'`).
 *
 * Tokens of any script work. The features are those of the lower-case tokens. If the frequencies were fitted with the
 * option `cased`, the features of the tokens as written are added. An empty text has no features. A column that occurs
 * in both blocks occurs twice in a row.
 *
 * Pure: equal texts give equal rows. Memory: 4 bytes per column.
 *
 * @param frequencies the number of train texts in which each feature occurs
 * @param options further options of the weighting
 * @throws HeadwaterError `HW_USAGE` when `wordWeight` is invalid
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
  checkOptions('wideFeatures', options, 'frequencies, { wordWeight: 1 }');
  checkArgument('wideFeatures', 'frequencies', frequencies, 'document frequencies', ['settings']);

  const { wordWeight = 1, unseen = 'leave-out' } = options;
  checkNumber('wideFeatures', 'wordWeight', wordWeight, { above: 0 });
  checkTypes('wideFeatures', { unseen }, { unseen: ['leave-out', 'keep'] });
  const { documents, settings, counts: documentCounts } = frequencies;
  const count = featureCounter(settings);
  const found = new FeatureCounts();
  const leavesOut = unseen === 'leave-out';
  /** The factor of a feature's value; 0 for a feature that is left out. */
  const rarity = new Float32Array(documentCounts.length).fill(leavesOut ? 0 : Math.log(1 + documents) + 1);
  for (let id = 0; id < rarity.length; id++) {
    const occurs = Math.min(documentCounts[id]!, documents);
    if (occurs > 0) rarity[id] = Math.log((1 + documents) / (1 + occurs)) + 1;
  }
  // Rows take their arrays from large pieces of memory, because separate memory for each row would cost more than its
  // features.
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
