import { lastValueFrom, map, type Observable, of, type OperatorFunction, toArray } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import type { ModelView } from '../../contracts/training/TrainingView.js';
import { classifyTexts } from '../../operators/live/internal/classifyTexts.js';
import { type Occlusions, occlusionsOf } from '../../operators/live/internal/occlusions.js';
import { REQUEST_SOURCE } from '../http/requestSource.js';
import { type LabelLearner, labelLearner, type LearnOptions } from './labelLearner.js';
import type { ServedModel } from './ServedModel.js';

/** A served model, ready to classify. */
export interface Generation {
  /** The id of the saved model; without one, the name of the model. */
  readonly id: string;
  readonly labelEncoder: ServedModel['labelEncoder'];
  readonly classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>;
  readonly occlude: (headline: LiveHeadline) => Occlusions;
  /** Learns from labels; undefined if the model does not learn. */
  readonly learner: LabelLearner | undefined;
  /** Classifies as the model did before it learnt; undefined if it does not learn, or there is no copy of it. */
  readonly unlearnt: OperatorFunction<readonly LiveHeadline[], LivePrediction> | undefined;
  readonly view: () => ModelView;
  readonly dispose: () => void;
}

/**
 * Makes a generation of a model.
 *
 * @param learn how the model learns from labels; undefined if it does not learn
 * @throws HeadwaterError `HW_USAGE` when a stop word is empty, or the model cannot learn
 */
export const generationOf = (served: ServedModel, learn?: LearnOptions): Generation => {
  const {
    model,
    labelEncoder,
    about: { modelId = null, config = null, performance = null, training = null } = {},
  } = served;
  const nameOf = (): string => (typeof model === 'function' ? model() : model).name;
  const id = modelId ?? nameOf();
  const classify = classifyTexts('serveModel', served);
  const learner = learn === undefined ? undefined : labelLearner(served, learn);
  const original = learn === undefined ? undefined : served.unlearnt?.();
  return {
    id,
    labelEncoder,
    classify: (headlines$) =>
      headlines$.pipe(
        classify,
        map((prediction) => ({ ...prediction, modelId: id })),
      ),
    occlude: occlusionsOf(served),
    learner,
    unlearnt: original === undefined ? undefined : classifyTexts('serveModel', { ...served, model: original }),
    view: () => ({ name: nameOf(), modelId, classes: labelEncoder.classes, config, performance, training }),
    dispose: () => {
      learner?.dispose();
      original?.dispose?.();
      served.dispose?.();
    },
  };
};

/**
 * Makes a generation of a loaded model and tests it. If the test fails, the generation is disposed.
 *
 * Errors: those of `smoke`.
 */
export const testedGeneration = async (served: ServedModel, learn?: LearnOptions): Promise<Generation> => {
  const generation = generationOf(served, learn);
  try {
    await smoke(generation);
    return generation;
  } catch (error) {
    generation.dispose();
    throw error;
  }
};

/** Titles of the smoke batch: short, long, and without a known word. */
const SMOKE = ['Ferry returns to the harbour', 'x', 'The report says that '.repeat(20), '«—»'];

/**
 * Tests a loaded model before it replaces another one: it classifies a few invented headlines.
 *
 * Errors: `HW_NUMERIC` if a probability is not a number or the probabilities do not add up to 1; any error of the
 * model.
 */
export const smoke = async ({ id, classify, labelEncoder }: Generation): Promise<void> => {
  const headlines = SMOKE.map((title, index): LiveHeadline => ({
    id: index,
    title,
    source: REQUEST_SOURCE,
    guid: undefined,
    link: undefined,
    published: undefined,
    seen: 0,
    category: undefined,
  }));
  const batch$: Observable<readonly LiveHeadline[]> = of(headlines);
  for (const { distribution } of await lastValueFrom(batch$.pipe(classify, toArray()))) {
    const sum = distribution.reduce((total, { probability }) => total + probability, 0);
    if (distribution.length !== labelEncoder.size || !(Math.abs(sum - 1) < 0.01))
      throw new HeadwaterError(
        'HW_NUMERIC',
        `The probabilities of model ${id} add up to ${sum}, and not to 1, on a test batch. It was not put in use.`,
      );
  }
};
