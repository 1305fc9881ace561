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
export type { WordVector } from './contracts/WordVector.js';
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
export type { BackoffOptions } from './streams/pacing/backoff.js';
export type { BodyOptions } from './streams/bodies/http/BodyOptions.js';
export { discoverFeed } from './streams/feeds/parsing/discoverFeed.js';
export type { FeedItem } from './streams/feeds/parsing/FeedItem.js';
export {
  feedMemory,
  feedMemoryFrom,
  FeedMemoryJson,
  type FeedMemory,
  type RememberedFeed,
} from './streams/feeds/polling/FeedMemory.js';
export { parseFeed, type ParsedFeed } from './streams/feeds/parseFeed.js';
export { pollFeed, type PollFeedOptions } from './streams/feeds/pollFeed.js';
export { readOpml, type ReadOpmlOptions } from './streams/feeds/readOpml.js';
export { fetchCsv, type FetchCsvOptions } from './streams/fetchCsv.js';
export type { Snapshot } from './streams/bodies/keepSnapshot.js';
export type { Pacing } from './streams/pacing/Pacing.js';
export type { ReadLinesOptions } from './streams/bodies/lineSource.js';
export { liveHeadline, type LiveHeadlineFields } from './streams/live/liveHeadline.js';
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
export { sampleCsv, type SampleOptions } from './streams/sample/sampleCsv.js';
export { serveSample } from './streams/sample/serveSample.js';
export { valve } from './streams/valve.js';

// Text.
export { classCounts } from './text/classCounts.js';
export { classWeights } from './text/classWeights.js';
export { growingVocabulary, type GrowingVocabulary, type GrowingVocabularyOptions } from './text/GrowingVocabulary.js';
export { LabelEncoder, type LabelEncoderJson } from './text/LabelEncoder.js';
export { preprocessText } from './text/preprocessText.js';
export { STOP_WORDS } from './text/stopWords.js';
export { LESSON_STEPS, parseTextSteps, stringifyTextSteps, TextSteps, textSteps } from './text/TextSteps.js';
export type { TextStepsOptions } from './text/TextSteps.js';
export { textPath, type ReadingOptions, type TextPath } from './text/textPath.js';
export { foldCase } from './text/unicode/foldCase.js';
export { unicodePreprocessor, type UnicodePreprocessorOptions } from './text/unicode/unicodePreprocessor.js';
export { textPreprocessor, type TextPreprocessorOptions } from './text/textPreprocessor.js';
export { DocumentFrequencies, type DocumentFrequenciesData } from './text/features/DocumentFrequencies.js';
export type { FeatureOptions, FeatureSettings } from './text/features/countFeatures.js';
export { wideFeatures, type WideFeatures } from './text/features/wideFeatures.js';
export { rowEncoder, type RowEncoder, type RowEncoderOptions } from './text/rowEncoder.js';
export { readVectors, type ReadVectorsOptions } from './streams/vectors/readVectors.js';
export { collectVectors, type CollectVectorsOptions } from './text/vectors/collectVectors.js';
export { vectorCoverage, type VectorCoverage } from './text/vectors/vectorCoverage.js';
export {
  isVectorFile,
  parseVectorFile,
  vectorFileParts,
  type ParseVectorsOptions,
  type VectorFile,
} from './text/vectors/vectorFile.js';
export { findVectors, type FindVectorsOptions, type FoundVectors } from './vectors/findVectors.js';
export { loadVectors, type LoadVectorsOptions } from './vectors/loadVectors.js';
export { saveVectors, type SavedVectors } from './vectors/saveVectors.js';
export type { VectorPrecision, VectorsOrigin, WordVectors } from './text/vectors/WordVectors.js';
export { Tokenizer, type TokenizerJson, type TokenizerOptions } from './text/Tokenizer.js';

