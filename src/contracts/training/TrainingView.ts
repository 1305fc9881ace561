import type { Performance } from './Evaluation.js';
import type { FlowSnapshot } from '../flow/FlowSnapshot.js';
import type { Rejection } from '../rows/Rejection.js';
import type { Side } from '../rows/Row.js';
import type { EpochStarted, StepEnded, TrainingEnded, TrainingStarted } from './TrainingEvent.js';
import type { EpochEnded } from './EpochEnded.js';
import type { TrainingRecord } from './TrainingRecord.js';

/** The parts of the lesson's classifier that a page shows. */
export interface LessonView {
  readonly cell: 'rnn' | 'gru' | 'lstm';
  readonly bidirectional: boolean;
  readonly vocabularySize: number;
  readonly embeddingDim: number;
  readonly hiddenDim: number;
  readonly fcDim: number;
  readonly dropout: number;
  readonly classes: number;
}

/** The parts of a linear classifier that a page shows. */
export interface LinearView {
  readonly architecture: 'linear';
  readonly optimizer: 'sgd' | 'adagrad';
  readonly columns: number;
  readonly dropout: number;
  readonly classes: number;
}

/** The parts of a wide GRU that a page shows. */
export interface WideGruView {
  readonly architecture: 'wide-gru';
  readonly vocabularySize: number;
  readonly embeddingDim: number;
  readonly hiddenDim: number;
  readonly vectors: boolean;
  readonly columns: number;
  readonly dropout: number;
  readonly classes: number;
  /** The number of networks whose logits are averaged; undefined for one. */
  readonly members?: number | undefined;
  /** Undefined for largest values and means. */
  readonly pooling?: 'attention' | undefined;
}

/** The parts of the sum of two models that a page shows. */
export interface SumView {
  readonly architecture: 'sum';
  readonly classes: number;
  readonly network: WideGruView;
  readonly linear: LinearView;
}

/** The configuration of a model as far as a page shows it. `config.json` is one. */
export type ConfigView = LessonView | LinearView | WideGruView | SumView;

/** A server's description of the model that it serves: `GET /model`. */
export interface ModelView {
  readonly name: string;
  /** The id of the saved model; null where the server does not know it. */
  readonly modelId: string | null;
  /** In the order of the label encoder. */
  readonly classes: readonly string[];
  /** Null where the server does not know them. */
  readonly config: ConfigView | null;
  readonly performance: Performance | null;
  readonly training: TrainingRecord | null;
}

/**
 * The quality of the predictions for the test rows, with the confusion matrix. `metrics` reports this object. In JSON,
 * a loss that is not a number is null.
 */
export interface ReportView {
  /** The class names, in the order of the confusion matrix. */
  readonly classes: readonly string[];
  readonly performance: Performance;
  /** Counts, row-major, shape [C, C], true × predicted. */
  readonly confusion: readonly number[];
  readonly accuracy: number;
  readonly loss: number | null;
  readonly rows: number;
}

/** A step, with the training speed at that time. */
export interface PacedStep extends StepEnded {
  readonly rowsPerSecond: number;
}

/** The data of the event `training`, which a training sends to a page. In JSON, a loss that is not a number is null. */
export type TrainingNews =
  TrainingStarted | EpochStarted | PacedStep | Omit<EpochEnded, 'state'> | Omit<TrainingEnded, 'state'>;

/** The quality of an epoch's model on the validation rows: data of the event `metrics`. */
export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  readonly accuracy: number;
  /** The mean F1 of the classes; each class has the same weight. */
  readonly macroF1: number;
}

/** The rows rejected so far: data of the event `rejections`. */
export interface RejectionsView {
  readonly total: number;
  /**
   * The number of rejections by reason and field, the most frequent first. The field is left out where the whole record
   * is invalid.
   */
  readonly byReason: readonly {
    readonly reason: Rejection['reason'];
    readonly field?: string | undefined;
    readonly count: number;
  }[];
  /** The first rejections, at most 10. */
  readonly examples: readonly Rejection[];
}

/** One side of the split. */
export interface SideView {
  readonly rows: number;
  /** Rows by class. */
  readonly classes: Readonly<Record<string, number>>;
}

/** How a training ended: data of the event `ended`. */
export interface TrainingOver {
  /** The error message, where the training failed. */
  readonly error?: string | undefined;
}

/** The phase of a training: reading and splitting, in its epochs, measuring the test rows, ended, or failed. */
export type TrainingPhase = 'preparing' | 'training' | 'measuring' | 'ended' | 'failed';

/**
 * All the data that a page needs to show a running or finished training: `GET /training`.
 *
 * Later events come from `GET /events`, requested with `lastEventId`: `training` (`TrainingNews`, at most 10 steps a
 * second), `metrics` (`EpochMetrics`), `rejections` (`RejectionsView`), `report` (`ReportView`), `flow`
 * (`FlowSnapshot`), `ended` (`TrainingOver`), `missed`. The page requests this snapshot again at an event `missed`, and
 * when the phase changes without an event.
 */
export interface TrainingSnapshot {
  readonly state: TrainingPhase;
  /** The error message, where the training failed. */
  readonly error?: string | undefined;
  /** Null while the training is prepared, because the vocabulary is not known yet. */
  readonly config: ConfigView | null;
  /** The names of the classes; empty while the training is prepared. */
  readonly classes: readonly string[];
  /** Null while the training is prepared. */
  readonly split: Readonly<Record<Side, SideView>> | null;
  /** The largest number of epochs. */
  readonly epochs: number;
  /** The events so far, in order. It may contain only a part of the steps, spread evenly. */
  readonly history: readonly TrainingNews[];
  readonly metrics: readonly EpochMetrics[];
  readonly rejections: RejectionsView;
  /** Null until the test rows have been measured. */
  readonly report: ReportView | null;
  /** The flow of the pipeline in the last minutes, one snapshot a second; empty where the flow is not watched. */
  readonly flow: readonly FlowSnapshot[];
  /** The id of the last event that this snapshot includes; null where there was none yet. */
  readonly lastEventId: string | null;
}
