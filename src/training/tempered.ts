import { isLessonConfig } from '../models/artifacts/ModelConfig.js';
import { restoreModel } from '../models/artifacts/restoreModel.js';
import type { TrainedCandidate } from './ModelChosen.js';

/** Validation rows below which one temperature is as likely as another. */
export const FEW_ROWS = 20;

/**
 * A candidate whose probabilities say how often it is right on the validation rows: its logits are divided by the
 * temperature that was fitted there. The model that it was is disposed of. A sum was fitted there already.
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
