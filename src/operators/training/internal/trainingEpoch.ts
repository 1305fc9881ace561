import { concat, defer, EMPTY, forkJoin, map, type Observable, of } from 'rxjs';
import type { BatchSource } from '../../../contracts/training/BatchSource.js';
import type { Checkpoint } from '../../../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LabelledBatch } from '../../../contracts/rows/PaddedBatch.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { DeferredTrainable, EvaluationResult, Trainable } from '../../../contracts/models/Trainable.js';
import type { EpochStarted, TrainingEvent } from '../../../contracts/training/TrainingEvent.js';
import type { EpochEnded } from '../../../contracts/training/EpochEnded.js';
import type { TrainingState, TrainingStep } from '../../../contracts/training/TrainingState.js';
import { trace } from '../../flow/trace.js';
import { meanLoss, type AveragedOver } from '../meanLoss.js';
import { deferModel } from './deferModel.js';
import { SideCourse } from './SideCourse.js';
import { throughModel } from './throughModel.js';
import { trainSteps } from './trainSteps.js';
import { ValidationScores } from './ValidationScores.js';

/** The position in an epoch, and what it has measured so far. */
export type EpochCourse = Pick<Checkpoint, 'epoch' | 'side' | 'batch' | 'order' | 'train' | 'validation' | 'scores'>;

/** A copy of the model between two batches, with the position in the epoch. */
export interface EpochSnapshot extends EpochCourse {
  readonly type: 'snapshot';
  readonly weights: StateDict;
  readonly optimizer: StateDict;
}

/** The inputs of one epoch. */
export interface TrainingEpochOptions {
  readonly model: Trainable | DeferredTrainable;
  readonly source: BatchSource;
  /** The state that the epoch starts from. */
  readonly state: TrainingState;
  /** Computes the state after the epoch. */
  readonly step: TrainingStep;
  readonly averageOver: AveragedOver;
  /** The factor of the state's learning rate in each step; undefined for 1. */
  readonly factor: ((rowsBefore: number) => number) | undefined;
  /** The norm that the gradients are clipped to; undefined for no clipping. */
  readonly clipNorm: number | undefined;
  /** The position to resume from, for an epoch that was begun before. */
  readonly from?: EpochCourse | undefined;
  /** Whether a snapshot is due before a batch, from the number of steps that the epoch has made. */
  readonly due?: ((steps: number) => boolean) | undefined;
}

const noBatch = (side: string, epoch: number): HeadwaterError =>
  new HeadwaterError(
    'HW_EMPTY',
    `Epoch ${epoch} found no batch of ${side} rows. Give the source more rows, raise the share ` +
      `of the ${side} side, or let incomplete batches through (dropLast: false).`,
  );

/** The present weights and optimizer state. The model copies them in the order of its other requests. */
const copyOf = (model: DeferredTrainable): Observable<{ readonly weights: StateDict; readonly optimizer: StateDict }> =>
  defer(() =>
    forkJoin({ weights: model.stateDict(), optimizer: model.optimizerState?.() ?? of<StateDict>(new Map()) }),
  );

/** A snapshot without the position in the epoch. */
interface Copied {
  readonly type: 'snapshot';
  readonly batch: number;
  readonly order: number;
  readonly weights: StateDict;
  readonly optimizer: StateDict;
}

/** One batch of validation rows as the model measured it. */
interface Measured {
  readonly type: 'measured';
  readonly batch: LabelledBatch;
  readonly result: EvaluationResult;
}

/**
 * One epoch: the batches of the train side, with one optimizer step each; then those of the validation side with the
 * weights frozen; then the update of the state from what they measured. A validation side without rows is not read.
 *
 * @throws through `error`: HeadwaterError `HW_EMPTY` when a side has no batch, `HW_NUMERIC` as in `trainStep`, and any
 *   error that the source, the model and the steps throw; `HW_USAGE` if the batches before `from` are others
 */
