import { Counter, Gauge, Registry } from 'prom-client';
import type { WorkerStatus } from '../../contracts/live/WorkerStatus.js';

/** A metric of a worker: its name, its help text, and how its value is read. */
interface Figure {
  readonly name: string;
  readonly help: string;
  readonly of: (status: WorkerStatus) => number | undefined;
}

const FIGURES: readonly Figure[] = [
  {
    name: 'headwater_work_classified_total',
    help: 'Headlines whose results are stored',
    of: ({ classified }) => classified,
  },
  {
    name: 'headwater_work_retried_total',
    help: 'Messages that were given back to the broker',
    of: ({ retried }) => retried,
  },
  {
    name: 'headwater_work_dead_letters_total',
    help: 'Messages that became dead letters',
    of: ({ deadLetters }) => deadLetters,
  },
  {
    name: 'headwater_work_lost_total',
    help: 'Messages that were deleted at the broker before they were read, at most',
    of: ({ lost }) => lost,
  },
  {
    name: 'headwater_work_in_flight_messages',
    help: 'Messages that the worker holds',
    of: ({ inFlight }) => inFlight,
  },
  {
    name: 'headwater_work_lag_messages',
    help: 'Messages that wait: in the partitions of the worker on Kafka, for the whole group on JetStream',
    of: ({ lag }) => lag?.messages,
  },
  {
    name: 'headwater_work_headlines_per_second',
    help: 'Headlines classified per second, recently',
    of: ({ perSecond }) => perSecond,
  },
  {
    name: 'headwater_work_partitions',
    help: 'Partitions that the worker reads',
    of: ({ partitions }) => partitions?.length,
  },
  {
    name: 'headwater_work_connected',
    help: '1 while the worker is connected to its broker',
    of: ({ connected }) => Number(connected),
  },
  {
    name: 'headwater_work_stalled',
    help: '1 while results wait, since they cannot be stored',
    of: ({ stalled }) => Number(stalled),
  },
];

/**
 * Makes the metrics of workers, in the exposition format of Prometheus. The values are read at each request.
 *
 * @param statuses the current statuses of the workers
 */
export const workersMetrics = (statuses: () => readonly WorkerStatus[]): Registry => {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['worker', 'group'] as const;
  for (const { name, help, of } of FIGURES) {
    const values = (): readonly (readonly [labels: Record<'worker' | 'group', string>, value: number])[] =>
      statuses().flatMap((status) => {
        const value = of(status);
        return value === undefined ? [] : [[{ worker: status.worker, group: status.group }, value]];
      });
    const about = { name, help, labelNames, registers };
    // Values that only grow are counters, with names ending in `_total`.
    if (name.endsWith('_total'))
      new Counter({
        ...about,
        collect() {
          this.reset();
          for (const [labels, value] of values()) this.inc(labels, value);
        },
      });
    else
      new Gauge({
        ...about,
        collect() {
          this.reset();
          for (const [labels, value] of values()) this.set(labels, value);
        },
      });
  }
  new Gauge({
    name: 'headwater_work_latency_seconds',
    help: 'Time from the arrival of a message to its stored result, of the last 1,000, by quantile',
    labelNames: [...labelNames, 'quantile'] as const,
    registers,
    collect() {
      this.reset();
      for (const { worker, group, latencyMs } of statuses()) {
        if (latencyMs === undefined) continue;
        this.set({ worker, group, quantile: '0.5' }, latencyMs.p50 / 1000);
        this.set({ worker, group, quantile: '0.99' }, latencyMs.p99 / 1000);
      }
    },
  });
  new Gauge({
    name: 'headwater_work_model_info',
    help: 'The models of each worker',
    labelNames: [...labelNames, 'model'] as const,
    registers,
    collect() {
      this.reset();
      for (const { worker, group, models } of statuses())
        for (const model of models) this.set({ worker, group, model }, 1);
    },
  });
  return registry;
};
