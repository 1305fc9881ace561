/**
 * Streams of text into recurrent networks: the public surface, all entries but `headwater/testing` in one.
 *
 * Importing it starts nothing, changes nothing of the process, and registers nothing of ours (tfjs's own `cpu` backend
 * registers itself when it is imported). An export is in exactly one of the entries below; a program that needs few of
 * them starts sooner with those, and one for browsers takes `operators`, `text`, `ops` and `models`.
 */
export * from './entries/operators.js';
export * from './entries/text.js';
export * from './entries/ops.js';
export * from './entries/models.js';
export * from './entries/streams.js';
export * from './entries/live.js';
export * from './entries/sinks.js';
export * from './entries/server.js';
