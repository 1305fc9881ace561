/**
 * Classifiers and their artifacts. They run in every environment in which their ops run.
 *
 * @module headwater/models
 */

export { ARTIFACT_FILES, checkArtifacts, type Artifacts } from '../models/artifacts/Artifacts.js';
export { classifier, type Classifier } from '../models/classifier.js';
export type { ClassifierSettings } from '../models/ClassifierSettings.js';
export { classifierConfig, ClassifierConfig, type Cell, type ClassifierOptions } from '../models/ClassifierConfig.js';
export { deferredClassifier, type DeferredClassifier } from '../models/deferredClassifier.js';
export { decodeArtifacts } from '../models/artifacts/decodeArtifacts.js';
export { encodeArtifacts } from '../models/artifacts/encodeArtifacts.js';
export { encodeOnnx } from '../models/onnx/encodeOnnx.js';
export { inferConfig } from '../models/inferConfig.js';
export { loadArtifacts } from '../models/artifacts/loadArtifacts.js';
export { openArtifacts } from '../models/artifacts/openArtifacts.js';
export { trainable, type OwnModel, type Parameter, type TrainableOptions } from '../models/trainable.js';
export { resizeVocabulary, type ResizableModel } from '../models/artifacts/resizeVocabulary.js';
export { smallerArtifacts, type SmallerOptions } from '../models/artifacts/smallerArtifacts.js';
export { architectureOf, type Architecture, type ModelConfig } from '../models/artifacts/ModelConfig.js';
export { onlineRate } from '../models/artifacts/onlineRate.js';
export { restoreModel, type RestoreSettings, type TextModel } from '../models/artifacts/restoreModel.js';
export { restoreClassifier } from '../models/artifacts/restoreClassifier.js';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from '../models/artifacts/safetensors.js';
export { linearClassifier, type LinearClassifier, type LinearSettings } from '../models/linear/linearClassifier.js';
export { mixLinear, type MixedPart } from '../models/linear/mixLinear.js';
export { LinearConfig, linearConfig, type LinearOptions } from '../models/linear/LinearConfig.js';
export { warmStart, type WarmStartModel } from '../models/warmStart.js';
export { temper } from '../models/temper.js';
export { SumConfig, sumConfig } from '../models/sum/SumConfig.js';
export { fitSum, type SumInput, type SumWeights } from '../models/sum/fitSum.js';
export { sumClassifier, type SumClassifier, type SumParts, type SumSettings } from '../models/sum/sumClassifier.js';
export { wideGru } from '../models/wide/wideGru.js';
export type { WideGru, WideGruSettings } from '../models/wide/WideGruSettings.js';
export {
  WideGruConfig,
  wideGruConfig,
  type WideGruPooling,
  type WideGruOptions,
} from '../models/wide/WideGruConfig.js';

// A saved model, ready to use.
export {
  openClassifier,
  type Classification,
  type OpenClassifierOptions,
  type TextClassifier,
} from '../inference/openClassifier.js';

// Training that chooses between several models.
export { type ModelRefitted, refitModel } from '../training/refitModel.js';
export { trainModel, type TrainModelOptions } from '../training/trainModel.js';
export { trainLinear, type LinearTrained, type TrainLinearOptions } from '../training/trainLinear.js';
export { trainNetwork, type NetworkTrained, type TrainNetworkOptions } from '../training/trainNetwork.js';
export type {
  CandidateMeasured,
  LinearPart,
  TrainedParts,
  ModelChosen,
  ModelTrainingEvent,
  TrainedCandidate,
} from '../training/ModelChosen.js';
export type { DivergedModel } from '../training/DivergedModel.js';
export { weightsOfClasses, type ClassWeighting, type ModelTrainingOptions } from '../training/ModelTrainingOptions.js';
