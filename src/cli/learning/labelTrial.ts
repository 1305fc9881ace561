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

/** How a model learns from labels. */
export interface LabelTrialOptions {
  /** How many labels make a step. */
  readonly batchSize: number;
  readonly learningRate?: number | undefined;
  /** What watches the errors for drift; the curve is marked where it is noticed. Default: nothing. */
  readonly drift?: OperatorFunction<number, DriftDetected> | undefined;
}

/** A model that learns from labels, beside itself as it was. */
export interface LabelTrial {
  /** Predicts each label, counts what both models said of it, and only then learns it. Emits what happens. */
  readonly learn: OperatorFunction<LabelledTitle, LearningEvent>;
  /** Frees the model as it was. */
  readonly dispose: () => void;
}

/** How many labels are predicted together. */
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
 * Makes a trial of a loaded model: it learns in place, and a copy of it as it was says what it would have said without
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
      /** What the model as it was says of the labels that are about to be learnt, by their number. */
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
          const { id } = event.prediction.headline;
          tally.add({
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
