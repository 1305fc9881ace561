import { existsSync, readFileSync } from 'node:fs';
import { finalize, of, switchMap } from 'rxjs';
import type { Trainable } from '../../src/contracts/models/Trainable.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { batchSource } from '../../src/operators/batches/batchSource.js';
import { fit } from '../../src/operators/training/fit.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import { overHttp } from './overHttp.js';

/** One turn of the event loop: what was done before the loop could look after anything else. */
export interface Turn {
  /** Milliseconds that the loop was held by our own work. */
  readonly held: number;
  /** The milliseconds that each model step in it took, those of the validation among them. */
  readonly steps: readonly number[];
}

/** Where Linux tells how long the thread that asks was on a processor, in nanoseconds. */
const OF_THREAD = '/proc/thread-self/schedstat';

/** Milliseconds of processor time: of this thread where the system tells, else of the whole process, which is more. */
const processorTime = (): number => {
  if (existsSync(OF_THREAD)) return Number(readFileSync(OF_THREAD, 'utf8').split(' ', 1)[0]) / 1e6;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Notes every turn of the event loop until it is stopped. */
const watchTurns = (steps: number[]): (() => readonly Turn[]) => {
  const turns: Turn[] = [];
  let time = performance.now();
  let used = processorTime();
  const note = (): void => {
    // Where other processes have the processor, time passes that we do not hold.
    turns.push({ held: Math.min(performance.now() - time, processorTime() - used), steps: steps.splice(0) });
    time = performance.now();
    used = processorTime();
    next = setImmediate(note);
  };
  let next = setImmediate(note);
  return () => {
    clearImmediate(next);
    return turns;
  };
};

/** A model whose steps are timed. */
const timed = (model: Trainable, steps: number[]): Trainable => {
  const timing = <Result>(work: () => Result): Result => {
    const begun = performance.now();
    const result = work();
    steps.push(performance.now() - begun);
    return result;
  };
  return {
    ...model,
    trainBatch: (batch, context) => timing(() => model.trainBatch(batch, context)),
    evaluateBatch: (batch) => timing(() => model.evaluateBatch(batch)),
  };
};

/**
 * Trains the lesson's GRU, in its sizes, on the sample over HTTP, and tells what the event loop had to put up with.
 *
 * The backend must compute on this thread alone: what another one does is not counted.
 */
export const trainInTurns = async (rows: number, epochs: number): Promise<readonly Turn[]> => {
  const steps: number[] = [];
  const stop = watchTurns(steps);
  await overHttp(rows, (row$, brake) =>
    prepare(row$, { valve: brake }).pipe(
      switchMap((split) => {
        // The lesson's 5,000 tokens, whether or not the sample has as many words: they are what an optimizer step goes
        // over.
        const model = classifier(
          classifierConfig({ cell: 'gru', vocabularySize: 5000, classes: split.labelEncoder.size }),
          { seed: 1234, classWeights: split.classWeights },
        );
        return of(batchSource(split, { batchSize: 64, valve: brake })).pipe(
          fit(timed(model, steps), { epochs }),
          finalize(() => model.dispose()),
        );
      }),
    ),
  );
  return stop();
};
