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

/** A model that was trained, with what it reads of a text. */
export interface TrainedModel {
  readonly model: TextModel | DeferredClassifier;
  readonly features?: WideFeatures | undefined;
  readonly vectors?: WordVectors | undefined;
}

/** A training that is done: its model lives until the job's Observable ends. */
export interface Trained extends TrainedModel {
  readonly split: Split;
  readonly report: Report;
  /** What its epochs came to. */
  readonly epochs: readonly EpochRecord[];
  /** How it was chosen; undefined where one model alone was trained. */
  readonly choice: ChoiceRecord | undefined;
  readonly classWeights: ClassWeighting;
  /** What was divided out of its last layer; undefined where its configuration says it. */
  readonly temperature?: number | undefined;
  /**
   * The number of rows that the model was trained on once more; then the scores and the epochs are those of the training
   * before. Undefined where it was trained once.
   */
  readonly refittedOn?: number | undefined;
  /** The search that its settings come from; undefined where there was none. */
  readonly search?: SearchRecord | undefined;
  /** The cross-validation that was made before; undefined where there was none. */
  readonly crossValidation?: CrossValidationRecord | undefined;
}
