import { isLessonConfig } from '../models/artifacts/ModelConfig.js';
import { restoreModel } from '../models/artifacts/restoreModel.js';
import type { TrainedCandidate } from './ModelChosen.js';

/** The number of validation rows below which they are too few to fit a temperature. */
export const FEW_ROWS = 20;

/**
 * Calibrates a candidate: divides its logits by the temperature that was fitted on the validation rows. The original
 * model is disposed of. A sum is calibrated already and stays unchanged.
 */
export const tempered = (candidate: TrainedCandidate): TrainedCandidate => {
  const { model, measured, features, vectors, source } = candidate;
  const { config } = model;
  if (isLessonConfig(config) || config.architecture === 'sum' || source.rows.validation < FEW_ROWS) return candidate;
  const weights = model.stateDict();
  const restored = restoreModel(
    { config: { ...config, temperature: measured.temperature }, weights, features, vectors },
    { name: model.name, ...('backend' in model ? { backend: model.backend } : {}) },
  );
  model.dispose();
  return { ...candidate, model: restored };
};
