import { concat, defer, EMPTY, of, tap, type Observable } from 'rxjs';
import type { BatchSource } from '../../../contracts/BatchSource.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LabelledBatch } from '../../../contracts/PaddedBatch.js';
import type { DeferredTrainable, Trainable } from '../../../contracts/Trainable.js';
import type {
  EpochEnded,
  EpochStarted,
  StepEnded,
  TrainingEvent,
  ValidationStepEnded,
} from '../../../contracts/TrainingEvent.js';
import type { TrainingState, TrainingStep } from '../../../contracts/TrainingState.js';
import { meanLoss, type AveragedOver } from '../meanLoss.js';
import { throughModel } from './throughModel.js';
import { trainStep } from '../trainStep.js';
import { ValidationScores } from './ValidationScores.js';

/** What one epoch needs. */
export interface TrainingEpochOptions {
  readonly model: Trainable | DeferredTrainable;
  readonly source: BatchSource;
  /** The state that the epoch starts from. */
  readonly state: TrainingState;
  /** What the state becomes after it. */
  readonly step: TrainingStep;
  readonly averageOver: AveragedOver;
  /** What the state's learning rate is multiplied by in each step; undefined for 1. */
  readonly factor: ((rowsBefore: number) => number) | undefined;
}

const noBatch = (side: string, epoch: number): HeadwaterError =>
  new HeadwaterError(
    'HW_EMPTY',
    `Epoch ${epoch} found no batch of ${side} rows. Give the source more rows, raise the share of the ${side} side, or let incomplete batches through (dropLast: false).`,
  );

/**
 * One epoch: the batches of the train side, one optimizer step each; then those of the validation side with the weights
 * frozen; then the fold of what they measured into the state. A validation side without rows is not read.
 *
 * @throws through `error`: HeadwaterError `HW_EMPTY` when a side has no batch, `HW_NUMERIC` as `trainStep` says, and
 *   whatever the source, the model and the steps throw
 */
export const trainingEpoch = ({
  model,
  source,
  state,
  step,
  averageOver,
  factor,
}: TrainingEpochOptions): Observable<TrainingEvent> =>
  defer(() => {
    const epoch = state.epoch + 1;
    const { learningRate } = state;
    let train = meanLoss(averageOver);
    let validation = meanLoss(averageOver);
    const scores = new ValidationScores(model.classes);

    const started: EpochStarted = { type: 'epoch-started', model: model.name, epoch, learningRate };

    const train$ = defer(() => source.batches('train', epoch)).pipe(
      trainStep(model, {
        epoch,
        learningRate: factor === undefined ? learningRate : (rowsBefore) => learningRate * factor(rowsBefore),
        valve: source.valve,
      }),
      tap((measured: StepEnded) => (train = train.add(measured))),
    );

    const validation$ = defer(() => {
      // Known as soon as the train side is through: no need to read the validation side first.
      if (train.batches === 0) throw noBatch('train', epoch);
      return source.rows.validation === 0 ? EMPTY : source.batches('validation', epoch);
    }).pipe(
      throughModel(
        model,
        (asked, batch: LabelledBatch) => asked.evaluateBatch(batch),
        (measured, batch): ValidationStepEnded => {
          validation = validation.add(measured);
          scores.add(batch.labels, measured.probabilities);
          return { type: 'validation-step', model: model.name, epoch, rows: batch.size };
        },
        { valve: source.valve },
      ),
    );

    const ended$ = defer(() => {
      if (validation.batches === 0 && source.rows.validation > 0) throw noBatch('validation', epoch);
      const losses = { trainLoss: train.mean, validationLoss: validation.mean };
      const after = step(state, { epoch, ...losses });
      const improved = after.best.epoch === epoch;
      const ended: EpochEnded = {
        type: 'epoch',
        model: model.name,
        epoch,
        ...losses,
        validationAccuracy: scores.accuracy,
        validationMacroF1: scores.macroF1,
        learningRate,
        improved,
        state: after,
      };
      return of(ended);
    });

    return concat(of(started), train$, validation$, ended$);
  });
