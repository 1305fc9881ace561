import { checkOptions } from '../../contracts/checkOption.js';
import { checkArtifactsArgument } from './internal/checkArtifactsArgument.js';
import type { Optional } from '../../contracts/Optional.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Artifacts } from './Artifacts.js';
import { classifier, type Classifier } from '../classifier.js';
import type { ClassifierSettings } from '../ClassifierSettings.js';
import { isLessonConfig } from './ModelConfig.js';

/**
 * Makes the classifier of the lesson's architecture from artifacts; `restoreModel` makes a model of any architecture.
 *
 * @param artifacts the artifacts from `loadArtifacts`; the weights are copied
 * @param settings as for `classifier`; the seed, default 0, is used only where training continues
 * @throws HeadwaterError `HW_USAGE` for another architecture; otherwise as `classifier`
 *
 * @example
 * ```ts
 * import { loadArtifacts, restoreClassifier } from 'headwater';
 * const loaded = await loadArtifacts('artifacts/gru')();
 * if (loaded._tag === 'Right') {
 *   const model = restoreClassifier(loaded.right);
 *   model.dispose();
 * }
 * ```
 */
export const restoreClassifier = (
  artifacts: Artifacts,
  settings: Optional<Omit<ClassifierSettings, 'weights'>> = {},
): Classifier => {
  checkOptions('restoreClassifier', settings, 'artifacts, { seed: 1 }');
  checkArtifactsArgument('restoreClassifier', artifacts);
  const { config, weights } = artifacts;

  if (isLessonConfig(config)) return classifier(config, { ...settings, seed: settings.seed ?? 0, weights });
  throw new HeadwaterError(
    'HW_USAGE',
    'restoreClassifier was given a model of the architecture ' +
      `${config.architecture}. Use restoreModel, which restores any.`,
  );
};
