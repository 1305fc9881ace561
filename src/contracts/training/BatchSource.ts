import type { Observable } from 'rxjs';
import type { LabelledBatch } from '../rows/PaddedBatch.js';
import type { Side } from '../rows/Row.js';
import type { SideCounts } from './SideCounts.js';
import type { Valve } from '../flow/Valve.js';

/** The batches that a training reads. Each side can be read any number of times. */
export interface BatchSource {
  /** The number of rows on each side. */
  readonly rows: SideCounts;
  /**
   * The valve that stops the batches, where they have one. It is held while a model on a device has its largest number
   * of batches in the queue.
   */
  readonly valve?: Valve | undefined;
  /**
   * The batches of one side for one epoch: a cold Observable that emits equal batches at every subscription.
   *
   * @param side which rows
   * @param epoch from 1; only the order of the train rows depends on it
   */
  batches(side: Side, epoch: number): Observable<LabelledBatch>;
}
