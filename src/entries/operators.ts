/**
 * Operators on rows, batches, models and live headlines; the valve for back-pressure; and the types, errors and random
 * numbers that all entries share. They do no I/O: they run in Node, Deno, Bun and browsers.
 *
 * @module headwater/operators
 */

// Types and functions that all entries share.
export type { BatchSource } from '../contracts/training/BatchSource.js';
export type { EvaluatedBatch, Performance, Prediction, Scores } from '../contracts/training/Evaluation.js';
export type {
  ClassRates,
  DriftDetected,
  HeadlineUnlabelled,
  LabelUnused,
  LateLabel,
  LearningEvent,
  LearningVocabulary,
  ModelConfirmed,
  ModelRolledBack,
  ModelSlot,
  ModelSwapped,
  NewToken,
  OnlineModel,
  RowScored,
  RowsLearnt,
  RunningScores,
  ScoredTokens,
  Vocabulary,
} from '../contracts/live/Learning.js';
export type {
  ClassProbability,
  Explanation,
  LiveHeadline,
  LivePrediction,
  SourceEvent,
  SourceEvents,
  WordEffect,
} from '../contracts/live/Live.js';
export { HeadwaterError, type ErrorCode, type ErrorDetails } from '../contracts/HeadwaterError.js';
export type { LabelledBatch, PaddedBatch } from '../contracts/rows/PaddedBatch.js';
export { promiseOf } from '../contracts/promiseOf.js';
export { deriveSeed, random, type Purpose, type Random } from '../contracts/random.js';
export type { DeadLetter, Rejection } from '../contracts/rows/Rejection.js';
export {
  SIDES,
  type EncodedText,
  type Headline,
  type LabelledTokens,
  type Preprocessed,
  type Row,
  type Side,
  type SidedRow,
  type SourceRow,
  type TokenizedRow,
} from '../contracts/rows/Row.js';
export type { SparseRow, SparseRows } from '../contracts/rows/SparseRows.js';
export type { WordVector } from '../contracts/rows/WordVector.js';
export type { StateDict, Weight } from '../contracts/models/StateDict.js';
export type {
  DeferredTrainable,
  EvaluationResult,
  StepContext,
  StepResult,
  Trainable,
} from '../contracts/models/Trainable.js';
export type { RateSchedule } from '../contracts/models/RateSchedule.js';
export type { Checkpoint, FitSettings, LossSums, ScoreCounts } from '../contracts/training/Checkpoint.js';
export type {
  CheckpointTaken,
  EpochStarted,
  StepEnded,
  TrainingEnded,
  TrainingEvent,
  TrainingResumed,
  TrainingStarted,
  ValidationStepEnded,
} from '../contracts/training/TrainingEvent.js';
export type { SideCounts } from '../contracts/training/SideCounts.js';
export type { EpochEnded } from '../contracts/training/EpochEnded.js';
export type { EpochRecord, TrainingRecord } from '../contracts/training/TrainingRecord.js';
export type { EpochResult, Monitor, TrainingState, TrainingStep } from '../contracts/training/TrainingState.js';
export type { FlowEdge, FlowHolding, FlowSnapshot, FlowStage, FlowValve } from '../contracts/flow/FlowSnapshot.js';
export type { Valve } from '../contracts/flow/Valve.js';
export { valve } from '../streams/valve.js';

