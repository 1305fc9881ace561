import { checkArgument } from '../../contracts/checkArgument.js';
import { concat, concatMap, defer, map, of, type Observable, type OperatorFunction, scan, using } from 'rxjs';
import type { BatchSource } from '../../contracts/training/BatchSource.js';
import type { Checkpoint, FitSettings } from '../../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { RateSchedule } from '../../contracts/models/RateSchedule.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { DeferredTrainable, Trainable } from '../../contracts/models/Trainable.js';
import type { TrainingEnded, TrainingEvent, TrainingStarted } from '../../contracts/training/TrainingEvent.js';
import type { SideCounts } from '../../contracts/training/SideCounts.js';
import type { Monitor, TrainingState, TrainingStep } from '../../contracts/training/TrainingState.js';
import { checkChoice, checkNumber, checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { combineSteps } from './combineSteps.js';
import { earlyStopping } from './earlyStopping.js';
import { checkClipNorm } from './internal/checkClipNorm.js';
import { CheckpointRequests } from './internal/CheckpointRequests.js';
import { checkResumable, checkSameTraining } from './internal/checkResumable.js';
import { deferModel } from './internal/deferModel.js';
import { epochsFrom } from './internal/epochsFrom.js';
import { TrainingCourse } from './internal/TrainingCourse.js';
import { initialTrainingState } from './initialTrainingState.js';
import { limitEpochs } from './limitEpochs.js';
import type { AveragedOver } from './meanLoss.js';
import { reduceLrOnPlateau } from './reduceLrOnPlateau.js';
import { type EpochSnapshot, trainingEpoch } from './internal/trainingEpoch.js';

/** Options of `fit`. */
export interface FitOptions {
  /** The most epochs. Default 50, as in the lesson. */
  readonly epochs?: number | undefined;
  /** The learning rate of the first epoch. Default 1e-4, as in the lesson. */
  readonly learningRate?: number | undefined;
  /**
   * The factor of the learning rate for each batch, as a function of the share of the training that is done: the train
   * rows seen, divided by `epochs` × train rows. `oneCycle`, `cosineRate`, `linearRate` and `warmUpRate` make such
   * functions. With a schedule the default of `steps` is none, because a schedule is made for all its epochs. Default:
   * the factor is always 1.
   */
  readonly schedule?: RateSchedule | undefined;
  /**
   * The training steps that are applied to the training state after each epoch, in this order. Default
   * `[reduceLrOnPlateau(), earlyStopping()]`, as in the lesson: the learning rate falls to a tenth after more than 3
   * epochs without progress, and 10 epochs without a lower validation loss end the training. Default without a
   * validation side: none.
   */
  readonly steps?: readonly TrainingStep[] | undefined;
  /**
   * The validation figure that decides which epoch is the best. It selects the weights to keep, and `earlyStopping`
   * uses it. `reduceLrOnPlateau` always uses the loss. Default `loss`, as in the lesson.
   */
  readonly monitor?: Monitor | undefined;
  /**
   * The largest norm of all gradients together. Larger gradients are scaled down to it before a step, and the events
   * `step` have the norm as `gradientNorm`. With `Infinity` the norm is measured, and nothing is scaled. Default:
   * neither, because measuring takes time.
   */
  readonly clipNorm?: number | undefined;
  /**
   * Which weights the model has at the end: those of the best epoch, or those of the last, as in the lesson. Default
   * `best`.
   */
  readonly keep?: 'best' | 'last' | undefined;
  /**
   * Whether the loss of an epoch is the mean over its rows, weighted by class, or over its batches, as in the lesson.
   * Default `rows`.
   */
  readonly averageOver?: AveragedOver | undefined;
  /**
   * When checkpoints are taken. A number: each time that many steps have been made. An Observable: before the next
   * batch whenever it emits. Each checkpoint is emitted in an event `checkpoint`, and one more when the training has
   * ended. Default: never.
   */
  readonly checkpointEvery?: number | Observable<unknown> | undefined;
  /**
   * The checkpoint to resume from: of a training with the same model, data, options and seed. The batches before the
   * position in its epoch are read again, and compared with those of then. It applies to the first source. Default:
   * none.
   */
  readonly from?: Checkpoint | undefined;
}

/** An event, and the model's weights if they are the best so far. */
interface WeighedEvent {
  readonly event: TrainingEvent | EpochSnapshot;
  readonly weights: StateDict | undefined;
}

/** An event that is emitted, and how far the training has come with it. */
interface CourseEvent {
  readonly event: TrainingEvent;
  readonly course: TrainingCourse;
}

const checkRows = (rows: SideCounts, keep: 'best' | 'last'): void => {
  if (rows.train === 0)
    throw new HeadwaterError(
      'HW_EMPTY',
      'There are no train rows to learn from. Check that the source has ' +
        'rows, and raise the share of the train side (--shares).',
    );
  if (rows.validation === 0 && keep === 'best') {
    throw new HeadwaterError(
      'HW_EMPTY',
      'There are no validation rows, and without them no epoch is the best. ' +
        'Raise the share of the validation side (--shares), give the source more rows, ' +
        "or keep the weights of the last epoch (keep: 'last', --keep last).",
    );
  }
};

/** The last event of a training. */
const endOf = (model: string, validationRows: number, state: TrainingState): TrainingEnded => {
  if (state.best.epoch === 0 && validationRows > 0) {
    throw new HeadwaterError(
      'HW_NUMERIC',
      `No validation loss of model ${model} was a finite number in ${state.epoch} epochs. Lower the ` +
        'learning rate, and check that the classes of the validation rows have weights above 0.',
    );
  }
  return {
    type: 'training-ended',
    model,
    reason: state.stop ?? 'epochs',
    bestEpoch: state.best.epoch,
    bestLoss: state.best.loss,
    state,
  };
};

/**
 * Trains a model: epoch after epoch over the batches of a source, until the validation loss stops falling or all epochs
 * are done. It emits an event for each step of the training.
 *
 * An epoch has one optimizer step for each batch of the train side. Then the batches of the validation side are
 * evaluated with the weights frozen. The measured figures update an immutable `TrainingState` through `steps`: pure
 * functions that set the learning rate of the next epoch or end the training. Each time the validation loss (or the
 * score that `monitor` names) is the best so far, the weights are copied. The best weights are loaded back into the
 * model before `training-ended` is emitted.
 *
 * Without a validation side, use `keep: 'last'`: all epochs are trained, and the validation loss is NaN.
 *
 * ```marbles
 * sources:     (S|)
 * train:       -----a-b|   the batches of the train side, read in each epoch
 * validation:  -v|         the batches of the validation side, read after them
 *              fit(model, { epochs: 2 })
 * events:      (te)-s-s-v(pe)-s-s-v(pT|)   t: training-started;  e: epoch-started;  s: step;
 *                                            v: validation-step;  p: epoch;  T: training-ended
 * ```
 *
 * - Unsubscribing stops at once, also in the middle of an epoch, and changes nothing more: the model keeps the weights
 *   of its last step, and the best ones are not loaded back. After an error it is the same. To have the best weights in
 *   these cases too, copy `model.stateDict()` whenever an `epoch` event has `improved`.
 * - Several sources are trained on one after the other, each from a new `TrainingState`. The model keeps what it has
 *   learnt from the earlier ones.
 * - Synchronous batches are trained on synchronously: it depends on the source how often the event loop runs.
 * - A model on a device, whose results arrive later, has up to three batches at once, and the source's valve is held
 *   while it has three. If the device is lost, the training ends with its error. The best weights are copied from the
 *   device each time, so a copy that was taken before is still valid.
 *
 * Holds no rows: one batch at a time (up to three for a model on a device), and a copy of the model's weights (two
 * while one replaces the other). A checkpoint is a copy of the weights and of the optimizer's state. Only its receivers
 * hold it. Waiting sources are held, but not their rows.
 *
 * The mean loss is Σ loss·weight / Σ weight over the batches, which is the mean over the rows, weighted by class. A
 * validation loss that is not a number never counts as better than the best.
 *
 * @param model the model to train
 * @throws HeadwaterError `HW_USAGE` for invalid options, or for a model that cannot be resumed if checkpoints are used.
 *   Through `error`: `HW_USAGE` for a checkpoint of another training, `HW_EMPTY` when the train side or the validation
 *   side has no rows or no batches; `HW_NUMERIC` when a train loss is not a finite number, or no validation loss was;
 *   any error that the source, the model and the steps throw
 * @see trainStep, evaluate to write an epoch of your own; earlyStopping, reduceLrOnPlateau; checkpoints
 *
 * @example
 * ```ts
 * import { fit, type BatchSource } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 * import { of } from 'rxjs';
 *
 * const source: BatchSource = {
 *   rows: { train: 4, validation: 4, test: 0 },
 *   batches: (side, epoch) => of(labelledBatch({ seed: side === 'train' ? epoch : 0, size: 4 })),
 * };
 * const model = recordingModel({ validationLosses: [0.9, 0.5, 0.7] });
 *
 * of(source)
 *   .pipe(fit(model, { epochs: 3, learningRate: 1e-3 }))
 *   .subscribe((event) => {
 *     if (event.type === 'epoch') console.log(event.epoch, event.validationLoss);
 *     if (event.type === 'training-ended') console.log('best:', event.bestEpoch); // best: 2
 *   });
 * ```
 */
export const fit = (
  model: Trainable | DeferredTrainable,
  options: FitOptions = {},
): OperatorFunction<BatchSource, TrainingEvent> => {
  checkOptions('fit', options, 'model, { epochs: 5 }');
  checkArgument('fit', 'model', model, 'a model, such as classifier() makes');

  const { epochs = 50, learningRate = 1e-4, keep = 'best', averageOver = 'rows', schedule } = options;
  const { monitor = 'loss', clipNorm } = options;
  const { checkpointEvery } = options;
  checkWhole('fit', 'epochs', epochs, 1);
  checkChoice('fit', 'keep', keep, ['best', 'last']);
  checkChoice('fit', 'monitor', monitor, ['loss', 'macro-f1', 'accuracy']);
  checkChoice('fit', 'averageOver', averageOver, ['rows', 'batches']);
  checkNumber('fit', 'learningRate', learningRate, { above: 0 });
  checkClipNorm('fit', clipNorm);
  if (typeof checkpointEvery === 'number') checkWhole('fit', 'checkpointEvery', checkpointEvery, 1);
  if (checkpointEvery !== undefined || options.from !== undefined) checkResumable(model);
  const deferred = deferModel(model);

  /**
   * Copies the weights before the event that marks them as the best is emitted, and before the next epoch changes them.
   */
  const withBestWeights = (event: TrainingEvent | EpochSnapshot): Observable<WeighedEvent> =>
    event.type === 'epoch' && event.improved && keep === 'best'
      ? deferred.stateDict().pipe(map((weights) => ({ event, weights })))
      : of({ event, weights: undefined });

  const train = (source: BatchSource, from: Checkpoint | undefined): Observable<TrainingEvent> =>
    defer(() => {
      const { rows } = source;
      checkRows(rows, keep);
      const settings: FitSettings = {
        epochs,
        learningRate,
        keep,
        averageOver,
        ...(monitor === 'loss' ? {} : { monitor }),
        ...(clipNorm === undefined ? {} : { clipNorm }),
        scheduled: schedule !== undefined,
        rows: { train: rows.train, validation: rows.validation, test: rows.test },
      };
      if (from !== undefined) {
        checkSameTraining(from, model.name, settings);
        model.loadStateDict(from.weights);
        if (from.side !== 'ended') model.loadOptimizerState?.(from.optimizer);
      }
      // Both default steps use the validation loss.
      const { steps = rows.validation === 0 || schedule !== undefined ? [] : [reduceLrOnPlateau(), earlyStopping()] } =
        options;
      const step = combineSteps([...steps, limitEpochs(epochs)], monitor);
      const begun = TrainingCourse.begin(model.name, settings, initialTrainingState({ learningRate }), from);
      const started: TrainingStarted = { type: 'training-started', model: model.name, epochs, rows };
      const atFirst = from === undefined ? begun.after(started, undefined) : begun;
      const requests = checkpointEvery === undefined ? undefined : new CheckpointRequests(checkpointEvery, begun.steps);

      const factorIn = (epochsDone: number) =>
        schedule && ((rowsBefore: number) => schedule((epochsDone * rows.train + rowsBefore) / (epochs * rows.train)));
      const epoch = (before: TrainingCourse): Observable<CourseEvent> => {
        // Only the first epoch of a continued training begins within its batches.
        const resumed = before === atFirst ? from : undefined;
        const stepsBefore = before.steps - (resumed?.train.batches ?? 0);
        return trainingEpoch({
          model,
          source,
          state: before.state,
          step,
          averageOver,
          factor: factorIn(before.state.epoch),
          clipNorm,
          from: resumed,
          due: requests && ((made) => requests.take(stepsBefore + made)),
        }).pipe(
          concatMap(withBestWeights),
          scan<WeighedEvent, CourseEvent, Pick<CourseEvent, 'course'>>(withCourse, { course: before }),
        );
      };
      const withCourse = ({ course }: Pick<CourseEvent, 'course'>, { event, weights }: WeighedEvent): CourseEvent =>
        event.type === 'snapshot'
          ? { event: { type: 'checkpoint', model: model.name, checkpoint: course.checkpoint(event) }, course }
          : { event, course: course.after(event, weights) };

      const last = (course: TrainingCourse): Observable<CourseEvent> => {
        const ended = endOf(model.name, rows.validation, course.state);
        const { best } = course;
        if (best !== undefined) model.loadStateDict(best);
        if (requests === undefined) return of({ event: ended, course });
        return (best === undefined ? deferred.stateDict() : of(best)).pipe(
          concatMap((weights): readonly TrainingEvent[] => [
            { type: 'checkpoint', model: model.name, checkpoint: course.ended(weights) },
            ended,
          ]),
          map((event) => ({ event, course })),
        );
      };
      const first: TrainingEvent =
        from === undefined
          ? started
          : {
              type: 'training-resumed',
              model: model.name,
              epochs,
              rows: settings.rows,
              epoch: from.epoch,
              side: from.side,
              batch: from.batch,
            };
      const rest$ =
        from?.side === 'ended'
          ? defer(() => last(begun))
          : epochsFrom(atFirst, epoch, ({ event, course }) => (event.type === 'epoch' ? course : undefined), last);

      const event$ = concat(of(first), rest$.pipe(map(({ event }) => event)));
      return requests === undefined
        ? event$
        : using(
            () => requests.listen(),
            () => event$,
          );
    });

  return concatMap((source, index) => train(source, index === 0 ? options.from : undefined));
};
