import type { LivePrediction } from './Live.js';
import type { EncodedText } from '../rows/Row.js';
import type { StateDict } from '../models/StateDict.js';
import type { Trainable } from '../models/Trainable.js';

/** A model that can learn while it is in use, and whose state can be restored. A classifier is one. */
export interface OnlineModel extends Trainable {
  /** A copy of the optimizer's state. */
  optimizerState(): StateDict;
  /**
   * Replaces the optimizer's state by a copy of `state`.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not match
   */
  loadOptimizerState(state: StateDict): void;
  /**
   * Gives tokens the embedding of another token and clears the optimizer's state for them, because they stand for other
   * words from now on.
   *
   * @param tokens their indices
   * @param like the index of the token whose embedding they get
   * @throws HeadwaterError `HW_USAGE` when the model has no such token, or one of them is the padding token
   */
  renewTokens(tokens: readonly number[], like: number): void;
}

/** Converts a preprocessed text to token indices. A `Tokenizer` is one. */
export interface Vocabulary {
  /** The index of the padding token. */
  readonly padIndex: number;
  /** The index of the unknown token. */
  readonly unknownIndex: number;
  /** The token indices of a text; does not change the vocabulary. */
  encode(text: string): Int32Array;
  /**
   * The model's full input for a text; does not change the vocabulary. Where left out, the input is the token indices.
   */
  encodeText?(text: string): EncodedText;
}

/** A word that received an index at run time. */
export interface NewToken {
  readonly token: string;
  readonly index: number;
  /** The word that had this index before, where there was one. */
  readonly insteadOf: string | undefined;
}

/** A vocabulary that adds new words. */
export interface LearningVocabulary extends Vocabulary {
  /** Learns the words of a text, and returns the words that have an index from now on. */
  learn(text: string): readonly NewToken[];
}

/** A label that arrives after its headline. It names the headline by its source and its id or guid there. */
export type LateLabel = { readonly source: string; readonly category: string } & (
  { readonly id: number } | { readonly guid: string }
);

/** A headline's label arrived, and the earlier prediction was measured against it. */
export interface RowScored {
  readonly type: 'scored';
  /** The prediction made when the headline arrived, before the model learnt from it. */
  readonly prediction: LivePrediction;
  /** The headline's label. */
  readonly category: string;
  readonly correct: boolean;
  /** The cross-entropy of the prediction, in nats; at most about 103, where the probability was 0. */
  readonly loss: number;
  /** The time until the label arrived, in milliseconds; 0 where it arrived with the headline. */
  readonly waitedMs: number;
}

/** The model made one step on rows that had been scored before. */
export interface RowsLearnt {
  readonly type: 'learnt';
  /** The ordinal of the step, from 0. */
  readonly step: number;
  /** The number of new rows. */
  readonly rows: number;
  /** The number of rows from the replay buffer that were learnt again in this step. */
  readonly replayed: number;
  /** The class-weighted mean cross-entropy of all of them before the step, in nats. */
  readonly loss: number;
  /** The words that received an index before the step. */
  readonly newTokens: readonly NewToken[];
}

/** A headline was dropped without a label. */
export interface HeadlineUnlabelled {
  readonly type: 'unlabelled';
  readonly prediction: LivePrediction;
  /**
   * Why: it waited too `long`, too `many` headlines waited, another one with the same source and id arrived
   * (`repeated`), or the labels have `ended`.
   */
  readonly reason: 'long' | 'many' | 'repeated' | 'ended';
}

/** A label could not be used. */
export interface LabelUnused {
  readonly type: 'label-unused';
  readonly label: LateLabel;
  /** No headline with that name waits for a label, or the model does not know the class. */
  readonly reason: 'no-headline' | 'unknown-class';
}

/** The distribution of a stream's values has changed. */
export interface DriftDetected {
  readonly type: 'drift';
  readonly detector: 'adwin' | 'page-hinkley';
  /** The ordinal of the value at which the change was detected, from 0. */
  readonly at: number;
  /** The mean of the values before the change, as far as the detector knows it. */
  readonly before: number;
  /** The mean of the values since then. */
  readonly after: number;
  /** The number of values since the change. */
  readonly rows: number;
}

/** Another model was put into use. */
export interface ModelSwapped {
  readonly type: 'swapped';
  /** The new model's name. */
  readonly model: string;
}

/** The result of measuring the model in use against the model before it. */
interface TrialEnded {
  /** The change that started the trial: the model `learnt` recently, or another model was `swapped` in. */
  readonly after: 'learnt' | 'swapped';
  /** The labelled rows that both were measured on. */
  readonly rows: number;
  /** The share of these rows that the model in use predicted correctly, each before it learnt from the row. */
  readonly accuracy: number;
  /** The share of these rows that the earlier model predicts correctly. */
  readonly accuracyBefore: number;
}

/** The model in use was not worse than the earlier one, and stays. */
export interface ModelConfirmed extends TrialEnded {
  readonly type: 'confirmed';
}

/** The model in use was worse than the earlier one. The earlier one is in use again. */
export interface ModelRolledBack extends TrialEnded {
  readonly type: 'rolled-back';
}

/** An event of learning while in use. */
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

/** A scored row as the model's input; it has at least one token. */
export interface ScoredTokens extends EncodedText {
  /** The class's index. */
  readonly label: number;
  /** Whether the model in use predicted that class. */
  readonly correct: boolean;
  /** The version of the slot at the time of the prediction. */
  readonly version: number;
}

/** Holds the model in use. */
export interface ModelSlot {
  /** The model in use. Read it at every batch. */
  readonly current: OnlineModel;
  /** The number of the trial that current predictions belong to. It rises at each trial and at each swap. */
  readonly version: number;
  /**
   * Puts another model into use. Later reads of `current` return it. The earlier model is kept until the trial has
   * ended.
   *
   * @throws HeadwaterError `HW_USAGE` when the number of classes differs
   */
  swap(candidate: OnlineModel): void;
  /** Calls `renewTokens` of the model in use and of the earlier one. */
  renewTokens(tokens: readonly number[], like: number): void;
  /**
   * Takes rows that have received their labels. Returns the trial's result if these rows end it.
   *
   * @param padIndex the padding token's index in the rows' vocabulary, which fills up shorter rows when the earlier
   * model predicts them. Default 0
   */
  score(rows: readonly ScoredTokens[], padIndex?: number): ModelConfirmed | ModelRolledBack | undefined;
}

/** The quality of the predictions for one class. */
export interface ClassRates {
  readonly category: string;
  /** The share of the rows predicted as the class that have the class. */
  readonly precision: number;
  /** The share of the rows of the class that were predicted as the class. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** The share of the rows that have the class. */
  readonly share: number;
  /** The share of the rows that were predicted as the class. */
  readonly predictedShare: number;
}

/** The quality of the most recent predictions. */
export interface RunningScores {
  /** The number of these predictions. */
  readonly rows: number;
  /** The share of correct predictions. */
  readonly accuracy: number;
  /** The mean F1 of the classes that occur among them, as label or as prediction. */
  readonly macroF1: number;
  /**
   * The expected calibration error: the mean distance between the probability of the predicted class and the share of
   * correct predictions, over bins of equal width.
   */
  readonly ece: number;
  /** The mean cross-entropy, in nats. */
  readonly loss: number;
  /** In the order of the label encoder. */
  readonly classes: readonly ClassRates[];
}
