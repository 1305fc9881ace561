import { checkDropout } from '../layers/checkDropout.js';
import { deriveSeed } from '../../contracts/random.js';
import type { SparseRows } from '../../contracts/rows/SparseRows.js';
import { dropoutMask } from '../internal/dropoutMask.js';
import type { DropoutOptions } from '../layers/DropoutOptions.js';

/**
 * Leaves out a random share of the entries of sparse rows, and scales the others up so that the mean stays the same.
 *
 * The dropped entries depend only on (seed, epoch, step, site, position of the entry), as in `dropout`. A dropped entry
 * is removed, so it costs nothing in later computations.
 *
 * @param features sparse rows; they are not changed
 * @param options the values that determine which entries are dropped
 * @returns new rows, or `features` itself if the rate is 0 or `training` is false
 * @throws HeadwaterError `HW_USAGE` when the rate is not in [0, 1)
 *
 * @example
 * ```ts
 * import { featureDropout } from 'headwater';
 * const features = { offsets: Int32Array.of(0, 3), ids: Int32Array.of(4, 8, 9), values: Float32Array.of(1, 1, 1) };
 * featureDropout(features, { rate: 0.5, seed: 1234, epoch: 1, step: 0, site: 3 }).values; // some twos, or none
 * ```
 */
export const featureDropout = (features: SparseRows, options: DropoutOptions): SparseRows => {
  checkDropout('featureDropout', 'features', options);

  const { rate, seed, epoch, step, site = 0, training = true } = options;
  if (rate === 0 || !training) return features;
  const { offsets, ids, values } = features;
  const [key0, key1] = [deriveSeed(seed, 'dropout', 0), deriveSeed(seed, 'dropout', 1)];
  const mask = dropoutMask(ids.length, { rate, key0, key1, epoch, step, site });
  const starts = new Int32Array(offsets.length);
  const keptIds = new Int32Array(ids.length);
  const keptValues = new Float32Array(ids.length);
  let kept = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      if (mask[entry] === 0) continue;
      keptIds[kept] = ids[entry]!;
      keptValues[kept++] = values[entry]! * mask[entry]!;
    }
    starts[row + 1] = kept;
  }
  return { offsets: starts, ids: keptIds.slice(0, kept), values: keptValues.slice(0, kept) };
};
