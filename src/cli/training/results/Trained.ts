import type {
  ChoiceRecord,
  CrossValidationRecord,
  EpochRecord,
  SearchRecord,
} from '../../../contracts/training/TrainingRecord.js';
import type { TextModel } from '../../../models/artifacts/restoreModel.js';
import type { DeferredClassifier } from '../../../models/deferredClassifier.js';
import type { Split } from '../../../operators/rows/prepare.js';
import type { Report } from '../../../sinks/metrics/metrics.js';
import type { ClassWeighting } from '../../../training/ModelTrainingOptions.js';
import type { WideFeatures } from '../../../text/features/wideFeatures.js';
import type { WordVectors } from '../../../text/vectors/WordVectors.js';

/** A trained model, with its text encoder. */
export interface TrainedModel {
  readonly model: TextModel | DeferredClassifier;
  readonly features?: WideFeatures | undefined;
  readonly vectors?: WordVectors | undefined;
}

/** A finished training. Its model lives until the job's Observable ends. */
export interface Trained extends TrainedModel {
  readonly split: Split;
  readonly report: Report;
  /** The records of its epochs. */
  readonly epochs: readonly EpochRecord[];
  /** How the model was selected; undefined if only one model was trained. */
  readonly choice: ChoiceRecord | undefined;
  readonly classWeights: ClassWeighting;
  /** The temperature by which its last layer was divided; undefined if the configuration contains it. */
  readonly temperature?: number | undefined;
  /**
   * The number of rows on which the model was trained once more. The scores and the epochs are then those of the first
   * training. Undefined if it was trained once.
   */
  readonly refittedOn?: number | undefined;
  /** The id of the model from whose weights it started, if any. */
  readonly warmStart?: string | undefined;
  /** The search that found its settings; undefined if there was none. */
  readonly search?: SearchRecord | undefined;
  /** The preceding cross-validation; undefined if there was none. */
  readonly crossValidation?: CrossValidationRecord | undefined;
}
