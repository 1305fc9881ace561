import { classifierConfig, type ClassifierConfig } from '../../models/ClassifierConfig.js';
import { isLessonConfig, type ModelConfig } from '../../models/artifacts/ModelConfig.js';

/**
 * A classifier that takes about the work of a model, by which backends are compared; undefined for a model without
 * tensors. Most of a wide GRU's work is that of its recurrent layer.
 */
export const workloadConfig = (config: ModelConfig): ClassifierConfig | undefined => {
  if (isLessonConfig(config)) return config;
  if (config.architecture === 'linear') return undefined;
  if (config.architecture === 'sum') return workloadConfig(config.network);
  const { vocabularySize, classes, embeddingDim, hiddenDim, padIndex } = config;
  return classifierConfig({ vocabularySize, classes, embeddingDim, hiddenDim, padIndex });
};
