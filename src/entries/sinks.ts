/**
 * Sinks for results: files, metrics, progress and the terminal. For Node.
 *
 * @module headwater/sinks
 */

export { alongside } from '../sinks/alongside.js';
export { artifactFiles, type ArtifactFilesOptions, type Files } from '../sinks/files/artifactFiles.js';
export { batchStats, type BatchStats } from '../sinks/metrics/batchStats.js';
export { compareAnswers, mcNemar, type AnswersCompared } from '../sinks/metrics/compareAnswers.js';
export { confusionMatrix } from '../sinks/metrics/confusionMatrix.js';
export { deadLetters, type DeadLetters, type DeadLettersOptions } from '../sinks/rejections/deadLetters.js';
export { describeRejection } from '../sinks/rejections/describeRejection.js';
export {
  fitTemperature,
  type FitTemperatureOptions,
  type FittedTemperature,
  type TemperatureInput,
} from '../sinks/metrics/fitTemperature.js';
export { jsonLine } from '../sinks/jsonLine.js';
export { jsonLines, type JsonLinesOptions } from '../sinks/jsonLines.js';
export { metrics, type Report } from '../sinks/metrics/metrics.js';
export { type CommonestClass, commonestClass, macroScores } from '../sinks/metrics/simpleAnswers.js';
export { flowMetrics } from '../sinks/flow/flowMetrics.js';
export { flowTable, type FlowTableOptions } from '../sinks/flow/flowTable.js';
export { flowTrace } from '../sinks/flow/flowTrace.js';
export { metricsTable, type MetricsTableOptions } from '../sinks/metrics/metricsTable.js';
export { progress } from '../sinks/progress/progress.js';
export type { ProgressOptions } from '../sinks/progress/ProgressOutput.js';
export {
  reliability,
  type Reliability,
  type ReliabilityBin,
  type ReliabilityOptions,
  type SureFrom,
} from '../sinks/metrics/reliability.js';
export { rowProgress, type RowProgressOptions } from '../sinks/progress/rowProgress.js';
export { scores } from '../sinks/metrics/scores.js';
export { temperature, type TemperatureOptions } from '../sinks/metrics/temperature.js';
export type { HeadlinesLeftOut, WatchEvent } from '../sinks/watch/WatchEvent.js';
export type { WatchAction, WatchKey } from '../sinks/watch/WatchKey.js';
export { watchView, type ScreenStream, type WatchViewOptions } from '../sinks/watch/watchView.js';
export type { ReportMade } from '../sinks/metrics/ReportMade.js';
export { stateFile, type StateFile, type StateFileOptions } from '../sinks/files/stateFile.js';
export { tensorboard, type TensorBoardOptions } from '../sinks/tensorboard/tensorboard.js';
export type { Hyperparameters } from '../sinks/tensorboard/boardEvent.js';
export { writeFiles } from '../sinks/files/writeFiles.js';

// Checkpoints of a training.
export {
  checkpoints,
  type CheckpointsOptions,
  type MaybeCheckpoint,
  type CheckpointWritten,
} from '../checkpoints/checkpoints.js';
export {
  latestCheckpoint,
  type LatestCheckpointOptions,
  type SavedCheckpoint,
} from '../checkpoints/latestCheckpoint.js';
export { decodeCheckpoint, encodeCheckpoint, type DecodedCheckpoint } from '../checkpoints/encodeCheckpoint.js';
