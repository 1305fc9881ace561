import type { Optional } from '../contracts/Optional.js';
import { checkArgument } from '../contracts/checkArgument.js';
import type { RunHelpers } from 'rxjs/testing';
import type { BatchSource } from '../contracts/training/BatchSource.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { LabelledBatch } from '../contracts/rows/PaddedBatch.js';
import { SIDES, type Side } from '../contracts/rows/Row.js';
import type { SideCounts } from '../contracts/training/SideCounts.js';
import { marbleSource, type MarbleSource, type MarbleSourceOptions } from './marbleSource.js';

/**
 * The diagrams of each side: one for all epochs, or one per epoch (the last one is used for all further epochs). A side
 * without a diagram is empty.
 */
export type SideMarbles = Optional<Record<Side, string | readonly string[]>>;

/** Options of `marbleBatchSource`. */
export interface MarbleBatchSourceOptions extends MarbleSourceOptions {
  /** The number of rows that it reports. Default: the number in the first diagram of each side. */
  readonly rows?: Optional<SideCounts> | undefined;
}

/** A batch source in virtual time that records its requests. */
export interface MarbleBatchSource extends BatchSource {
  batches(side: Side, epoch: number): MarbleSource<LabelledBatch>;
  /** Every call of `batches` in order, with the source that it returned. */
  readonly asked: readonly {
    readonly side: Side;
    readonly epoch: number;
    readonly batch$: MarbleSource<LabelledBatch>;
  }[];
}

/**
 * A training's batches as marble diagrams: to test `fit`, or a training of your own, in virtual time.
 *
 * ```marbles
 * train:       -a-b|
 * validation:  -v|
 *              marbleBatchSource(helpers, { train, validation })
 * one epoch:   -a-b-v|      the batches of train, and then those of validation
 * ```
 *
 * @param helpers the run helpers of the `TestScheduler`
 * @param marbles a diagram for each side, or for each epoch of it
 * @param values the batch of each letter
 * @throws HeadwaterError `HW_USAGE` for a letter without a batch
 *
 * @example
 * ```ts
 * import { fit } from 'headwater';
 * import { labelledBatch, marbleBatchSource, recordingModel, runMarbles } from 'headwater/testing';
 * import { map, of } from 'rxjs';
 *
 * runMarbles((helpers) => {
 *   const source = marbleBatchSource(
 *     helpers,
 *     { train: '-----a-b|', validation: '-v|' },
 *     { a: labelledBatch({ seed: 1 }), b: labelledBatch({ seed: 2 }), v: labelledBatch({ seed: 3 }) },
 *   );
 *   const type$ = of(source).pipe(fit(recordingModel(), { epochs: 1 }), map(({ type }) => type));
 *   helpers.expectObservable(type$).toBe('(te)-s-s-v(pT|)', {
 *     t: 'training-started', e: 'epoch-started', s: 'step', v: 'validation-step', p: 'epoch', T: 'training-ended',
 *   });
 * });
 * ```
 */
export const marbleBatchSource = (
  helpers: RunHelpers,
  marbles: SideMarbles,
  values: Readonly<Record<string, LabelledBatch>>,
  { rows = {}, ...options }: MarbleBatchSourceOptions = {},
): MarbleBatchSource => {
  checkArgument('marbleBatchSource', 'helpers', helpers, 'the helpers of runMarbles()', ['hot', 'cold']);
  checkArgument('marbleBatchSource', 'marbles', marbles, 'an object such as { train: marbles }');

  const diagramsOf = (side: Side): readonly string[] => [marbles[side] ?? '|'].flat();
  const diagram = (side: Side, epoch: number): string => {
    const diagrams = diagramsOf(side);
    return diagrams[Math.min(epoch, diagrams.length) - 1] ?? '|';
  };

  const rowsIn = (marbled: string): number =>
    helpers.cold<LabelledBatch | undefined>(marbled, values).messages.reduce((sum, { notification }) => {
      if (notification.kind !== 'N') return sum;
      const batch = notification.value as LabelledBatch | undefined;
      if (batch === undefined)
        throw new HeadwaterError('HW_USAGE', `marbleBatchSource: a letter of '${marbled}' stands for no batch.`);
      return sum + batch.size;
    }, 0);

  const counts = SIDES.map((side) => {
    const [first = 0] = diagramsOf(side).map(rowsIn);
    return rows[side] ?? first;
  });

  const asked: { side: Side; epoch: number; batch$: MarbleSource<LabelledBatch> }[] = [];
  const [train = 0, validation = 0, test = 0] = counts;
  return {
    rows: { train, validation, test },
    asked,
    batches: (side, epoch) => {
      const batch$ = marbleSource(helpers, diagram(side, epoch), values, options);
      asked.push({ side, epoch, batch$ });
      return batch$;
    },
  };
};
