import type { Observable } from 'rxjs';
import type { LabelledBatch } from '../rows/PaddedBatch.js';
import type { Side } from '../rows/Row.js';
import type { SideCounts } from './TrainingEvent.js';
import type { Valve } from '../flow/Valve.js';

/** What a training reads: the batches of each side, as often as they are asked for. */
export interface BatchSource {
  /** The number of rows on each side. */
  readonly rows: SideCounts;
  /**
   * The valve that the batches honour, where they honour one: held while a model on a device has as many of them as it
   * may.
   */
  readonly valve?: Valve | undefined;
  /**
   * The batches of one side for one epoch: a cold Observable, equal at every subscription.
   *
   * @param side which rows
   * @param epoch from 1; the order of the train rows depends on it, that of the others does not
   */
  batches(side: Side, epoch: number): Observable<LabelledBatch>;
}
