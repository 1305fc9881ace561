import type { BatchSource } from '../contracts/training/BatchSource.js';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import type { Architecture } from '../models/artifacts/ModelConfig.js';
import type { LinearConfig } from '../models/linear/LinearConfig.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { WideFeatures } from '../text/features/wideFeatures.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';

/** How good a candidate is on the validation rows. */
export interface CandidateMeasured {
  readonly type: 'candidate';
  /** What it is, with its settings, such as `linear, words 0.5, sgd`. */
  readonly candidate: string;
  readonly architecture: Architecture;
  /** The mean F1 of the classes, weighted by their rows. */
  readonly f1: number;
  readonly accuracy: number;
  /** The mean cross-entropy, in nats, with the temperature that suits the validation rows best. */
  readonly loss: number;
  /** That temperature. */
  readonly temperature: number;
}

/** A model that was trained, with what it reads of a text. */
export interface TrainedCandidate {
  readonly measured: CandidateMeasured;
  readonly model: TextModel;
  /** What the events of its training call it; of a sum, those of its recurrent part. */
  readonly trainedAs: string;
  /** Its hashed features, where it reads them. */
  readonly features: WideFeatures | undefined;
  /** Its word vectors, where it reads them. */
  readonly vectors: WordVectors | undefined;
  /** The batches that it was trained on. */
  readonly source: BatchSource;
  /** What it takes to train it once more. */
  readonly parts: TrainedParts;
}

/** A linear model that was trained, and how much it counts where the mean of several is taken. */
export interface LinearPart {
  readonly config: LinearConfig;
  readonly epochs: number;
  /** What its weights are multiplied by; 1 of one that is alone. */
  readonly share: number;
}

/** How the parts of a model were trained. */
export interface TrainedParts {
  /** The linear models that its linear part is the sum of; none where it has no linear part that was trained apart. */
  readonly linear: readonly LinearPart[];
  /** The epochs after which its recurrent part had the weights that were kept; undefined where it has none. */
  readonly networkEpochs?: number | undefined;
}

/** The end of a training: which model is kept, and why. */
export interface ModelChosen {
  readonly type: 'model-chosen';
  /** The model that is kept. The receiver of the event must dispose of it. */
  readonly kept: TrainedCandidate;
  /** The best linear model, which every other is held against; it may be the one that is kept. To be disposed of too. */
  readonly linear: TrainedCandidate;
  /** All candidates, in the order in which they were trained. */
  readonly candidates: readonly CandidateMeasured[];
  /** What was chosen and why, in a sentence. */
  readonly why: string;
}

/** What a training with a choice of models tells. */
export type ModelTrainingEvent = TrainingEvent | CandidateMeasured | ModelChosen;
