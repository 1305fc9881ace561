import type { ChoiceRecord, EpochRecord } from '../../contracts/training/TrainingRecord.js';
import type { TextModel } from '../../models/artifacts/restoreModel.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import type { Split } from '../../operators/rows/prepare.js';
import type { Report } from '../../sinks/metrics/metrics.js';
import type { WideFeatures } from '../../text/features/wideFeatures.js';
import type { WordVectors } from '../../text/vectors/WordVectors.js';

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
}
