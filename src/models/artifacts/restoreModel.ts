import { checkTypes } from '../../contracts/checkOption.js';
import { checkArtifactsArgument } from './internal/checkArtifactsArgument.js';
import type { Optional } from '../../contracts/Optional.js';
import type { Artifacts } from './Artifacts.js';
import { type Classifier, classifier } from '../classifier.js';
import type { ClassifierSettings } from '../ClassifierSettings.js';
import { entriesUnder } from '../internal/entriesUnder.js';
import { linearClassifier, type LinearClassifier } from '../linear/linearClassifier.js';
import { sumClassifier, type SumClassifier } from '../sum/sumClassifier.js';
import { wideGru } from '../wide/wideGru.js';
import type { WideGru } from '../wide/WideGruSettings.js';
import { isLessonConfig } from './ModelConfig.js';

/** A text classifier of any architecture with synchronous steps. */
export type TextModel = Classifier | LinearClassifier | WideGru | SumClassifier;

/** The settings of a restored model. */
export interface RestoreSettings extends Optional<
  Pick<ClassifierSettings, 'seed' | 'classWeights' | 'backend' | 'name'>
> {
  /**
   * The number of train rows of a continued training, over which a linear model distributes its L2 penalty. Default:
   * the number of rows in which its features were counted.
   */
  readonly trainRows?: number | undefined;
}

/**
 * Makes the model of loaded artifacts, for any architecture.
 *
 * `rowEncoder(artifacts)` encodes its texts: it makes the same tokens, word vectors and hashed features as in training.
 *
 * @param artifacts the artifacts from `loadArtifacts`; the weights are copied
 * @param settings the seed, default 0, is used only where training continues; the backend is used by architectures with
 * tensors (all but `linear`)
 * @throws HeadwaterError as `classifier`, `linearClassifier` and `wideGru`
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
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
  checkArtifactsArgument('restoreModel', artifacts);
  checkTypes('restoreModel', settings, { trainRows: 'number', seed: 'number', name: 'string', backend: 'string' });
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
