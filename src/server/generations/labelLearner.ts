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
   * The step size of the optimizer. Default: what suits each model (`onlineRate`), or 0.001 where `about` does not say what
   * it is made of.
   */
  readonly learningRate?: number | undefined;
  /**
   * How many labels a trial takes, after which the model is set back to what it was before them if it has got worse.
   * Default 100.
   */
  readonly trialRows?: number | undefined;
  /** Labels that the model learns before `/readyz` says 200: those that it had learnt before a restart. Default: none. */
  readonly past?: readonly Label[] | undefined;
}

/** Learns from labels, one after another, in one synchronous step each. */
export interface LabelLearner {
  /** Learns a label. @returns what that made happen; nothing after an error */
  learn(label: Label): readonly LearningEvent[];
  dispose(): void;
}

/** How much smaller the share of right answers may be before the model counts as worse: chance alone is larger on few labels. */
const TOLERANCE = 0.05;

const isOnline = (model: ServedModel['model']): model is OnlineModel =>
  typeof model !== 'function' && 'optimizerState' in model && 'renewTokens' in model;

/** A label as a headline that brings its class. */
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
 * Makes what lets a served model learn from labels while it classifies: each label makes one step, between two batches.
 * Equal labels in an equal order give equal weights.
 *
 * Its errors are thrown by `learn`, once; afterwards it learns nothing more.
 *
 * @throws HeadwaterError `HW_USAGE` where the model cannot go on learning
 */
export const labelLearner = (
  { model, tokenizer, labelEncoder, text, stopWords, about }: ServedModel,
  { learningRate, trialRows = 100 }: LearnOptions,
): LabelLearner => {
  if (!isOnline(model))
    throw new HeadwaterError(
      'HW_USAGE',
      `serveModel: this model cannot learn while it is served. Leave out the option learn, or serve a model that restoreModel makes.`,
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
        // Of this model: the next one may be of another architecture.
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
