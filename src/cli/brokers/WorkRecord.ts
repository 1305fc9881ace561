import { hostname } from 'node:os';
import { map, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { isKafkaDelivery } from '../../brokers/kafka/KafkaDelivery.js';
import type { WorkEvent } from '../../brokers/WorkEvent.js';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import type { WorkerStatus } from '../../contracts/live/WorkerStatus.js';
import { afterEvent, NO_WORK, type WorkCounts } from './WorkCounts.js';

/** The number of latencies that are kept. */
const LATENCIES = 1000;

/** The time window of the current rate. Milliseconds. */
const RECENT_MS = 5000;

/** The quantile of sorted values for a share. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Measures the work of a worker. */
export class WorkRecord {
  readonly #about: Pick<WorkerStatus, 'group' | 'from' | 'to'>;
  readonly #since = Date.now();
  readonly #latencies: number[] = [];
  /** The counts of classified headlines at the last readings. */
  #marks: { readonly at: number; readonly classified: number }[] = [{ at: this.#since, classified: 0 }];
  #counts = NO_WORK;
  /** The deliveries in progress, by id. */
  readonly #held = new Map<string, Delivery<unknown>>();
  #stored = 0;
  /** The ids of the models in use. */
  models: readonly string[] = [];

  constructor(about: Pick<WorkerStatus, 'group' | 'from' | 'to'>) {
    this.#about = about;
  }

  get counts(): WorkCounts {
    return this.#counts;
  }

  /** Processes an event between the broker and the worker. */
  take(event: WorkEvent): void {
    // The deliveries of a partition that went to another worker are in progress there.
    if (event.type === 'rebalanced')
      for (const [id, delivery] of this.#held)
        if (isKafkaDelivery(delivery) && !delivery.origin.isCurrent()) this.#held.delete(id);
    this.#counts = afterEvent(this.#counts, event);
  }

  /** Counts the deliveries in progress, from the source to the settlement or the stored result. */
  held<T>(): MonoTypeOperatorFunction<Delivery<T>> {
    return map((delivery) => {
      this.#held.set(delivery.id, delivery);
      return {
        ...delivery,
        settle: (how) => {
          this.#held.delete(delivery.id);
          delivery.settle(how);
        },
      };
    });
  }

  /** Counts results that are stored. */
  stored<D extends Delivery<{ readonly headline: { readonly seen: number } }>>(): MonoTypeOperatorFunction<D> {
    return tap((delivery) => {
      // If a result and its offset are stored in one transaction, `settle` is not called.
      this.#held.delete(delivery.id);
      this.#counts = { ...this.#counts, classified: this.#counts.classified + 1 };
      this.#latencies[this.#stored++ % LATENCIES] = Date.now() - delivery.value.headline.seen;
    });
  }

  status(): WorkerStatus {
    const at = Date.now();
    const { classified, retried, deadLetters, lost, partitions, lag, connected, stalled } = this.#counts;
    this.#marks = [...this.#marks.filter((mark, i) => i > 0 || at - mark.at <= RECENT_MS), { at, classified }];
    while (this.#marks.length > 2 && at - (this.#marks[1]?.at ?? at) > RECENT_MS) this.#marks.shift();
    const [first] = this.#marks;
    const seconds = first === undefined ? 0 : (at - first.at) / 1000;
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    return {
      worker: `${hostname()}-${process.pid}`,
      ...this.#about,
      at,
      since: this.#since,
      models: this.models,
      classified,
      perSecond: first === undefined || seconds === 0 ? 0 : (classified - first.classified) / seconds,
      inFlight: this.#held.size,
      retried,
      deadLetters,
      lost,
      partitions,
      lag,
      connected,
      stalled,
      latencyMs: sorted.length === 0 ? undefined : { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
    };
  }
}
