import { checkOptions } from '../contracts/checkOption.js';
import type { PaddedBatch } from '../contracts/rows/PaddedBatch.js';
import { labelledBatch, type GeneratedBatchOptions } from './labelledBatch.js';

/**
 * A batch without labels from a seed. Its time dimension T is the length of its longest row. Apart from the labels it
 * is the batch that `labelledBatch` gives for the same options.
 *
 * @throws HeadwaterError `HW_USAGE` for invalid sizes
 *
 * @example
 * ```ts
 * import { paddedBatch } from 'headwater/testing';
 * const batch = paddedBatch({ seed: 7, size: 3, longest: 5 });
 * batch.tokens.length === 3 * batch.time; // true
 * ```
 */
export const paddedBatch = (options: GeneratedBatchOptions = {}): PaddedBatch => {
  checkOptions('paddedBatch', options, '{ size: 4 }');
  const { size, time, tokens, lengths, ids } = labelledBatch(options);
  return { size, time, tokens, lengths, ids };
};