export const trainingEpoch = ({
  model,
  source,
  state,
  step,
  averageOver,
  factor,
  clipNorm,
  from,
  due,
}: TrainingEpochOptions): Observable<TrainingEvent | EpochSnapshot> =>
  defer(() => {
    const epoch = state.epoch + 1;
    const { learningRate } = state;
    const deferred = deferModel(model);
    let train = meanLoss(averageOver, from?.train);
    let validation = meanLoss(averageOver, from?.validation);
    const scores = new ValidationScores(model.classes, from?.scores);
    const validates = from?.side === 'validation';
    const sides = {
      train: new SideCourse('train', from, due !== undefined),
      validation: new SideCourse('validation', from, due !== undefined),
    };

    const started: EpochStarted = { type: 'epoch-started', model: model.name, epoch, learningRate };

    /** Copies the model when a snapshot is due. */
    const before =
      (side: 'train' | 'validation') =>
      (_batch: LabelledBatch, index: number): Observable<Copied> | undefined => {
        const batch = sides[side].done + index;
        const order = sides[side].orderBefore();
        // The validation side makes no steps, so the epoch has made `train.batches` of them.
        return due?.(side === 'train' ? batch : train.batches) === true
          ? copyOf(deferred).pipe(map((copy): Copied => ({ type: 'snapshot', batch, order, ...copy })))
          : undefined;
      };
    const snapshot = (side: 'train' | 'validation', copied: Copied): EpochSnapshot => ({
      ...copied,
      epoch,
      side,
      train: train.sums,
      validation: validation.sums,
      scores: scores.counts,
    });

    const train$ = defer(() => {
      let rowsSkipped = 0;
      return source.batches('train', epoch).pipe(
        sides.train.following((rows) => (rowsSkipped += rows)),
        trainSteps(
          model,
          {
            epoch,
            learningRate:
              factor === undefined ? learningRate : (rowsBefore) => learningRate * factor(rowsSkipped + rowsBefore),
            firstStep: sides.train.done,
            clipNorm,
            valve: source.valve,
          },
          due && before('train'),
        ),
        trace('train'),
        map((told): TrainingEvent | EpochSnapshot => {
          if (told.type === 'snapshot') return snapshot('train', told);
          train = train.add(told);
          return told;
        }),
      );
    });

    const validation$ = defer(() => {
      // This is known when the train side completes, so the validation side need not be read first.
      if (train.batches === 0) throw noBatch('train', epoch);
      return source.rows.validation === 0 ? EMPTY : source.batches('validation', epoch);
    }).pipe(
      sides.validation.following(),
      throughModel(
        model,
        (asked, batch: LabelledBatch) => asked.evaluateBatch(batch),
        (result, batch): Measured => ({ type: 'measured', batch, result }),
        { valve: source.valve, before: due && before('validation') },
      ),
      trace('validate'),
      map((told): TrainingEvent | EpochSnapshot => {
        if (told.type === 'snapshot') return snapshot('validation', told);
        const { batch, result } = told;
        validation = validation.add(result);
        scores.add(batch.labels, result.probabilities);
        return { type: 'validation-step', model: model.name, epoch, rows: batch.size };
      }),
    );

    const ended$ = defer(() => {
      if (validation.batches === 0 && source.rows.validation > 0) throw noBatch('validation', epoch);
      const losses = { trainLoss: train.mean, validationLoss: validation.mean };
      const measured = { validationAccuracy: scores.accuracy, validationMacroF1: scores.macroF1 };
      const after = step(state, { epoch, ...losses, ...measured });
      const improved = after.best.epoch === epoch;
      const ended: EpochEnded = {
        type: 'epoch',
        model: model.name,
        epoch,
        ...losses,
        ...measured,
        learningRate,
        improved,
        state: after,
      };
      return of(ended);
    });

    // A resumed epoch does not emit `epoch-started` again. Its train side is not read again if it was complete.
    return from === undefined
      ? concat(of(started), train$, validation$, ended$)
      : concat(validates ? EMPTY : train$, validation$, ended$);
  });
