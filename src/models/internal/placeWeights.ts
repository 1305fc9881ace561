import { tensor, tidy, variable } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { isLeft } from 'fp-ts/lib/Either.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import { Adam } from '../../ops/optimizers/Adam.js';
import { runOn } from '../../ops/backends/onBackend.js';
import { gradientNames } from '../../ops/recurrent/internal/classifierOps.js';
import type { ClassifierInputs } from '../../ops/recurrent/internal/classifierOps.js';
import { namedWeights } from '../../ops/recurrent/internal/recurrentOps.js';
import { BACKEND_NAME } from '../../ops/definition/backendName.js';
import { registerBackend } from '../../ops/backends/registerBackend.js';
import { registerOps } from '../../ops/registerOps.js';
import { checkClassWeights } from '../../ops/internal/lossShares.js';
import { checkWeights } from './checkWeights.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';
import type { ClassifierSettings } from '../ClassifierSettings.js';
import { initialWeights } from './initialWeights.js';
import { weightShapes } from './weightShapes.js';

/** A classifier's weights and its optimizer, on its backend. */
export interface PlacedWeights {
  readonly classWeights: Float32Array | undefined;
  /** By name. */
  readonly weights: ReadonlyMap<string, Variable>;
  /** The same weights under the names that the ops use. */
  readonly inputs: ClassifierInputs<Tensor>;
  /** Makes one optimizer step on all weights; the gradients are in the order of `gradientNames`. */
  learn(gradients: readonly Tensor[], learningRate: number): void;
  readonly adam: Adam;
  /** Replaces the weights by a copy of `state`. The classifier's backend must be the current one. */
  replace(state: StateDict): void;
  /** Frees weights and optimizer. Further calls do nothing. */
  dispose(): void;
  /** Throws after the weights were freed. */
  readonly checkAlive: () => void;
}

/** Makes a tensor from a copy of a weight's values. */
const asTensor = ({ shape, data }: Weight): Tensor => tensor(data.slice(), [...shape]);

/**
 * Puts a classifier's weights onto its backend, with an optimizer. The embedded backend is registered if necessary.
 *
 * @throws HeadwaterError as `classifier`
 */
export const placeWeights = (
  config: ClassifierConfig,
  { seed, backend = BACKEND_NAME, name = config.cell, embeddingSpread, ...settings }: ClassifierSettings,
): PlacedWeights => {
  const classWeights = settings.classWeights?.slice();
  if (classWeights !== undefined) checkClassWeights(classWeights, config.classes);
  const shapes = weightShapes(config);

  const fitting = (state: StateDict): StateDict => {
    const checked = checkWeights(shapes, state);
    if (isLeft(checked)) throw checked.left;
    return checked.right;
  };

  const start =
    settings.weights === undefined ? initialWeights(config, seed, embeddingSpread) : fitting(settings.weights);
  if (backend === BACKEND_NAME) registerBackend();
  else registerOps();
  const { weights, adam } = runOn(backend, () => {
    const variables = new Map(
      Array.from(start, ([key, weight]): [string, Variable] => [key, tidy(() => variable(asTensor(weight), false))]),
    );
    return { weights: variables, adam: new Adam(variables) };
  });
  // The weights in their order of definition, under the names that the ops use.
  const names = [...shapes.keys()];
  let disposed = false;

  return {
    classWeights,
    weights,
    inputs: namedWeights(
      gradientNames(config.bidirectional),
      names.map((key) => weights.get(key)!),
    ),
    learn: (gradients, learningRate) => adam.step(new Map(names.map((key, i) => [key, gradients[i]!])), learningRate),
    adam,
    replace: (state) => {
      for (const [key, weight] of fitting(state)) weights.get(key)?.assign(asTensor(weight));
    },
    dispose: () => {
      if (disposed) return;
      disposed = true;
      adam.dispose();
      for (const weight of weights.values()) weight.dispose();
    },
    checkAlive: () => {
      if (disposed)
        throw new HeadwaterError('HW_USAGE', `The classifier "${name}" has been disposed of. Make another one.`);
    },
  };
};
