import type { LivePrediction } from './Live.js';
import type { EncodedText } from '../rows/Row.js';
import type { StateDict } from '../models/StateDict.js';
import type { Trainable } from '../models/Trainable.js';

/** A model that can go on learning while it is used, and be set back. A classifier is one. */
export interface OnlineModel extends Trainable {
  /** A copy of the optimizer's state. */
  optimizerState(): StateDict;
  /**
   * Replaces the optimizer's state by a copy of that given.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not fit
   */
  loadOptimizerState(state: StateDict): void;
  /**
   * Gives tokens the embedding of another one, and forgets what the optimizer knew of them: they are to stand for other
   * words from now on.
   *
   * @param tokens their indices
   * @param like the index of the token whose embedding they get
   * @throws HeadwaterError `HW_USAGE` when the model has no such token, or one of them is the padding token
   */
  renewTokens(tokens: readonly number[], like: number): void;
}

/** What turns a preprocessed text into token indices. A `Tokenizer` is one. */
export interface Vocabulary {
  /** The index of the padding token. */
  readonly padIndex: number;
  /** The index of the unknown token. */
  readonly unknownIndex: number;
  /** The token indices of a text; changes nothing. */
  encode(text: string): Int32Array;
  /** All that a model reads of a text; changes nothing. Where it is left out, a model reads the token indices alone. */
  encodeText?(text: string): EncodedText;
}

/** A word that was given an index while running. */
export interface NewToken {
  readonly token: string;
  readonly index: number;
  /** The word that had this index until now, where one had. */
  readonly insteadOf: string | undefined;
}

/** A vocabulary that takes new words in. */
export interface LearningVocabulary extends Vocabulary {
  /** Sees a text that is learnt from, and tells which words have an index from now on. */
  learn(text: string): readonly NewToken[];
}

/** The label of a headline that came without one: it names the headline by its source and its id there, or its guid. */
export type LateLabel = { readonly source: string; readonly category: string } & (
  { readonly id: number } | { readonly guid: string }
);

/** A headline's label came, and the prediction made at the time was measured against it. */
export interface RowScored {
  readonly type: 'scored';
  /** What was predicted when the headline came, before anything was learnt from it. */
  readonly prediction: LivePrediction;
  /** The class that it has. */
  readonly category: string;
  readonly correct: boolean;
  /** The cross-entropy of the prediction, in nats; at most about 103, where the probability was 0. */
  readonly loss: number;
  /** How long its label took, in milliseconds; 0 where it came with the headline. */
  readonly waitedMs: number;
}

/** The model made one step on rows that had been scored. */
export interface RowsLearnt {
  readonly type: 'learnt';
  /** The ordinal of the step, from 0. */
  readonly step: number;
  /** Rows that were new. */
  readonly rows: number;
  /** Rows from the replay buffer that were learnt once more beside them. */
  readonly replayed: number;
  /** The class-weighted mean cross-entropy of all of them before the step, in nats. */
  readonly loss: number;
  /** The words that were given an index before the step. */
  readonly newTokens: readonly NewToken[];
}

/** A headline was let go without a label. */
export interface HeadlineUnlabelled {
  readonly type: 'unlabelled';
  readonly prediction: LivePrediction;
  /**
   * It waited too `long`, too `many` waited, another one of the same source and id came (`repeated`), or the labels
   * have `ended`.
   */
  readonly reason: 'long' | 'many' | 'repeated' | 'ended';
}

/** A label could not be used. */
export interface LabelUnused {
  readonly type: 'label-unused';
  readonly label: LateLabel;
  /** No headline of that name waits for a label, or the model does not know the class. */
  readonly reason: 'no-headline' | 'unknown-class';
}

/** The values of a stream have changed. */
export interface DriftDetected {
  readonly type: 'drift';
  readonly detector: 'adwin' | 'page-hinkley';
  /** The ordinal of the value at which it was noticed, from 0. */
  readonly at: number;
  /** The mean of the values from before the change, as far as the detector knows it. */
  readonly before: number;
  /** The mean of the values since then. */
  readonly after: number;
  /** How many values that is. */
  readonly rows: number;
}

/** Another model was put into use. */
export interface ModelSwapped {
  readonly type: 'swapped';
  /** What it calls itself. */
  readonly model: string;
}

/** What was found when a model was measured beside the one before it. */
interface TrialEnded {
  /** What it had been before: the same model before it `learnt` of late, or another one that it was `swapped` for. */
  readonly after: 'learnt' | 'swapped';
  /** The labelled rows that both were measured on. */
  readonly rows: number;
  /** The share of them that the model in use got right, each before it learnt from it. */
  readonly accuracy: number;
  /** The share of them that the one before gets right. */
  readonly accuracyBefore: number;
}

/** The model in use did no worse than the one before, and stays. */
export interface ModelConfirmed extends TrialEnded {
  readonly type: 'confirmed';
}

/** The model in use did worse than the one before, which is in use again. */
export interface ModelRolledBack extends TrialEnded {
  readonly type: 'rolled-back';
}

/** What learning while running tells. */
export type LearningEvent =
  | LivePrediction
  | RowScored
  | RowsLearnt
  | HeadlineUnlabelled
  | LabelUnused
  | DriftDetected
  | ModelSwapped
  | ModelConfirmed
  | ModelRolledBack;

/** A row that was scored, as a model sees it; it has at least one token. */
export interface ScoredTokens extends EncodedText {
  /** The class's index. */
  readonly label: number;
  /** Whether the model in use predicted that class. */
  readonly correct: boolean;
  /** The slot's version when it did. */
  readonly version: number;
}

/** The place where the model in use stands. */
export interface ModelSlot {
  /** The model in use. Ask for it at every batch. */
  readonly current: OnlineModel;
  /** Which trial predictions made now belong to; it rises with each. */
  readonly version: number;
  /**
   * Puts another model into use. Whatever asks for `current` from now on is given it; the one before is kept until the
   * trial has ended.
   *
   * @throws HeadwaterError `HW_USAGE` when it has another number of classes
   */
  swap(candidate: OnlineModel): void;
  /** `renewTokens` of the model in use and of the one before. */
  renewTokens(tokens: readonly number[], like: number): void;
  /**
   * Takes rows that got their labels, and tells how the trial ended if they end it.
   *
   * @param padIndex the padding token's index in the rows' vocabulary: what the shorter rows are filled up with when
   *   the model before is asked for its predictions. Default 0
   */
  score(rows: readonly ScoredTokens[], padIndex?: number): ModelConfirmed | ModelRolledBack | undefined;
}

/** How good the predictions for one class were. */
export interface ClassRates {
  readonly category: string;
  /** The share of the rows predicted to be of the class that are. */
  readonly precision: number;
  /** The share of the rows of the class that were predicted to be. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** The share of the rows that have the class. */
  readonly share: number;
  /** The share of the rows that were predicted to have it. */
  readonly predictedShare: number;
}

/** How good the last predictions were. */
export interface RunningScores {
  /** How many predictions that is. */
  readonly rows: number;
  /** The share that was right. */
  readonly accuracy: number;
  /** The mean F1 of the classes that occur among them, as label or as prediction. */
  readonly macroF1: number;
  /**
   * The expected calibration error: how far the probability of the predicted class is from the share of predictions
   * that were right, over bins of equal width.
   */
  readonly ece: number;
  /** The mean cross-entropy, in nats. */
  readonly loss: number;
  /** In the order of the label encoder. */
  readonly classes: readonly ClassRates[];
}
