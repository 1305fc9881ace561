/**
 * Streams of text into recurrent networks: the public surface.
 *
 * Importing it starts nothing, and registers nothing of ours (tfjs's own `cpu` backend registers itself when it is
 * imported). What helps to test operators is a second entry, `headwater/testing`.
 */

// What everybody speaks.
export type { BatchSource } from './contracts/BatchSource.js';
export type { EvaluatedBatch, Performance, Prediction, Scores } from './contracts/Evaluation.js';
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
} from './contracts/Learning.js';
export type {
  ClassProbability,
  Explanation,
  LiveHeadline,
  LivePrediction,
  SourceEvent,
  SourceEvents,
  WordEffect,
} from './contracts/Live.js';
export { HeadwaterError, type ErrorCode, type ErrorDetails } from './contracts/HeadwaterError.js';
export type { LabelledBatch, PaddedBatch } from './contracts/PaddedBatch.js';
export { deriveSeed, random, type Purpose, type Random } from './contracts/random.js';
export type { DeadLetter, Rejection } from './contracts/Rejection.js';
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
} from './contracts/Row.js';
export type { SparseRow, SparseRows } from './contracts/SparseRows.js';
export type { StateDict, Weight } from './contracts/StateDict.js';
export type { DeferredTrainable, EvaluationResult, StepContext, StepResult, Trainable } from './contracts/Trainable.js';
export type {
  EpochEnded,
  EpochStarted,
  SideCounts,
  StepEnded,
  TrainingEnded,
  TrainingEvent,
  TrainingStarted,
  ValidationStepEnded,
} from './contracts/TrainingEvent.js';
export type { EpochRecord, TrainingRecord } from './contracts/TrainingRecord.js';
export type { EpochResult, TrainingState, TrainingStep } from './contracts/TrainingState.js';
export type { Valve } from './contracts/Valve.js';

// Where data enters.
export type { BackoffOptions } from './streams/backoff.js';
export type { BodyOptions } from './streams/BodyOptions.js';
export { discoverFeed } from './streams/feeds/discoverFeed.js';
export type { FeedItem } from './streams/feeds/FeedItem.js';
export {
  feedMemory,
  feedMemoryFrom,
  FeedMemoryJson,
  type FeedMemory,
  type RememberedFeed,
} from './streams/feeds/FeedMemory.js';
export { parseFeed, type ParsedFeed } from './streams/feeds/parseFeed.js';
export { pollFeed, type PollFeedOptions } from './streams/feeds/pollFeed.js';
export { readOpml, type ReadOpmlOptions } from './streams/feeds/readOpml.js';
export { fetchCsv, type FetchCsvOptions } from './streams/fetchCsv.js';
export type { Snapshot } from './streams/keepSnapshot.js';
export type { Pacing } from './streams/Pacing.js';
export type { ReadLinesOptions } from './streams/lineSource.js';
export { headlineJson, type HeadlineJson } from './streams/live/headlineJson.js';
export { headlineLines } from './streams/live/headlineLines.js';
export { jsonLineHeadlines } from './streams/live/jsonLineHeadlines.js';
export type { HeadlineLinesOptions } from './streams/live/linesToHeadlines.js';
export type { ConnectionOptions } from './streams/live/ConnectionOptions.js';
export type { LiveOptions } from './streams/live/LiveOptions.js';
export type { ReconnectOptions } from './streams/live/ReconnectOptions.js';
export { serverSentEvents, type ServerSentEventsOptions } from './streams/live/serverSentEvents.js';
export { webSocketLines, type WebSocketLinesOptions } from './streams/live/webSocketLines.js';
export { readLines } from './streams/readLines.js';
export { sampleCsv, type SampleOptions } from './streams/sampleCsv.js';
export { serveSample } from './streams/serveSample.js';
export { valve } from './streams/valve.js';

// Text.
export { classCounts } from './text/classCounts.js';
export { classWeights } from './text/classWeights.js';
export { growingVocabulary, type GrowingVocabulary, type GrowingVocabularyOptions } from './text/GrowingVocabulary.js';
export { LabelEncoder, type LabelEncoderJson } from './text/LabelEncoder.js';
export { preprocessText } from './text/preprocessText.js';
export { STOP_WORDS } from './text/stopWords.js';
export { textPreprocessor, type TextPreprocessorOptions } from './text/textPreprocessor.js';
export { Tokenizer, type TokenizerJson, type TokenizerOptions } from './text/Tokenizer.js';

