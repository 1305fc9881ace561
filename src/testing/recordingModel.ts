import { checkOptions, checkTypes, checkWhole } from '../contracts/checkOption.js';
import type { OnlineModel } from '../contracts/live/Learning.js';
import type { LabelledBatch, PaddedBatch } from '../contracts/rows/PaddedBatch.js';
import type { StateDict } from '../contracts/models/StateDict.js';
import type { EvaluationResult, StepContext, StepResult } from '../contracts/models/Trainable.js';

/** A call of a recording model, with its arguments. */
export type RecordedCall =
  | { readonly type: 'train'; readonly batch: LabelledBatch; readonly context: StepContext }
  | { readonly type: 'evaluate'; readonly batch: LabelledBatch; readonly epoch: number }
  | { readonly type: 'predict'; readonly batch: PaddedBatch }
  | { readonly type: 'state' }
  | { readonly type: 'load'; readonly state: StateDict }
  | { readonly type: 'optimizer-state' }
  | { readonly type: 'load-optimizer'; readonly state: StateDict }
  | { readonly type: 'renew'; readonly tokens: readonly number[]; readonly like: number };

/** What a recording model is and what it answers. */
export interface RecordingModelOptions {
  /** Its name in events. Default `recording`. */
  readonly name?: string | undefined;
  /** The number of classes, C. Default 2. */
  readonly classes?: number | undefined;
  /** The weight of each class, shape [C]. Default: 1 each, so that the weight of a batch is its number of rows. */
  readonly classWeights?: readonly number[] | undefined;
  /**
   * The train losses, in nats: one per step over all epochs (the last one is used for all further steps), or a
   * function, which may throw. Default 1.
   */
  readonly losses?: (readonly number[] | ((batch: LabelledBatch, context: StepContext) => number)) | undefined;
  /**
   * The evaluation losses, in nats: one per epoch (the last one is used for all further epochs), or a function of the
   * batch and of the epoch last trained (0 before the first), which may throw. Default 1.
   */
  readonly validationLosses?: (readonly number[] | ((batch: LabelledBatch, epoch: number) => number)) | undefined;
  /**
   * The class probabilities of one row, shape [C]. It may throw. Default: the row's first token modulo C is its class,
   * with probability 0.75, and the other classes share the rest.
   */
  readonly probabilities?: ((batch: PaddedBatch, row: number) => readonly number[]) | undefined;
}

/** A model that learns nothing, gives scripted answers and records its calls: a `Trainable`, and an `OnlineModel`. */
export interface RecordingModel extends OnlineModel {
  /** Every call, in order. */
  readonly calls: readonly RecordedCall[];
  /** The batches trained on, in order. */
  readonly trained: readonly LabelledBatch[];
  /** The context of each train step, in order. */
  readonly contexts: readonly StepContext[];
  /** The batches evaluated, in order. */
  readonly evaluated: readonly LabelledBatch[];
  /** The batches predicted, in order. */
  readonly predicted: readonly PaddedBatch[];
  /**
   * The stand-in for its weights: the number of train steps made. It is the one number in its state dict (`steps`,
   * shape [1]). Loading a state dict restores it, so it shows which step's weights the model has.
   */
  readonly steps: number;
}

const scripted = (losses: readonly number[], index: number): number => losses[Math.min(index, losses.length - 1)] ?? 1;

const byFirstToken =
  (classes: number) =>
  (batch: PaddedBatch, row: number): readonly number[] => {
    const own = (batch.tokens[row * batch.time] ?? 0) % classes;
    return Array.from({ length: classes }, (_, c) => (classes === 1 ? 1 : c === own ? 0.75 : 0.25 / (classes - 1)));
  };

/**
 * A model that records its calls: to test operators and trainings without real training.
 *
 * It answers every call synchronously and from a script, keeps every batch that it receives, and needs no backend.
 *
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { trainStep } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 * import { of } from 'rxjs';
 *
 * const model = recordingModel({ losses: [0.9, 0.7] });
 * of(labelledBatch({ seed: 1 }), labelledBatch({ seed: 2 }))
 *   .pipe(trainStep(model, { epoch: 1, learningRate: 1e-3 }))
 *   .subscribe(({ loss }) => console.log(loss)); // 0.9, 0.7
 * model.contexts[1]; // { epoch: 1, step: 1, learningRate: 0.001 }
 * model.steps; // 2
 * ```
 */
export const recordingModel = (options: RecordingModelOptions = {}): RecordingModel => {
  checkOptions('recordingModel', options, '{ classes: 2 }');
  const {
    name = 'recording',
    classes = 2,
    classWeights,
    losses = [],
    validationLosses = [],
    probabilities = byFirstToken(classes),
  } = options;
  checkTypes('recordingModel', { name }, { name: 'string' });
  checkWhole('recordingModel', 'classes', classes, 1);
  const calls: RecordedCall[] = [];
  let steps = 0;
  let made = 0; // a load restores steps, but not the position in the script of losses
  let epoch = 0;

  const weightOf = ({ labels }: LabelledBatch): number =>
    labels.reduce((sum, label) => sum + (classWeights?.[label] ?? 1), 0);
  const probabilitiesOf = (batch: PaddedBatch): Float32Array =>
    Float32Array.from(Array.from({ length: batch.size }, (_, row) => probabilities(batch, row)).flat());
  const ofType = <T extends RecordedCall['type']>(type: T) =>
    calls.filter((call): call is Extract<RecordedCall, { readonly type: T }> => call.type === type);

  return {
    name,
    classes,
    trainBatch: (batch, context): StepResult => {
      calls.push({ type: 'train', batch, context });
      epoch = context.epoch;
      const loss = typeof losses === 'function' ? losses(batch, context) : scripted(losses, made);
      made += 1;
      steps += 1;
      return { loss, weight: weightOf(batch) };
    },
    evaluateBatch: (batch): EvaluationResult => {
      calls.push({ type: 'evaluate', batch, epoch });
      const loss =
        typeof validationLosses === 'function'
          ? validationLosses(batch, epoch)
          : scripted(validationLosses, Math.max(0, epoch - 1));
      return { loss, weight: weightOf(batch), probabilities: probabilitiesOf(batch) };
    },
    predictBatch: (batch) => {
      calls.push({ type: 'predict', batch });
      return probabilitiesOf(batch);
    },
    stateDict: () => {
      calls.push({ type: 'state' });
      return new Map([['steps', { shape: [1], data: Float32Array.of(steps) }]]);
    },
    loadStateDict: (state) => {
      calls.push({ type: 'load', state });
      steps = state.get('steps')?.data[0] ?? 0;
    },
    // The number of steps stands for its optimizer's state too.
    optimizerState: () => {
      calls.push({ type: 'optimizer-state' });
      return new Map([['step', { shape: [], data: Float32Array.of(steps) }]]);
    },
    loadOptimizerState: (state) => {
      calls.push({ type: 'load-optimizer', state });
    },
    renewTokens: (tokens, like) => {
      calls.push({ type: 'renew', tokens, like });
    },
    calls,
    get trained() {
      return ofType('train').map(({ batch }) => batch);
    },
    get contexts() {
      return ofType('train').map(({ context }) => context);
    },
    get evaluated() {
      return ofType('evaluate').map(({ batch }) => batch);
    },
    get predicted() {
      return ofType('predict').map(({ batch }) => batch);
    },
    get steps() {
      return steps;
    },
  };
};
