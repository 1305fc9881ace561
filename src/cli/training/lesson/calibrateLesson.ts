import { map, type Observable, of } from 'rxjs';
import type { BatchSource } from '../../../contracts/training/BatchSource.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { Classifier } from '../../../models/classifier.js';
import type { DeferredClassifier } from '../../../models/deferredClassifier.js';
import type { CandidateMeasured } from '../../../training/ModelChosen.js';
import { FEW_ROWS } from '../../../training/tempered.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/**
 * The temperature of a lesson classifier. It is 1 with `--text lesson`, which reproduces the probabilities of the
 * lesson's code, and 1 if there are too few validation rows.
 */
export const lessonTemperature = (
  { temperature }: CandidateMeasured,
  source: BatchSource,
  { text }: TrainingOptions,
): number => (text === 'lesson' || source.rows.validation < FEW_ROWS ? 1 : temperature);

/** Divides the last layer by the temperature, so that the logits are scaled in every program that reads the weights. */
const divided = (state: StateDict, temperature: number): StateDict =>
  new Map(
    Array.from(state, ([name, weight]) => [
      name,
      name.startsWith('fc2.') ? { shape: weight.shape, data: weight.data.map((value) => value / temperature) } : weight,
    ]),
  );

/** Divides the logits of a classifier by its temperature, in its last layer; emits once when this is done. */
export const calibrateLesson = (model: Classifier | DeferredClassifier, temperature: number): Observable<void> => {
  if (temperature === 1) return of(undefined);
  const weights$ = 'deferred' in model ? model.stateDict() : of(model.stateDict());
  return weights$.pipe(map((state) => model.loadStateDict(divided(state, temperature))));
};
