import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SourceEvent } from '../../contracts/live/Live.js';
import type { ClassifiedBatch } from './ClassifyQueue.js';
import type { GenerationsView } from '../generations/Generations.js';
import { candidateMetrics } from './candidateMetrics.js';
import type { DriftOf } from '../generations/driftWatch.js';
import type { Label } from '../generations/Label.js';
import { REQUEST_SOURCE } from '../http/requestSource.js';

/** Why a headline was not classified. */
export type DropReason =
  /** The queue was full. */
  | 'queue-full'
  /** The client has disconnected. */
  | 'abandoned'
  /** Its title is too long. */
  | 'too-long'
  /** A headline with the same id (guid) arrived before. */
  | 'repeat-guid'
  | 'repeat-link'
  | 'repeat-content'
  /** The headline arrived before with another title. */
  | 'correction';

const REASONS = [
  'queue-full',
  'abandoned',
  'too-long',
  'repeat-guid',
  'repeat-link',
  'repeat-content',
  'correction',
] as const satisfies readonly DropReason[];

/** Values that are read for each request of the metrics. */
export interface Gauges {
  readonly models: () => GenerationsView;
  readonly waiting: () => number;
  readonly connections: () => number;
  readonly listeners: () => number;
}

/** The counters of the server. */
export interface ServerMetrics {
  readonly contentType: string;
  /** All metrics, in the exposition format of Prometheus. */
  readonly expose: () => Promise<string>;
  readonly classified: (batch: ClassifiedBatch) => void;
  readonly dropped: (reason: DropReason, headlines: number) => void;
  readonly answered: (route: string, status: number, seconds: number) => void;
  readonly heard: (event: SourceEvent) => void;
  readonly rejected: (source: string) => void;
  readonly missed: (events: number) => void;
  readonly labelled: (label: Label) => void;
  readonly drifted: (of: DriftOf, model: string) => void;
  readonly learnt: (model: string) => void;
  readonly tried: (worse: boolean, model: string) => void;
  /**
   * Removes the metrics of models that are no longer served, so that the metrics do not grow with each reload. The
   * first model is the one in use.
   */
  readonly keepModels: (ids: readonly string[]) => Promise<void>;
}

const LATENCIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

let ofProcess: Registry | undefined;

/**
 * The metrics of the process. They are collected once for all servers, from the first server on, because the observers
 * of the event loop and the garbage collector cannot be stopped.
 */
const processMetrics = (): Registry => {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
    // Gauges with names of counters. Other metrics report the same values by type.
    for (const name of ['handles', 'requests', 'resources'])
      ofProcess.removeSingleMetric(`nodejs_active_${name}_total`);
  }
  return ofProcess;
};

/**
 * Makes the metrics of one server, in a registry of its own. They include the metrics of the process: event-loop lag,
 * memory, processor time, garbage collection.
 *
 * Label values come from this module and the configured feeds, never from clients. So clients cannot increase their
 * number.
 */
