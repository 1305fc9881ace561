import type { EpochRecord } from '../../contracts/TrainingRecord.js';
import type { Classifier } from '../../models/classifier.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import type { Split } from '../../operators/rows/prepare.js';
import type { Report } from '../../sinks/metrics/metrics.js';

/** A training that is done: its model lives until the job's Observable ends. */
export interface Trained {
  readonly model: Classifier | DeferredClassifier;
  readonly split: Split;
  readonly report: Report;
  /** What its epochs came to. */
  readonly epochs: readonly EpochRecord[];
}
