import type { Optional } from '../../contracts/Optional.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import type { Artifacts } from './Artifacts.js';
import { type Classifier, classifier } from '../classifier.js';
import type { ClassifierSettings } from '../ClassifierSettings.js';
import { entriesUnder } from '../internal/entriesUnder.js';
import { linearClassifier, type LinearClassifier } from '../linear/linearClassifier.js';
import { sumClassifier, type SumClassifier } from '../sum/sumClassifier.js';
import { wideGru, type WideGru } from '../wide/wideGru.js';
import { isLessonConfig } from './ModelConfig.js';

/** A text classifier of any architecture, whose steps answer at once. */
export type TextModel = Classifier | LinearClassifier | WideGru | SumClassifier;

/** How a model is restored. */
export interface RestoreSettings extends Optional<
  Pick<ClassifierSettings, 'seed' | 'classWeights' | 'backend' | 'name'>
> {
  /**
   * The number of train rows of a training that goes on, which a linear model spreads its L2 penalty over. Default: those
   * that its features were counted in.
   */
  readonly trainRows?: number | undefined;
}

/**
 * Makes the model of artifacts that were loaded, whatever its architecture.
 *
 * Its texts are read by `rowEncoder(artifacts)`, which gives it tokens, word vectors and hashed features as they were in
 * training.
 *
 * @param artifacts what `loadArtifacts` read; the weights are copied
 * @param settings the seed, default 0, matters only where training goes on; the backend is of use where the architecture
 *   has tensors, which `linear` has not
 * @throws HeadwaterError as `classifier`, `linearClassifier` and `wideGru`
 *
 * @example
 * ```ts
 * import { loadArtifacts, restoreModel, rowEncoder } from 'headwater';
 * const loaded = await loadArtifacts('artifacts/news')();
 * if (loaded._tag === 'Right') {
 *   const model = restoreModel(loaded.right);
 *   const tokenizer = rowEncoder(loaded.right); // for `classifyLive({ model, tokenizer, … })`, say
 *   model.dispose();
 * }
 * ```
 */
export const restoreModel = (
  artifacts: Pick<Artifacts, 'config' | 'weights' | 'features' | 'vectors'>,
  settings: RestoreSettings = {},
): TextModel => {
  checkArgument('restoreModel', 'artifacts', artifacts, 'the artifacts of a model, such as loadArtifacts() reads', [
    'config',
  ]);
  const { config, weights, features, vectors } = artifacts;

  const { trainRows = features?.frequencies.documents ?? 1, ...common } = settings;
  const given = { ...common, seed: common.seed ?? 0, weights };
  if (isLessonConfig(config)) return classifier(config, given);
  switch (config.architecture) {
    case 'linear':
      return linearClassifier(config, { ...given, trainRows });
    case 'wide-gru':
      return wideGru(config, { ...given, vectors });
    case 'sum': {
      const { network, linear, networkWeight, linearWeight } = config;
      const { seed, classWeights, backend, name } = given;
      const part = (prefix: string) => ({ seed, classWeights, weights: entriesUnder(prefix, weights) });
      return sumClassifier(
        {
          network: wideGru(network, { ...part('network.'), backend, vectors }),
          linear: linearClassifier(linear, { ...part('linear.'), trainRows }),
          networkWeight,
          linearWeight,
        },
        { classWeights, name },
      );
    }
  }
};
