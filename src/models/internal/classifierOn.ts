import { WEBGPU_NAME } from '../../ops/backends/loadWebgpu.js';
import { classifier, type Classifier } from '../classifier.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';
import type { ClassifierSettings } from '../ClassifierSettings.js';
import { deferredClassifier, type DeferredClassifier } from '../deferredClassifier.js';

/** Makes the classifier for the backend of the settings: with synchronous steps, or with deferred results. */
export const classifierOn = (
  config: ClassifierConfig,
  settings: ClassifierSettings,
): Classifier | DeferredClassifier =>
  settings.backend === WEBGPU_NAME ? deferredClassifier(config, settings) : classifier(config, settings);
