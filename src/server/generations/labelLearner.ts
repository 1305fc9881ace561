import { Subject } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LearningEvent, OnlineModel } from '../../contracts/live/Learning.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { onlineRate } from '../../models/artifacts/onlineRate.js';
import { modelSlot } from '../../operators/learning/modelSlot.js';
import { prequential } from '../../operators/learning/prequential.js';
import type { ServedModel } from './ServedModel.js';
import type { Label } from './Label.js';

/** How a served model learns from labels. */
export interface LearnOptions {
  /**
   * The step size of the optimizer. Default: the rate of `onlineRate` for each model, or 0.001 if `about` has no
   * configuration.
   */
  readonly learningRate?: number | undefined;
  /**
   * How many labels a trial has. If the model is worse after a trial, it is reset to its state before the trial.
   * Default 100.
   */
  readonly trialRows?: number | undefined;
  /**
   * Labels that the model learns before `/readyz` answers 200: the labels that it had learnt before a restart. Default:
   * none.
   */
  readonly past?: readonly Label[] | undefined;
}

/** Learns from labels one by one. Each label is one synchronous step. */
export interface LabelLearner {
  /** Learns a label. @returns the resulting events; none after an error */
  learn(label: Label): readonly LearningEvent[];
  dispose(): void;
}

/** How much the accuracy may fall before the model counts as worse. With few labels, chance alone can exceed this. */
const TOLERANCE = 0.05;

const isOnline = (model: ServedModel['model']): model is OnlineModel =>
  typeof model !== 'function' && 'optimizerState' in model && 'renewTokens' in model;

/** Converts a label to a headline with its class. */
export const labelledHeadline = ({ title, category, guid }: Label, id: number): LiveHeadline => ({
  id,
  title,
  source: 'labels',
  guid,
  link: undefined,
  published: undefined,
  seen: 0,
  category,
});

/**
 * Makes the learner of a served model. It learns from labels while the model classifies: each label is one step,
 * between two batches. Equal labels in equal order give equal weights.
 *
 * `learn` throws an error once; afterwards it learns nothing more.
 *
 * @throws HeadwaterError `HW_USAGE` if the model cannot be trained further
 */
export const labelLearner = (
  { model, tokenizer, labelEncoder, text, stopWords, about }: ServedModel,
  { learningRate, trialRows = 100 }: LearnOptions,
): LabelLearner => {
  if (!isOnline(model))
    throw new HeadwaterError(
      'HW_USAGE',
      'serveModel: this model cannot learn while it is served. Leave out the ' +
        'option learn, or serve a model that restoreModel makes.',
    );
  const label$ = new Subject<readonly LiveHeadline[]>();
  let happened: LearningEvent[] = [];
  let failure: { readonly error: unknown } | undefined;
  let labels = 0;
  const learning = label$
    .pipe(
      prequential({
        slot: modelSlot(model, { trialRows, tolerance: TOLERANCE }),
        tokenizer,
        labelEncoder,
        text,
        stopWords,
        batchSize: 1,
        // The default depends on this model: the next model may have another architecture.
        learningRate: learningRate ?? (about?.config === undefined ? undefined : onlineRate(about.config)),
      }),
    )
    .subscribe({
      next: (event) => happened.push(event),
      error: (error: unknown) => {
        failure = { error };
      },
    });
  return {
    learn: (label) => {
      happened = [];
      label$.next([labelledHeadline(label, labels++)]);
      const failed = failure;
      failure = undefined;
      if (failed !== undefined) throw failed.error;
      return happened;
    },
    dispose: () => learning.unsubscribe(),
  };
};
