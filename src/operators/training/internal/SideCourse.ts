import { filter, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LabelledBatch } from '../../../contracts/rows/PaddedBatch.js';
import type { Checkpoint } from '../../../contracts/training/Checkpoint.js';
import { batchOrder, NO_BATCHES } from './batchOrder.js';

const otherBatches = (side: string, count: number): HeadwaterError =>
  new HeadwaterError(
    'HW_USAGE',
    `The training cannot continue from this checkpoint: the first ${count} batches of the ${side} side had other ` +
      'rows then, or another order. Give the same rows, seed and batch size, or train from the start.',
  );

/** The batches of one side in an epoch: those that were processed before, and the order of all of them. */
export class SideCourse {
  readonly #side: 'train' | 'validation';
  /** The number of batches that were processed before. */
  readonly done: number;
  readonly #expected: number;
  readonly #isAsked: boolean;
  /** For each batch that the model has not got yet, the order of the batches before it. */
  readonly #before: number[] = [];

  /**
   * @param from the position to resume from; undefined for a new epoch
   * @param isAsked whether `orderBefore` is called for each batch
   */
  constructor(
    side: 'train' | 'validation',
    from: Pick<Checkpoint, 'side' | 'batch' | 'order'> | undefined,
    isAsked: boolean,
  ) {
    const isHere = from?.side === side;
    this.#side = side;
    this.done = isHere ? from.batch : 0;
    this.#expected = isHere ? from.order : NO_BATCHES;
    this.#isAsked = isAsked;
  }

  /**
   * Leaves out the batches that were processed before.
   *
   * @param skipped called with the number of rows of each of them
   * @throws through `error`: HeadwaterError `HW_USAGE` if they are not the same batches as then
   */
  following(skipped: (rows: number) => void = () => undefined): MonoTypeOperatorFunction<LabelledBatch> {
    const { done } = this;
    if (done === 0 && !this.#isAsked) return (batch$) => batch$;
    let read = 0;
    let order = NO_BATCHES;
    return (batch$) =>
      batch$.pipe(
        tap({
          complete: () => {
            if (read < done) throw otherBatches(this.#side, done);
          },
        }),
        filter((batch) => {
          read += 1;
          if (read > done && this.#isAsked) this.#before.push(order);
          order = batchOrder(order, batch);
          if (read > done) return true;
          skipped(batch.size);
          if (read === done && order !== this.#expected) throw otherBatches(this.#side, done);
          return false;
        }),
      );
  }

  /** The order of the batches before the next one. Called once for each batch, when the model gets it. */
  orderBefore(): number {
    return this.#before.shift() ?? NO_BATCHES;
  }
}