// Operators on rows and batches.
export { batches, type BatchesOptions, type BatchOptions } from './operators/batches.js';
export { batchSource } from './operators/batchSource.js';
export type { SliceOptions } from './operators/emitInSlices.js';
export { padRows, type BatchOf } from './operators/padRows.js';
export { rowsOf } from './operators/rowsOf.js';
export { boundedQueue, type BoundedQueueOptions, type BoundedQueueProjectOptions } from './operators/boundedQueue.js';
export {
  bucketByLength,
  DEFAULT_BOUNDARIES,
  type BucketByLengthOptions,
  type DroppedRow,
} from './operators/bucketByLength.js';
export { decode, type DecodeOptions } from './operators/decode.js';
export { headlineOnly, headlineRow } from './operators/headlineRow.js';
export { prepare, type PrepareOptions, type Split } from './operators/prepare.js';
export { preprocess } from './operators/preprocess.js';
export { shuffle, type ShuffleOptions } from './operators/shuffle.js';
export { stratifiedSplit, type Shares, type StratifiedSplitOptions } from './operators/stratifiedSplit.js';
export { tokenize, type TokenizeOptions } from './operators/tokenize.js';

// Operators on live headlines.
export { classifyLive, type ClassifyLiveOptions } from './operators/live/classifyLive.js';
export { dedupe, type DedupeOptions, type RepeatedHeadline } from './operators/live/dedupe.js';
export {
  dedupeMemory,
  dedupeMemoryFrom,
  DedupeMemoryJson,
  type DedupeMemory,
  type DedupeMemoryOptions,
} from './operators/live/dedupeMemory.js';
export { explainHeadlines } from './operators/live/explainHeadlines.js';
export type { HeadlineKey } from './operators/live/headlineKeys.js';
export { microBatch, type MicroBatchOptions } from './operators/live/microBatch.js';
export type { ShedPolicy } from './operators/live/SheddingRoom.js';
export { shed, type ShedOptions, type ShedProjectOptions, type ShedValue } from './operators/live/shed.js';

// Operators on models.
export { combineSteps } from './operators/combineSteps.js';
export { earlyStopping, type EarlyStoppingOptions } from './operators/earlyStopping.js';
export { evaluate } from './operators/evaluate.js';
export { fit, type FitOptions } from './operators/fit.js';
export { initialTrainingState, type InitialTrainingStateOptions } from './operators/initialTrainingState.js';
export { limitEpochs } from './operators/limitEpochs.js';
export type { AveragedOver } from './operators/meanLoss.js';
export { predict } from './operators/predict.js';
export { recordEpoch } from './operators/recordEpoch.js';
export { reduceLrOnPlateau, type ReduceLrOnPlateauOptions } from './operators/reduceLrOnPlateau.js';
export type { ThroughModelOptions } from './operators/throughModel.js';
export { trainStep, type TrainStepOptions } from './operators/trainStep.js';

// Learning while running.
export { adwin, type AdwinOptions } from './operators/learning/adwin.js';
export { modelSlot, type ModelSlotOptions } from './operators/learning/modelSlot.js';
export { pageHinkley, type PageHinkleyOptions } from './operators/learning/pageHinkley.js';
export { prequential, type PrequentialOptions, type ReplayOptions } from './operators/learning/prequential.js';
export { runningScores, type RunningScoresOptions } from './operators/learning/runningScores.js';

