import { bufferCount, concatMap, filter, from, map, type Observable, type OperatorFunction, tap, toArray } from 'rxjs';
import type { DriftDetected, LearningEvent } from '../../contracts/live/Learning.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { onlineRate } from '../../models/artifacts/onlineRate.js';
import { restoreModel } from '../../models/artifacts/restoreModel.js';
import { modelSlot } from '../../operators/learning/modelSlot.js';
import { prequential } from '../../operators/learning/prequential.js';
import { classifyLive } from '../../operators/live/classifyLive.js';
import type { LoadedModel } from '../inference/model.js';
import type { LabelTally } from './LabelTally.js';

/** A headline with its right class. */
export interface LabelledTitle {
  readonly title: string;
  readonly category: string;
}

/** The options of a trial. */
export interface LabelTrialOptions {
  /** The number of labels in a step. */
  readonly batchSize: number;
  readonly learningRate?: number | undefined;
  /** Detects drift of the errors; the curve is marked where drift is detected. Default: no detection. */
  readonly drift?: OperatorFunction<number, DriftDetected> | undefined;
}

/** A model that learns from labels, with a copy of its original state. */
export interface LabelTrial {
  /** Predicts each label, counts the predictions of both models, and then learns the label. Emits the events. */
  readonly learn: OperatorFunction<LabelledTitle, LearningEvent>;
  /** Frees the copy of the original model. */
  readonly dispose: () => void;
}

/** The number of labels that are predicted together. */
const TOGETHER = 32;

/** A title as a headline. */
export const headlineOf = (title: string, id: number, category?: string): LiveHeadline => ({
  id,
  title,
  source: 'labels',
  guid: undefined,
  link: undefined,
  published: undefined,
  seen: 0,
  category,
});

/**
 * Makes a trial of a loaded model. The model itself learns; a copy of its original state gives the predictions without
 * learning.
 */
export const labelTrial = (
  { model, artifacts, encoder: tokenizer, backend }: LoadedModel,
  tally: LabelTally,
  { batchSize, learningRate = onlineRate(artifacts.config), drift }: LabelTrialOptions,
): LabelTrial => {
  const { labelEncoder, text } = artifacts;
  const before = restoreModel(artifacts, backend.name === 'none' ? {} : { backend: backend.name });
  const learning = prequential({
    slot: modelSlot(model),
    tokenizer,
    labelEncoder,
    text,
    batchSize,
    learningRate,
    drift,
  });
  const asBefore = (batch: readonly LiveHeadline[]): Observable<readonly string[]> =>
    from([batch]).pipe(
      classifyLive({ model: before, tokenizer, labelEncoder, text }),
      map(({ category }) => category),
      toArray(),
    );
  return {
    learn: (label$) => {
      /** The predictions of the original model for the labels that are learnt next, by their number. */
      const said = new Map<number, string>();
      return label$.pipe(
        map(({ title, category }, id) => headlineOf(title, id, category)),
        bufferCount(Math.min(batchSize, TOGETHER)),
        concatMap((batch) =>
          asBefore(batch).pipe(
            tap((categories) => categories.forEach((category, i) => said.set(batch[i]!.id, category))),
            map(() => batch),
          ),
        ),
        learning,
        tap((event) => {
          if (event.type === 'drift') tally.markDrift(event);
          if (event.type !== 'scored') return;
          const { id, title } = event.prediction.headline;
          tally.add({
            title,
            category: event.category,
            learning: event.prediction.category,
            before: said.get(id) ?? '',
            loss: event.loss,
          });
          said.delete(id);
        }),
        filter(({ type }) => type !== 'live-prediction'),
      );
    },
    dispose: () => before.dispose(),
  };
};
