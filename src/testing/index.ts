/**
 * Helpers for marble tests of your own operators: sources in virtual time that obey a valve, a model that records its
 * calls, comparisons that support typed arrays, and seeded generators. They work with any test framework.
 *
 * @module headwater/testing
 */
export { assertFrames, FramesDiffer } from './assertFrames.js';
export { difference, type DifferenceOptions } from './difference.js';
export { BoundExceeded, expectFlow } from './expectFlow.js';
export { faultyServer, type FaultyServer, type FaultyServerOptions, type ServerFault } from './faultyServer.js';
export { headlineRows, type HeadlineRowsOptions } from './headlineRows.js';
export { labelledBatch, type GeneratedBatchOptions } from './labelledBatch.js';
export {
  marbleBatchSource,
  type MarbleBatchSource,
  type MarbleBatchSourceOptions,
  type SideMarbles,
} from './marbleBatchSource.js';
export { marbleSource, type MarbleSource, type MarbleSourceOptions, type SubscriptionLogs } from './marbleSource.js';
export { marbleValve } from './marbleValve.js';
export { paddedBatch } from './paddedBatch.js';
export {
  recordingDeliveries,
  type RecordingDeliveries,
  type RecordingDeliveriesOptions,
} from './recordingDeliveries.js';
export {
  recordingModel,
  type RecordedCall,
  type RecordingModel,
  type RecordingModelOptions,
} from './recordingModel.js';
export { runMarbles } from './runMarbles.js';
export { tokenizedRows, type TokenizedRowsOptions } from './tokenizedRows.js';
export { typedArraysEqual, type TypedArray } from './typedArraysEqual.js';
