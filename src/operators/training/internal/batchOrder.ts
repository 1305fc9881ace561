import type { LabelledBatch } from '../../../contracts/rows/PaddedBatch.js';

/** The order of no batch: the initial value of FNV-1a with 32 bits. */
export const NO_BATCHES = 0x811c9dc5;

const PRIME = 0x01000193;

/**
 * A hash of the batches of a side so far: the ids of their rows, and where each batch ends. Equal hashes mean the same
 * rows in the same order and batches, except for one of 2³² cases.
 *
 * @param before the hash of the batches before this one
 */
export const batchOrder = (before: number, { ids, size }: Pick<LabelledBatch, 'ids' | 'size'>): number => {
  let hash = Math.imul(before ^ size, PRIME);
  for (let row = 0; row < size; row++) hash = Math.imul(hash ^ (ids[row] ?? 0), PRIME);
  return hash >>> 0;
};
