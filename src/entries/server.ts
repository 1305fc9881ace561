/**
 * Serves a model over HTTP, and shows a training in the browser. For Node.
 *
 * @module headwater/server
 */

// Serving a model over HTTP.
export { type ServerLimits } from '../server/queue/ServerLimits.js';
export type { ServedModel } from '../server/generations/ServedModel.js';
export { type CandidateRole, type ModelChange } from '../server/generations/Generations.js';
export { type TurnScheduler } from '../server/queue/turnScheduler.js';
export { serveModel } from '../server/serveModel.js';
export type { HeadlineSourceContext } from '../server/events/HeadlineSourceContext.js';
export type { CandidateOptions } from '../server/generations/CandidateOptions.js';
export type { ServeModelOptions, ServerEvent } from '../server/ServeModelOptions.js';

// Showing a training in the browser.
export {
  serveTraining,
  type ServeTrainingOptions,
  type TrainingServerEvent,
} from '../server/training/serveTraining.js';
export { serveRuns, type ServeRunsOptions } from '../server/training/serveRuns.js';
export type { TrainingPrepared, TrainingUpdate } from '../server/training/TrainingUpdate.js';
export { eventLog, type EventLog } from '../server/events/eventLog.js';

// Labels that people give, and learning from them.
export type { Drift, DriftOf } from '../server/generations/driftWatch.js';
export type { KeepLabel, Label } from '../server/generations/Label.js';
export { labelFile } from '../server/labels/labelFile.js';
export type { LearnOptions } from '../server/generations/labelLearner.js';
export { readLabels } from '../server/labels/readLabels.js';

// Access, and feeds.
export { accessFile, type AccessFile } from '../server/access/accessFile.js';
export type { AccessEntry } from '../server/access/AccessEntry.js';
export type { ServedFeeds } from '../server/feeds/ServedFeeds.js';
export type { AccessToken, Scope } from '../server/http/AccessToken.js';
