import { hostname } from 'node:os';
import { map, type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { WorkEvent } from '../../brokers/WorkEvent.js';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import type { WorkerStatus } from '../../contracts/live/WorkerStatus.js';
import { afterEvent, NO_WORK, type WorkCounts } from './WorkCounts.js';

/** How many latencies are kept. */
const LATENCIES = 1000;

/** How far back the pace of now reaches. Milliseconds. */
const RECENT_MS = 5000;

/** The value below which such a share of sorted values lies. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Keeps how a worker is doing. */
export class WorkRecord {
  readonly #about: Pick<WorkerStatus, 'group' | 'from' | 'to'>;
  readonly #since = Date.now();
  readonly #latencies: number[] = [];
  /** The counts of classified headlines at the last readings. */
  #marks: { readonly at: number; readonly classified: number }[] = [{ at: this.#since, classified: 0 }];
  #counts = NO_WORK;
  /** The ids of what is held. */
  readonly #held = new Set<string>();
  #stored = 0;
  /** The ids of the models that classify. */
  models: readonly string[] = [];

  constructor(about: Pick<WorkerStatus, 'group' | 'from' | 'to'>) {
    this.#about = about;
  }

  get counts(): WorkCounts {
    return this.#counts;
  }

  /** Takes what happens between the broker and the worker. */
  take(event: WorkEvent): void {
    // What was in hand belongs to others, or is delivered again.
    if (event.type === 'rebalanced') this.#held.clear();
    this.#counts = afterEvent(this.#counts, event);
  }

  /** Counts what is held: from its source to its settlement, or its stored result. */
  held<T>(): MonoTypeOperatorFunction<Delivery<T>> {
    return map((delivery) => {
      this.#held.add(delivery.id);
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
      // A result and its offset in one transaction settle without a call.
      this.#held.delete(delivery.id);
      this.#counts = { ...this.#counts, classified: this.#counts.classified + 1 };
      this.#latencies[this.#stored++ % LATENCIES] = Date.now() - delivery.value.headline.seen;
    });
  }

  /** How the worker is doing now. */
  status(): WorkerStatus {
    const at = Date.now();
    const { classified, retried, deadLetters, partitions, lag, connected, stalled } = this.#counts;
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
      partitions,
      lag,
      connected,
      stalled,
      latencyMs: sorted.length === 0 ? undefined : { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
    };
  }
}