// Differentiable ops on tfjs-core.
export { Adam, type AdamOptions } from './ops/Adam.js';
export { defineOp, registerKernels, type Op, type OpGradient, type OpKernel, type RunnableOp } from './ops/defineOp.js';
export { dropout, type DropoutOptions } from './ops/dropout.js';
export { embeddedRecurrentLast } from './ops/embeddedRecurrentLast.js';
export { embedding, type EmbeddingOptions } from './ops/embedding.js';
export { gatherLast } from './ops/gatherLast.js';
export { gru } from './ops/gru.js';
export { gruCell } from './ops/gruCell.js';
export { linear } from './ops/linear.js';
export { lstm, type LstmOutput, type LstmState } from './ops/lstm.js';
export { lstmCell, type LstmCellState } from './ops/lstmCell.js';
export { onBackend } from './ops/onBackend.js';
export { recurrentLast } from './ops/recurrentLast.js';
export type { CellName, CellWeights, LayerWeights } from './ops/recurrent/RecurrentPass.js';
export type { RecurrentOptions, RecurrentState } from './ops/recurrent/runLayer.js';
export { raiseEngineFlags } from './ops/engineFlags.js';
export {
  BACKEND_NAME,
  backendVariant,
  registerBackend,
  type BackendOptions,
  type BackendVariant,
} from './ops/registerBackend.js';
export { registerOps } from './ops/registerOps.js';
export { rnn, type RecurrentOutput } from './ops/rnn.js';
export { rnnCell } from './ops/rnnCell.js';
export { BACKEND_NAMES, selectBackend, type BackendName, type SelectedBackend } from './ops/selectBackend.js';
export { softmax } from './ops/softmax.js';
export { softmaxCrossEntropy } from './ops/softmaxCrossEntropy.js';

// Models and their artifacts.
export { ARTIFACT_FILES, checkArtifacts, type Artifacts } from './models/Artifacts.js';
export { classifier, type Classifier } from './models/classifier.js';
export type { ClassifierSettings } from './models/ClassifierSettings.js';
export { classifierConfig, ClassifierConfig, type Cell, type ClassifierOptions } from './models/ClassifierConfig.js';
export { deferredClassifier, type DeferredClassifier } from './models/deferredClassifier.js';
export { encodeArtifacts } from './models/encodeArtifacts.js';
export { inferConfig } from './models/inferConfig.js';
export { loadArtifacts } from './models/loadArtifacts.js';
export { resizeVocabulary } from './models/resizeVocabulary.js';
export { restoreClassifier } from './models/restoreClassifier.js';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './models/safetensors.js';

// Where results leave.
export { alongside } from './sinks/alongside.js';
export { artifactFiles, type ArtifactFilesOptions, type Files } from './sinks/artifactFiles.js';
export { batchStats, type BatchStats } from './sinks/batchStats.js';
export { confusionMatrix } from './sinks/confusionMatrix.js';
export { deadLetters, type DeadLetters, type DeadLettersOptions } from './sinks/deadLetters.js';
export { describeRejection } from './sinks/describeRejection.js';
export { jsonLine } from './sinks/jsonLine.js';
export { jsonLines, type JsonLinesOptions } from './sinks/jsonLines.js';
export { metrics, type Report } from './sinks/metrics.js';
export { metricsTable, type MetricsTableOptions } from './sinks/metricsTable.js';
export { progress } from './sinks/progress.js';
export type { ProgressOptions } from './sinks/ProgressOutput.js';
export { rowProgress, type RowProgressOptions } from './sinks/rowProgress.js';
export { scores } from './sinks/scores.js';
export type { HeadlinesLeftOut, WatchEvent } from './sinks/watch/WatchEvent.js';
export { watchView, type ScreenStream, type WatchViewOptions } from './sinks/watchView.js';
export type { ReportMade } from './sinks/ReportMade.js';
export { stateFile, type StateFile, type StateFileOptions } from './sinks/stateFile.js';
export { tensorboard, type TensorBoardOptions } from './sinks/tensorboard.js';
export type { Hyperparameters } from './sinks/tensorboard/boardEvent.js';
export { writeFiles } from './sinks/writeFiles.js';

// A model on the network.
export { type ServerLimits } from './server/ServerLimits.js';
export { serveModel, type HeadlineDoor, type ServeModelOptions, type ServerEvent } from './server/serveModel.js';

// A training in a browser.
export { serveTraining, type ServeTrainingOptions, type TrainingServerEvent } from './server/serveTraining.js';
export type { TrainingPrepared, TrainingUpdate } from './server/TrainingUpdate.js';
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
} from './contracts/TrainingView.js';