// Operators on rows and batches.
export { batches, type BatchesOptions, type BatchOptions } from './operators/batches/batches.js';
export { batchSource } from './operators/batches/batchSource.js';
export type { SliceOptions } from './operators/flow/emitInSlices.js';
export { padRows, type BatchOf } from './operators/batches/padRows.js';
export { rowsOf } from './operators/rows/rowsOf.js';
export {
  boundedQueue,
  type BoundedQueueOptions,
  type BoundedQueueProjectOptions,
} from './operators/flow/boundedQueue.js';
export {
  bucketByLength,
  DEFAULT_BOUNDARIES,
  type BucketByLengthOptions,
  type DroppedRow,
} from './operators/batches/bucketByLength.js';
export { decode, type DecodeOptions } from './operators/rows/decode.js';
export { headlineOnly, headlineRow } from './operators/rows/headlineRow.js';
export { prepare, type PrepareOptions, type Split } from './operators/rows/prepare.js';
export { preprocess } from './operators/rows/preprocess.js';
export { shuffle, type ShuffleOptions } from './operators/rows/shuffle.js';
export { stratifiedSplit, type Shares, type StratifiedSplitOptions } from './operators/rows/stratifiedSplit.js';
export { tokenize, type TokenizeOptions } from './operators/rows/tokenize.js';

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
export type { ShedPolicy } from './operators/live/internal/SheddingBuffer.js';
export { shed, type ShedOptions, type ShedProjectOptions, type ShedValue } from './operators/live/shed.js';

// Operators on models.
export { combineSteps } from './operators/training/combineSteps.js';
export { earlyStopping, type EarlyStoppingOptions } from './operators/training/earlyStopping.js';
export { evaluate } from './operators/training/evaluate.js';
export { fit, type FitOptions } from './operators/training/fit.js';
export { initialTrainingState, type InitialTrainingStateOptions } from './operators/training/initialTrainingState.js';
export { limitEpochs } from './operators/training/limitEpochs.js';
export type { AveragedOver } from './operators/training/meanLoss.js';
export { predict } from './operators/training/predict.js';
export { recordEpoch } from './operators/training/recordEpoch.js';
export { reduceLrOnPlateau, type ReduceLrOnPlateauOptions } from './operators/training/reduceLrOnPlateau.js';
export type { ThroughModelOptions } from './operators/training/internal/throughModel.js';
export { trainStep, type TrainStepOptions } from './operators/training/trainStep.js';

// Learning while running.
export { adwin, type AdwinOptions } from './operators/learning/adwin.js';
export { modelSlot, type ModelSlotOptions } from './operators/learning/modelSlot.js';
export { pageHinkley, type PageHinkleyOptions } from './operators/learning/pageHinkley.js';
export { prequential, type PrequentialOptions, type ReplayOptions } from './operators/learning/prequential.js';
export { runningScores, type RunningScoresOptions } from './operators/learning/runningScores.js';

// Differentiable ops on tfjs-core.
export { Adam, type AdamOptions } from './ops/optimizers/Adam.js';
export {
  defineOp,
  registerKernels,
  type Op,
  type OpGradient,
  type OpKernel,
  type RunnableOp,
} from './ops/definition/defineOp.js';
export { dropout, type DropoutOptions } from './ops/layers/dropout.js';
export { embeddedRecurrentLast } from './ops/recurrent/embeddedRecurrentLast.js';
export { embedding, type EmbeddingOptions } from './ops/layers/embedding.js';
export { gatherLast } from './ops/layers/gatherLast.js';
export { gru } from './ops/recurrent/gru.js';
export { gruCell } from './ops/recurrent/gruCell.js';
export { linear } from './ops/layers/linear.js';
export { lstm, type LstmOutput, type LstmState } from './ops/recurrent/lstm.js';
export { lstmCell, type LstmCellState } from './ops/recurrent/lstmCell.js';
export { onBackend } from './ops/backends/onBackend.js';
export { recurrentLast } from './ops/recurrent/recurrentLast.js';
export type { CellName, CellWeights, LayerWeights } from './ops/recurrent/internal/RecurrentPass.js';
export type { RecurrentOptions, RecurrentState } from './ops/recurrent/internal/runLayer.js';
export { raiseEngineFlags } from './ops/kernels/simd/machine/engineFlags.js';
export { BACKEND_NAME } from './ops/definition/backendName.js';
export {
  backendVariant,
  registerBackend,
  type BackendOptions,
  type BackendVariant,
} from './ops/backends/registerBackend.js';
export { registerOps, type RegisterOpsOptions } from './ops/registerOps.js';
export { rnn, type RecurrentOutput } from './ops/recurrent/rnn.js';
export { rnnCell } from './ops/recurrent/rnnCell.js';
export { BACKEND_NAMES, selectBackend, type BackendName, type SelectedBackend } from './ops/backends/selectBackend.js';
export { softmax } from './ops/layers/softmax.js';
export { softmaxCrossEntropy } from './ops/layers/softmaxCrossEntropy.js';