export const serverMetrics = (gauges: Gauges): ServerMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const headlines = new Counter({
    name: 'headwater_headlines_total',
    help: 'Headlines classified, by where they came from, by class and by model',
    labelNames: ['origin', 'class', 'model'] as const,
    registers,
  });
  const latency = new Histogram({
    name: 'headwater_headline_latency_seconds',
    help: 'Time from the arrival of a headline to its classification',
    labelNames: ['origin', 'model'] as const,
    buckets: LATENCIES,
    registers,
  });
  const batches = new Histogram({
    name: 'headwater_batch_headlines',
    help: 'Headlines classified together',
    buckets: BATCHES,
    registers,
  });
  const drops = new Counter({
    name: 'headwater_headlines_dropped_total',
    help: 'Headlines not classified, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  for (const reason of REASONS) drops.inc({ reason }, 0);
  const requests = new Histogram({
    name: 'headwater_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer; a listener counts when it leaves',
    labelNames: ['route', 'status'] as const,
    buckets: LATENCIES,
    registers,
  });
  const reads = new Counter({
    name: 'headwater_feed_reads_total',
    help: 'Successful requests of feeds',
    labelNames: ['feed'] as const,
    registers,
  });
  const errors = new Counter({
    name: 'headwater_feed_errors_total',
    help: 'Failed requests of feeds, by code',
    labelNames: ['feed', 'code'] as const,
    registers,
  });
  const rejections = new Counter({
    name: 'headwater_feed_rejections_total',
    help: 'Items of feeds that could not be read',
    labelNames: ['feed'] as const,
    registers,
  });
  const labels = new Counter({
    name: 'headwater_labels_total',
    help: 'Labels that people gave, by class, by the model in use and by whether it had said the same',
    labelNames: ['class', 'correct', 'model'] as const,
    registers,
  });
  const drifts = new Counter({
    name: 'headwater_drifts_total',
    help:
      'Times that a mean changed: of errors where labels come, ' +
      'of the confidence and of the share of a class for feeds',
    labelNames: ['of', 'model'] as const,
    registers,
  });
  const steps = new Counter({
    name: 'headwater_labels_learnt_total',
    help: 'Labels that the model in use has learnt',
    labelNames: ['model'] as const,
    registers,
  });
  const trials = new Counter({
    name: 'headwater_learning_trials_total',
    help: 'Trials of what was learnt, by whether it was kept',
    labelNames: ['result', 'model'] as const,
    registers,
  });
  /** A counter that begins at 0 shows its first step. */
  const begin = (model: string): void => {
    for (const of of ['errors', 'confidence', 'class-mix'] satisfies DriftOf[]) drifts.inc({ of, model }, 0);
    steps.inc({ model }, 0);
  };
  begin(gauges.models().inUse);
  const misses = new Counter({
    name: 'headwater_events_missed_total',
    help: 'Events that listeners missed, because they were slow or away',
    registers,
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers, collect: () => made.set(read()) });
  };
  gauge('headwater_queue_headlines', 'Headlines that wait', gauges.waiting);
  gauge('headwater_connections', 'Open connections', gauges.connections);
  gauge('headwater_listeners', 'Clients that listen to events', gauges.listeners);

  new Gauge<'model' | 'role'>({
    name: 'headwater_model_info',
    help: 'The models, by what each is for: in-use, before, shadow or canary',
    labelNames: ['model', 'role'] as const,
    registers,
    collect() {
      const { inUse, before, candidate } = gauges.models();
      this.reset();
      this.set({ model: inUse, role: 'in-use' }, 1);
      if (before !== null) this.set({ model: before, role: 'before' }, 1);
      if (candidate !== null) this.set({ model: candidate.model, role: candidate.type }, 1);
    },
  });
  gauge('headwater_candidate_load_failed', 'Whether the candidate could not be loaded the last time: 1 or 0', () =>
    gauges.models().candidateError === null ? 0 : 1,
  );
  candidateMetrics(registry, gauges.models);

  /** The codes of the errors of each feed, so that their counters can be removed with the feed. */
  const failures = new Map<string, Set<string>>();
  const failed = (feed: string, code: string): void => {
    errors.inc({ feed, code });
    failures.set(feed, (failures.get(feed) ?? new Set()).add(code));
  };
  const forgetFeed = (feed: string): void => {
    reads.remove({ feed });
    rejections.remove({ feed });
    for (const code of failures.get(feed) ?? []) errors.remove({ feed, code });
    failures.delete(feed);
  };

  const exposed = Registry.merge([processMetrics(), registry]);
  return {
    contentType: exposed.contentType,
    expose: () => exposed.metrics(),
    classified: ({ predictions, abandoned }) => {
      drops.inc({ reason: 'abandoned' }, abandoned);
      if (predictions.length > 0) batches.observe(predictions.length);
      for (const { headline, category, latencyMs, modelId: model = '' } of predictions) {
        const origin = headline.source === REQUEST_SOURCE ? 'request' : 'feed';
        headlines.inc({ origin, class: category, model });
        // If the clock was set back, the latency is negative and would reduce the sum of the histogram.
        latency.observe({ origin, model }, Math.max(0, latencyMs) / 1000);
      }
    },
    dropped: (reason, count) => drops.inc({ reason }, count),
    answered: (route, status, seconds) => requests.observe({ route, status }, seconds),
    heard: (event) => {
      if (event.type === 'failed') failed(event.source, event.code);
      if (event.type === 'read' || event.type === 'unchanged') reads.inc({ feed: event.source });
      if (event.type === 'removed') forgetFeed(event.source);
    },
    rejected: (feed) => rejections.inc({ feed }),
    missed: (events) => misses.inc(events),
    labelled: ({ category, predicted, model }) =>
      labels.inc({ class: category, correct: String(predicted === category), model }),
    drifted: (of, model) => drifts.inc({ of, model }),
    learnt: (model) => steps.inc({ model }),
    tried: (worse, model) => trials.inc({ result: worse ? 'rolled-back' : 'confirmed', model }),
    keepModels: async (ids) => {
      const isGone = (values: { readonly model?: string | number | undefined }): boolean =>
        !ids.includes(String(values.model));
      for (const { labels } of (await headlines.get()).values) if (isGone(labels)) headlines.remove(labels);
      for (const { labels } of (await latency.get()).values)
        if (isGone(labels)) latency.remove({ origin: String(labels.origin), model: String(labels.model) });
      for (const { labels: values } of (await labels.get()).values) if (isGone(values)) labels.remove(values);
      for (const { labels: values } of (await drifts.get()).values) if (isGone(values)) drifts.remove(values);
      for (const { labels: values } of (await steps.get()).values) if (isGone(values)) steps.remove(values);
      for (const { labels: values } of (await trials.get()).values) if (isGone(values)) trials.remove(values);
      const [inUse] = ids;
      if (inUse !== undefined) begin(inUse);
    },
  };
};
