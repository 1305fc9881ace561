/** The results of an epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean losses in nats, each row weighted by its class weight; null where there was none. */
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  /**
   * The share of the validation rows whose class was predicted, and the mean F1 of the classes. Both are null where
   * there were no rows.
   */
  readonly validationAccuracy: number | null;
  readonly validationMacroF1: number | null;
  readonly learningRate: number;
  /** Whether its weights were the best so far. */
  readonly improved: boolean;
}

/** How the model's training table was read, so that other tables are read in the same way. */
export interface TableRecord {
  /** The columns that hold the text, in the order in which they are joined. */
  readonly titleColumns: readonly string[];
  /** The column that holds the class. Empty if each class has a column. */
  readonly labelColumn: string;
  /** The columns of the classes, if each class has a column. */
  readonly classColumns?: readonly string[] | undefined;
  /** The user's options for the format of the table. An option is left out where the format was detected. */
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly header?: boolean | undefined;
  readonly comment?: string | undefined;
  readonly encoding?: string | undefined;
  readonly skipLines?: number | undefined;
  /** For each class, its name and the labels that stand for it. Left out where the labels are the class names. */
  readonly classNames?: readonly (readonly string[])[] | undefined;
  /** The classes that were left out because they had too few rows. */
  readonly leftOut?: readonly string[] | undefined;
}

/** A model, measured on the validation rows. */
export interface CandidateRecord {
  /** The model and its settings. */
  readonly candidate: string;
  /** The mean F1 of the classes, weighted by their rows; null without validation rows, as are the next two. */
  readonly f1: number | null;
  readonly accuracy: number | null;
  /** The mean cross-entropy in nats, at the temperature that fits the rows best. */
  readonly loss: number | null;
}

/** A model on the test rows, compared with others. */
export interface ComparedModel {
  /** The model; `always <class>` means the most frequent class of the train rows. */
  readonly model: string;
  /** The mean F1 of the classes, weighted by their rows. */
  readonly f1: number;
  readonly accuracy: number;
}

/** The word vectors of a model. */
export interface VectorsRecord {
  /** The path or address from which they were loaded. */
  readonly source: string;
  readonly words: number;
  readonly dims: number;
  /** The hash of their file; null where they were read from a file of another format. */
  readonly sha256: string | null;
  /** The share of the train rows' tokens that have a vector. */
  readonly coverage: number;
}

/** How a model was chosen among several. */
export interface ChoiceRecord {
  /** The reason, in one sentence. */
  readonly why: string;
  /** The models that were tried, in the order of the trials. */
  readonly candidates: readonly CandidateRecord[];
  /** The most frequent class, the linear model and the chosen model, on the test rows. */
  readonly comparison: readonly ComparedModel[];
  /** Left out where no word vectors were examined. */
  readonly vectors?: VectorsRecord | undefined;
}

/** What a model learnt from labels after its training. */
export interface LearntRecord {
  /** The id of the model before it learnt. */
  readonly from: string;
  /** The number of labels that it was measured on: those whose text it had not seen before. */
  readonly rows: number;
  /** The share of these labels that it predicted correctly, each before it learnt the label. */
  readonly accuracy: number;
  /** The share of these labels that the earlier model predicts correctly. */
  readonly accuracyBefore: number;
  /** The time of the last label that it has learnt from a file of labels. Left out if there was none. */
  readonly until?: string | undefined;
}

/** A trial of a search, measured on the validation rows; its figures are null where the training failed. */
export interface TrialRecord extends CandidateRecord {
  /** The options that it changes. */
  readonly setting: string;
}

/** A search over settings. It uses the validation rows alone. */
export interface SearchRecord {
  /** The first trial uses the unchanged options. */
  readonly trials: readonly TrialRecord[];
  /** The index of the best trial, from 0. */
  readonly chosen: number;
}

/** A fold of a cross-validation: a model that was trained on the other folds, measured on this one. */
export interface FoldRecord {
  /** From 1. */
  readonly fold: number;
  /** The rows of the fold. */
  readonly rows: number;
  /** The chosen model, with its settings. */
  readonly model: string;
  /** The mean F1 of the classes, weighted by their rows. */
  readonly f1: number;
  readonly accuracy: number;
  /** The F1 of the linear model; left out where none was trained. */
  readonly linearF1?: number | undefined;
}

/** A mean over folds, and the standard deviation of the folds as a sample. */
export interface MeanOfFolds {
  readonly mean: number;
  readonly spread: number;
}

/** The results of models with the same options, each measured on rows that it was not trained on. */
export interface CrossValidationRecord {
  readonly folds: readonly FoldRecord[];
  readonly f1: MeanOfFolds;
  readonly accuracy: MeanOfFolds;
  /** Left out where no linear model was trained. */
  readonly linearF1?: MeanOfFolds | undefined;
}

/**
 * How a model was trained, and its confusion matrix. It is for people to read, beside the scores of `performance.json`.
 */
export interface TrainingRecord {
  readonly epochs: readonly EpochRecord[];
  /**
   * Confusion of the test rows: counts, row-major, shape [C, C], true × predicted, in the order of the label encoder.
   */
  readonly confusion: readonly number[];
  /** The share of the test rows whose class was predicted; null where there were none. */
  readonly accuracy: number | null;
  /** The mean cross-entropy of the test rows in nats; null where there was none. */
  readonly loss: number | null;
  /** How its table was read. Left out where the columns were `title` and `category` and no option said otherwise. */
  readonly table?: TableRecord | undefined;
  /** How it was chosen. Left out where only one model was trained. */
  readonly choice?: ChoiceRecord | undefined;
  /**
   * What it has learnt from labels since. Where present, the confusion and the scores above are those of these labels.
   */
  readonly learnt?: LearntRecord | undefined;
  /** The weighting of the classes in the loss. Left out if it was not recorded. */
  readonly classWeights?: 'none' | 'balanced' | 'sqrt' | undefined;
  /**
   * The temperature that divides the logits, fitted on validation rows. It is recorded here where the configuration has
   * no temperature: the last layer's weights then include it. Left out if it was not recorded.
   */
  readonly temperature?: number | undefined;
  /**
   * The number of rows of the final training, after all choices and measurements. All scores are those of the model
   * before it. Left out where the model was trained once.
   */
  readonly refittedOn?: number | undefined;
  /** The id of the model from whose weights it started. Left out where there was none, or it had no id. */
  readonly warmStart?: string | undefined;
  /** The search that chose its settings. Left out where there was none. */
  readonly search?: SearchRecord | undefined;
  /** The cross-validation that ran before the training. Left out where there was none. */
  readonly crossValidation?: CrossValidationRecord | undefined;
}
