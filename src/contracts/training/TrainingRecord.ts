/** What an epoch came to. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean losses in nats, each row by its class weight; null where there was none. */
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  /**
   * The share of the validation rows whose class was predicted, and the mean of the classes' F1; null where there were
   * no rows.
   */
  readonly validationAccuracy: number | null;
  readonly validationMacroF1: number | null;
  readonly learningRate: number;
  /** Whether its weights were the best so far. */
  readonly improved: boolean;
}

/** How the table was read that a model was trained on, so that others are read alike. */
export interface TableRecord {
  /** The columns that hold the text, in the order in which they are joined. */
  readonly titleColumns: readonly string[];
  /** The column that holds the class. */
  readonly labelColumn: string;
  /** What a person had said of its form; left out where it was found. */
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly header?: boolean | undefined;
  readonly comment?: string | undefined;
  readonly encoding?: string | undefined;
  readonly skipLines?: number | undefined;
  /** For each class its name and the labels that stand for it. Left out where labels stand for themselves. */
  readonly classNames?: readonly (readonly string[])[] | undefined;
  /** Classes that were left out, since they had too few rows. */
  readonly leftOut?: readonly string[] | undefined;
}

/** A model as the validation rows showed it. */
export interface CandidateRecord {
  /** What it is, with its settings. */
  readonly candidate: string;
  /** The mean F1 of the classes, weighted by their rows; null without validation rows, as are the next two. */
  readonly f1: number | null;
  readonly accuracy: number | null;
  /** The mean cross-entropy in nats, with the temperature that suits the rows best. */
  readonly loss: number | null;
}

/** A model on the test rows, beside others. */
export interface ComparedModel {
  /** `always <class>` for the commonest class of the train rows. */
  readonly model: string;
  /** The mean F1 of the classes, weighted by their rows. */
  readonly f1: number;
  readonly accuracy: number;
}

/** The word vectors of a model. */
export interface VectorsRecord {
  /** The path or address that they were loaded from. */
  readonly source: string;
  readonly words: number;
  readonly dims: number;
  /** What their file hashes to; null where they came from a file of another format. */
  readonly sha256: string | null;
  /** The share of the tokens of the train rows that have one. */
  readonly coverage: number;
}

/** How a model was chosen among several. */
export interface ChoiceRecord {
  /** In a sentence. */
  readonly why: string;
  /** What was tried, in that order. */
  readonly candidates: readonly CandidateRecord[];
  /** The commonest class, the linear model and the model that was kept, on the test rows. */
  readonly comparison: readonly ComparedModel[];
  /** Left out where none were looked at. */
  readonly vectors?: VectorsRecord | undefined;
}

/** What a model learnt from labels, after its training. */
export interface LearntRecord {
  /** The id of the model that it was before. */
  readonly from: string;
  /** How many labels it has learnt. */
  readonly rows: number;
  /** The share of them that it got right, each before it was learnt. */
  readonly accuracy: number;
  /** The share of them that the model gets right that it was before. */
  readonly accuracyBefore: number;
}

/** A trial of a search, on the validation rows; null where the training failed. */
export interface TrialRecord extends CandidateRecord {
  /** What it changes of the options. */
  readonly setting: string;
}

/** A search over settings, by the validation rows alone. */
export interface SearchRecord {
  /** The options as they are come first. */
  readonly trials: readonly TrialRecord[];
  /** The place of the best one among them, from 0. */
  readonly chosen: number;
}

/** A fold of a cross-validation: a model that was trained on the other folds, measured on this one. */
export interface FoldRecord {
  /** From 1. */
  readonly fold: number;
  /** The rows of the fold. */
  readonly rows: number;
  /** The model that was kept, with its settings. */
  readonly model: string;
  /** The mean F1 of the classes, weighted by their rows. */
  readonly f1: number;
  readonly accuracy: number;
  /** The F1 of the linear model; left out where none was trained. */
  readonly linearF1?: number | undefined;
}

/** A mean over folds, and their standard deviation, as that of a sample. */
export interface MeanOfFolds {
  readonly mean: number;
  readonly spread: number;
}

/** What models of the same options come to, each measured on rows that it was not trained on. */
export interface CrossValidationRecord {
  readonly folds: readonly FoldRecord[];
  readonly f1: MeanOfFolds;
  readonly accuracy: MeanOfFolds;
  /** Left out where no linear model was trained. */
  readonly linearF1?: MeanOfFolds | undefined;
}

/**
 * How a model came to be, and what it takes for what: for people to look at, beside the scores of `performance.json`.
 */
export interface TrainingRecord {
  readonly epochs: readonly EpochRecord[];
  /** Of the test rows: counts, row-major, shape [C, C], true × predicted, in the order of the label encoder. */
  readonly confusion: readonly number[];
  /** The share of the test rows whose class was predicted; null where there were none. */
  readonly accuracy: number | null;
  /** The mean cross-entropy of the test rows in nats; null where there was none. */
  readonly loss: number | null;
  /** How its table was read. Left out where it had the columns `title` and `category`, and no option said more. */
  readonly table?: TableRecord | undefined;
  /** How it was chosen. Left out where one model alone was trained. */
  readonly choice?: ChoiceRecord | undefined;
  /** What it learnt from labels since. Then the confusion and the scores above are of these labels. */
  readonly learnt?: LearntRecord | undefined;
  /** How much the rows of a class counted in the loss. Left out if it was not recorded. */
  readonly classWeights?: 'none' | 'balanced' | 'sqrt' | undefined;
  /**
   * What the logits of the model were divided by, as validation rows have shown it, where its configuration does not say:
   * the last layer has it. Left out if it was not recorded.
   */
  readonly temperature?: number | undefined;
  /**
   * The number of rows that the model was trained on once more, when all else had been chosen and measured: all scores are
   * those of the model before. Left out where it was trained once.
   */
  readonly refittedOn?: number | undefined;
  /** The search that its settings come from. Left out where there was none. */
  readonly search?: SearchRecord | undefined;
  /** The cross-validation that was made before. Left out where there was none. */
  readonly crossValidation?: CrossValidationRecord | undefined;
}
