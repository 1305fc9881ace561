import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { Side } from '../../contracts/rows/Row.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { ConfigView, SideView } from '../../contracts/training/TrainingView.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';

/** The rows are read and split, and the model is created. */
export interface TrainingPrepared {
  readonly type: 'prepared';
  /** The configuration of the model, such as a `ClassifierConfig`. */
  readonly config: ConfigView;
  /** The names of the classes, in the order of the label encoder. */
  readonly classes: readonly string[];
  readonly split: Readonly<Record<Side, SideView>>;
}

/**
 * The updates of a training for its viewers: the events of `fit`, rejected rows, and events before and after the
 * training.
 */
export type TrainingUpdate = TrainingPrepared | TrainingEvent | Rejection | ReportMade | FlowSnapshot;
