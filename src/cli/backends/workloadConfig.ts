import { classifierConfig, type ClassifierConfig } from '../../models/ClassifierConfig.js';
import { isLessonConfig, type ModelConfig } from '../../models/artifacts/ModelConfig.js';

/**
 * A classifier with about the same amount of work as a model, for the comparison of backends; undefined for a model
 * without tensors. Most of the work of a wide GRU is in its recurrent layer.
 */
export const workloadConfig = (config: ModelConfig): ClassifierConfig | undefined => {
  if (isLessonConfig(config)) return config;
  if (config.architecture === 'linear') return undefined;
  if (config.architecture === 'sum') return workloadConfig(config.network);
  const { vocabularySize, classes, embeddingDim, hiddenDim, padIndex } = config;
  return classifierConfig({ vocabularySize, classes, embeddingDim, hiddenDim, padIndex });
};
