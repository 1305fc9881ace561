import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { Side } from '../../contracts/rows/Row.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { ConfigView, SideView } from '../../contracts/training/TrainingView.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';

/** The rows are read and split, and the model is made. */
export interface TrainingPrepared {
  readonly type: 'prepared';
  /** What the model is made of: a `ClassifierConfig` is one. */
  readonly config: ConfigView;
  /** The names of the classes, in the order of the label encoder. */
  readonly classes: readonly string[];
  readonly split: Readonly<Record<Side, SideView>>;
}

/**
 * What a training tells whoever shows it: what `fit` tells, the rows that are rejected, and what comes before and
 * after.
 */
export type TrainingUpdate = TrainingPrepared | TrainingEvent | Rejection | ReportMade | FlowSnapshot;
