/**
 * A model over HTTP, and a training as a page. For Node.
 *
 * @module headwater/server
 */

// A model on the network.
export { type ServerLimits } from '../server/queue/ServerLimits.js';
export { serveModel, type HeadlineDoor, type ServeModelOptions, type ServerEvent } from '../server/serveModel.js';

// A training in a browser.
export {
  serveTraining,
  type ServeTrainingOptions,
  type TrainingServerEvent,
} from '../server/training/serveTraining.js';
export type { TrainingPrepared, TrainingUpdate } from '../server/training/TrainingUpdate.js';