// Operators on rows and batches.
export { batches, type BatchesOptions, type BatchOptions } from '../operators/batches/batches.js';
export { batchSource, type BatchSourceOptions } from '../operators/batches/batchSource.js';
export type { SliceOptions } from '../operators/flow/emitInSlices.js';
export { trace } from '../operators/flow/trace.js';
export { watchFlow, type WatchFlowOptions } from '../operators/flow/watchFlow.js';
export { heldOut, type HeldOutOptions } from '../operators/batches/heldOut.js';
export { padRows, type BatchOf } from '../operators/batches/padRows.js';
export { rowsOf } from '../operators/rows/rowsOf.js';
export {
  boundedQueue,
  type BoundedQueueOptions,
  type BoundedQueueProjectOptions,
} from '../operators/flow/boundedQueue.js';
export {
  bucketByLength,
  DEFAULT_BOUNDARIES,
  type BucketByLengthOptions,
  type DroppedRow,
} from '../operators/batches/bucketByLength.js';
export { decode, type DecodeOptions } from '../operators/rows/decode.js';
export { headlineOnly, headlineRow } from '../operators/rows/headlineRow.js';
export { type MixedTexts, prepare, type PrepareOptions, type Split } from '../operators/rows/prepare.js';
export { kFold, type Fold, type KFoldOptions } from '../operators/rows/kFold.js';
export { preprocess } from '../operators/rows/preprocess.js';
export { shuffle, type ShuffleOptions } from '../operators/rows/shuffle.js';
export { stratifiedSplit } from '../operators/rows/stratifiedSplit.js';
export type { Shares, StratifiedSplitOptions } from '../operators/rows/StratifiedSplitOptions.js';
export { withAllRows } from '../operators/rows/withAllRows.js';
export { withValidationRows } from '../operators/rows/withValidationRows.js';
export { tokenize, type TokenizeOptions } from '../operators/rows/tokenize.js';

// Operators on live headlines.
export { classifyLive } from '../operators/live/classifyLive.js';
export type { ClassifyLiveOptions } from '../operators/live/ClassifyLiveOptions.js';
export { dedupe, type DedupeOptions, type RepeatedHeadline } from '../operators/live/dedupe.js';
export {
  dedupeMemory,
  dedupeMemoryFrom,
  DedupeMemoryJson,
  type DedupeMemory,
  type DedupeMemoryOptions,
  type KeptMemoryOptions,
} from '../operators/live/dedupeMemory.js';
export { explainHeadlines } from '../operators/live/explainHeadlines.js';
export type { HeadlineKey } from '../operators/live/headlineKeys.js';
export { throughDeliveries, type ThroughDeliveriesOptions } from '../operators/live/throughDeliveries.js';
export type { Delivery, DeliveryOf, Settlement } from '../contracts/flow/Delivery.js';
export { withValue } from '../contracts/flow/Delivery.js';
export { settleOnce, type CarriedDelivery } from '../contracts/flow/settleOnce.js';
export { microBatch, type MicroBatchOptions } from '../operators/live/microBatch.js';
export type { ShedPolicy } from '../operators/live/internal/SheddingBuffer.js';
export { shed, type ShedOptions, type ShedProjectOptions, type ShedValue } from '../operators/live/shed.js';

// Operators on models.
export { combineSteps } from '../operators/training/combineSteps.js';
export { earlyStopping, type EarlyStoppingOptions } from '../operators/training/earlyStopping.js';
export { evaluate } from '../operators/training/evaluate.js';
export { fit, type FitOptions } from '../operators/training/fit.js';
export { initialTrainingState, type InitialTrainingStateOptions } from '../operators/training/initialTrainingState.js';
export { limitEpochs } from '../operators/training/limitEpochs.js';
export type { AveragedOver } from '../operators/training/meanLoss.js';
export { predict } from '../operators/training/predict.js';
export { recordEpoch } from '../operators/training/recordEpoch.js';
export { recordEpochBy } from '../operators/training/recordEpochBy.js';
export { reduceLrOnPlateau, type ReduceLrOnPlateauOptions } from '../operators/training/reduceLrOnPlateau.js';
export type { ThroughModelOptions } from '../operators/training/internal/throughModel.js';
export { trainStep } from '../operators/training/trainStep.js';
export type { TrainStepOptions } from '../operators/training/TrainStepOptions.js';

// Online learning.
export { adwin, type AdwinOptions } from '../operators/learning/adwin.js';
export { modelSlot, type ModelSlotOptions } from '../operators/learning/modelSlot.js';
export { pageHinkley, type PageHinkleyOptions } from '../operators/learning/pageHinkley.js';
export { prequential, type PrequentialOptions, type ReplayOptions } from '../operators/learning/prequential.js';
export { runningScores, type RunningScoresOptions } from '../operators/learning/runningScores.js';
export type {
  ConfigView,
  EpochMetrics,
  PacedStep,
  RejectionsView,
  ReportView,
  SideView,
  TrainingNews,
  TrainingOver,
  TrainingPhase,
  TrainingSnapshot,
} from '../contracts/training/TrainingView.js';
