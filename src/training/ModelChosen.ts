import type { BatchSource } from '../contracts/training/BatchSource.js';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import type { Architecture } from '../models/artifacts/ModelConfig.js';
import type { LinearConfig } from '../models/linear/LinearConfig.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { WideFeatures } from '../text/features/wideFeatures.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';

/** The scores of a candidate on the validation rows. */
export interface CandidateMeasured {
  readonly type: 'candidate';
  /** The candidate and its settings, such as `linear, words 0.5, sgd`. */
  readonly candidate: string;
  readonly architecture: Architecture;
  /** The mean F1 of the classes, weighted by their rows. */
  readonly f1: number;
  readonly accuracy: number;
  /** The mean cross-entropy in nats, at the temperature that fits the validation rows best. */
  readonly loss: number;
  /** That temperature. */
  readonly temperature: number;
}

/** A trained model, with the parts that encode its texts. */
export interface TrainedCandidate {
  readonly measured: CandidateMeasured;
  readonly model: TextModel;
  /** The model's name in the events of its training; for a sum, the name of its recurrent part. */
  readonly trainedAs: string;
  /** Its hashed features, where it uses them. */
  readonly features: WideFeatures | undefined;
  /** Its word vectors, where it uses them. */
  readonly vectors: WordVectors | undefined;
  /** The batches that it was trained on. */
  readonly source: BatchSource;
  /** The data needed to train it again. */
  readonly parts: TrainedParts;
}

/** A trained linear model, and its share in a mean of several. */
export interface LinearPart {
  readonly config: LinearConfig;
  readonly epochs: number;
  /** The factor of its weights; 1 for a single model. */
  readonly share: number;
}

/** How the parts of a model were trained. */
export interface TrainedParts {
  /** The linear models whose sum is its linear part; empty where no linear part was trained separately. */
  readonly linear: readonly LinearPart[];
  /** The number of epochs after which its recurrent part had the kept weights; undefined where it has no such part. */
  readonly networkEpochs?: number | undefined;
}

/** The end of a training: the chosen model, and the reason. */
export interface ModelChosen {
  readonly type: 'model-chosen';
  /** The chosen model. The receiver of the event must dispose of it. */
  readonly kept: TrainedCandidate;
  /**
   * The best linear model, with which all others are compared. It may be the chosen one. The receiver must dispose of
   * it too.
   */
  readonly linear: TrainedCandidate;
  /** All candidates, in the order of their training. */
  readonly candidates: readonly CandidateMeasured[];
  /** The choice and its reason, in one sentence. */
  readonly why: string;
}

/** An event of a training that chooses among models. */
export type ModelTrainingEvent = TrainingEvent | CandidateMeasured | ModelChosen;
