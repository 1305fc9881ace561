import type { Performance } from './Evaluation.js';
import type { FlowSnapshot } from '../flow/FlowSnapshot.js';
import type { Rejection } from '../rows/Rejection.js';
import type { Side } from '../rows/Row.js';
import type { EpochEnded, EpochStarted, StepEnded, TrainingEnded, TrainingStarted } from './TrainingEvent.js';
import type { TrainingRecord } from './TrainingRecord.js';

/** What the lesson's classifier is made of, as far as a page shows it. */
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

/** What a linear classifier is made of, as far as a page shows it. */
export interface LinearView {
  readonly architecture: 'linear';
  readonly optimizer: 'sgd' | 'adagrad';
  readonly columns: number;
  readonly dropout: number;
  readonly classes: number;
}

/** What a wide GRU is made of, as far as a page shows it. */
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
}

/** What the sum of two models is made of, as far as a page shows it. */
export interface SumView {
  readonly architecture: 'sum';
  readonly classes: number;
  readonly network: WideGruView;
  readonly linear: LinearView;
}

/** What a model is made of, as far as a page shows it: `config.json` is one. */
export type ConfigView = LessonView | LinearView | WideGruView | SumView;

/** What a server tells of the model that it serves: `GET /model`. */
export interface ModelView {
  readonly name: string;
  /** The id of the saved model; null where the server was not told. */
  readonly modelId: string | null;
  /** In the order of the label encoder. */
  readonly classes: readonly string[];
  /** These are null where the server was not told. */
  readonly config: ConfigView | null;
  readonly performance: Performance | null;
  readonly training: TrainingRecord | null;
}

/**
 * How good the predictions of the test rows were, with what was taken for what. What `metrics` reports is one; in JSON
 * a loss that is no number is null.
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

/** A step, with the pace of the training at that time. */
export interface PacedStep extends StepEnded {
  readonly rowsPerSecond: number;
}

/** What a training tells a page, as data of the event `training`. In JSON a loss that is no number is null. */
export type TrainingNews =
  TrainingStarted | EpochStarted | PacedStep | Omit<EpochEnded, 'state'> | Omit<TrainingEnded, 'state'>;

/** How good an epoch's model is on the validation side: data of the event `metrics`. */
export interface EpochMetrics {
  /** From 1. */
  readonly epoch: number;
  readonly accuracy: number;
  /** The mean of the classes' F1, each class by the same weight. */
  readonly macroF1: number;
}

/** The rows that were rejected so far: data of the event `rejections`. */
export interface RejectionsView {
  readonly total: number;
  /**
   * How many for each reason and field, the most frequent first. The field is left out where the whole record is at
   * fault.
   */
  readonly byReason: readonly {
    readonly reason: Rejection['reason'];
    readonly field?: string | undefined;
    readonly count: number;
  }[];
  /** The first of them, at most 10. */
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
  /** What went wrong, where it has failed. */
  readonly error?: string | undefined;
}

/** Where a training is: reading and splitting, in its epochs, on the test rows, done, or broken. */
export type TrainingPhase = 'preparing' | 'training' | 'measuring' | 'ended' | 'failed';

/**
 * All that a page needs to show a training that is under way or done: `GET /training`.
 *
 * What comes after it are the events of `GET /events`, asked for with `lastEventId`: `training` (`TrainingNews`, steps
 * at most 10 a second), `metrics` (`EpochMetrics`), `rejections` (`RejectionsView`), `report` (`ReportView`), `flow`
 * (`FlowSnapshot`), `ended` (`TrainingOver`), `missed`. At an event `missed`, and when the phase changes where no event tells it, the page asks
 * for this again.
 */
export interface TrainingSnapshot {
  readonly state: TrainingPhase;
  /** What went wrong, where it has failed. */
  readonly error?: string | undefined;
  /** Null while it is prepared: the vocabulary is not known yet. */
  readonly config: ConfigView | null;
  /** The names of the classes; empty while it is prepared. */
  readonly classes: readonly string[];
  /** Null while it is prepared. */
  readonly split: Readonly<Record<Side, SideView>> | null;
  /** The most epochs that it can take. */
  readonly epochs: number;
  /** What was told so far, in order; of the steps a part, spread evenly, is enough. */
  readonly history: readonly TrainingNews[];
  readonly metrics: readonly EpochMetrics[];
  readonly rejections: RejectionsView;
  /** Null until the test rows are measured. */
  readonly report: ReportView | null;
  /** What the pipeline did in the last minutes, a snapshot a second; none where the flow is not watched. */
  readonly flow: readonly FlowSnapshot[];
  /** The id of the last event that is in here; null where there was none yet. */
  readonly lastEventId: string | null;
}
