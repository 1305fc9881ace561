import type { Artifacts } from './Artifacts.js';
import { classifier, type Classifier } from '../classifier.js';
import type { ClassifierSettings } from '../ClassifierSettings.js';

/**
 * Makes the classifier of artifacts that were loaded.
 *
 * @param artifacts what `loadArtifacts` read; the weights are copied
 * @param settings as for `classifier`; the seed, default 0, matters only where training goes on
 * @throws HeadwaterError as `classifier`
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
  { config, weights }: Artifacts,
  settings: Partial<Omit<ClassifierSettings, 'weights'>> = {},
): Classifier => classifier(config, { seed: 0, ...settings, weights });