// Pooling, sparse rows, and the optimizers of models that have them.
export { clipByGlobalNorm } from './ops/optimizers/clipByGlobalNorm.js';
export { featureDropout } from './ops/sparse/featureDropout.js';
export { maxMeanPool } from './ops/pooling/maxMeanPool.js';
export { maxPool } from './ops/pooling/maxPool.js';
export { meanPool } from './ops/pooling/meanPool.js';
export {
  cosineRate,
  linearRate,
  oneCycle,
  warmUpRate,
  type OneCycleOptions,
  type RateSchedule,
} from './ops/optimizers/rateSchedules.js';
export { recurrentStack, type RecurrentStackOptions, type StackWeights } from './ops/recurrent/recurrentStack.js';
export { RowAdagrad, type RowAdagradOptions } from './ops/optimizers/RowAdagrad.js';
export { RowAdam, type RowAdamOptions } from './ops/optimizers/RowAdam.js';
export { RowTable, type FoundRows, type LookUpOptions } from './ops/sparse/RowTable.js';
export { sparseLinear } from './ops/sparse/sparseLinear.js';
export { vectorEmbedding, type VectorEmbeddingInput, type VectorRows } from './ops/layers/vectorEmbedding.js';
export { wordDropout } from './ops/layers/wordDropout.js';

// Models and their artifacts.
export { ARTIFACT_FILES, checkArtifacts, type Artifacts } from './models/artifacts/Artifacts.js';
export { classifier, type Classifier } from './models/classifier.js';
export type { ClassifierSettings } from './models/ClassifierSettings.js';
export { classifierConfig, ClassifierConfig, type Cell, type ClassifierOptions } from './models/ClassifierConfig.js';
export { deferredClassifier, type DeferredClassifier } from './models/deferredClassifier.js';
export { encodeArtifacts } from './models/artifacts/encodeArtifacts.js';
export { inferConfig } from './models/inferConfig.js';
export { loadArtifacts } from './models/artifacts/loadArtifacts.js';
export { trainable, type OwnModel, type Parameter, type TrainableOptions } from './models/trainable.js';
export { resizeVocabulary } from './models/artifacts/resizeVocabulary.js';
export { restoreClassifier } from './models/artifacts/restoreClassifier.js';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './models/artifacts/safetensors.js';

// Where results leave.
export { alongside } from './sinks/alongside.js';
export { artifactFiles, type ArtifactFilesOptions, type Files } from './sinks/files/artifactFiles.js';
export { batchStats, type BatchStats } from './sinks/metrics/batchStats.js';
export { confusionMatrix } from './sinks/metrics/confusionMatrix.js';
export { deadLetters, type DeadLetters, type DeadLettersOptions } from './sinks/rejections/deadLetters.js';
export { describeRejection } from './sinks/rejections/describeRejection.js';
export { jsonLine } from './sinks/jsonLine.js';
export { jsonLines, type JsonLinesOptions } from './sinks/jsonLines.js';
export { metrics, type Report } from './sinks/metrics/metrics.js';
export { metricsTable, type MetricsTableOptions } from './sinks/metrics/metricsTable.js';
export { progress } from './sinks/progress/progress.js';
export type { ProgressOptions } from './sinks/progress/ProgressOutput.js';
export { rowProgress, type RowProgressOptions } from './sinks/progress/rowProgress.js';
export { scores } from './sinks/metrics/scores.js';
export type { HeadlinesLeftOut, WatchEvent } from './sinks/watch/WatchEvent.js';
export { watchView, type ScreenStream, type WatchViewOptions } from './sinks/watch/watchView.js';
export type { ReportMade } from './sinks/metrics/ReportMade.js';
export { stateFile, type StateFile, type StateFileOptions } from './sinks/files/stateFile.js';
export { tensorboard, type TensorBoardOptions } from './sinks/tensorboard/tensorboard.js';
export type { Hyperparameters } from './sinks/tensorboard/boardEvent.js';
export { writeFiles } from './sinks/files/writeFiles.js';

// A model on the network.
export { type ServerLimits } from './server/queue/ServerLimits.js';
export { serveModel, type HeadlineDoor, type ServeModelOptions, type ServerEvent } from './server/serveModel.js';

// A training in a browser.
export { serveTraining, type ServeTrainingOptions, type TrainingServerEvent } from './server/training/serveTraining.js';
export type { TrainingPrepared, TrainingUpdate } from './server/training/TrainingUpdate.js';
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
