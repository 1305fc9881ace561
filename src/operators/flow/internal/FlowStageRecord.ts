import type { Holding } from '../../../contracts/flow/FlowProbe.js';

/** The number of passages of each stage that are timed in each second, whatever its rate. */
export const TIMED_PER_SECOND = 500;

/** The values that a stage has emitted because of the values of one stage, to the subscriptions of another. */
export interface FlowPath {
  /** The stage whose value was being passed on when this stage emitted; undefined stands for no stage. */
  readonly from: FlowStageRecord | undefined;
  /** The stage that has subscribed to this stage; undefined stands for no stage. */
  readonly next: FlowStageRecord | undefined;
  values: number;
}

/** What an operator holds, over all of its subscriptions. */
export interface HoldingRecord {
  readonly operator: string;
  /** The largest bound of its subscriptions. */
  bound: number;
  highWaterMark: number;
  readonly live: Set<Holding>;
  most: number;
}

/** The counts of one stage. */
export class FlowStageRecord {
  readonly name: string;
  subscriptions = 0;
  /** Milliseconds of work in this interval that were measured exactly, and those that were measured in samples. */
  exact = 0;
  sampled = 0;
  /** How many of its passages in this interval are still timed whatever its rate. */
  timings = TIMED_PER_SECOND;
  rejected = 0;
  errors = 0;
  readonly holdings = new Map<string, HoldingRecord>();
  /**
   * `heldFor` is the time, in milliseconds, over which the held values were observed. `heldSum` is the sum of the
   * number of held values over each of these milliseconds.
   */
  heldFor = 0;
  heldSum = 0;
  /** The count at the last snapshot. */
  valuesBefore = 0;
  /** The stages because of whose values it was subscribed to, as within `switchMap`. */
  readonly startedBy = new Set<FlowStageRecord>();
  /** A list and not a map, because a stage has few paths. */
  readonly #paths: FlowPath[] = [];
  /** The first stage that has subscribed to it. */
  #next: FlowStageRecord | undefined;
  /** How many of its values had left it when `#next` was set. No stage received those to no subscriber. */
  #toNobody = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** The first stage that has subscribed to it. */
  get next(): FlowStageRecord | undefined {
    return this.#next;
  }

  /** A stage subscribes to it; undefined stands for no stage. */
  subscribedBy(next: FlowStageRecord | undefined): void {
    if (next === this || next === undefined || this.#next !== undefined) return;
    this.#toNobody = this.toConsumer();
    this.#next = next;
  }

  /** The path of values that it emits to one stage because of the values of another. */
  path(from: FlowStageRecord | undefined, next: FlowStageRecord | undefined): FlowPath {
    for (const path of this.#paths) if (path.from === from && path.next === next) return path;
    const path = { from, next, values: 0 };
    this.#paths.push(path);
    return path;
  }

  /** The number of values that it has emitted. */
  values(): number {
    return sumOf(this.#paths, () => true);
  }

  /** The number of values that it has emitted to subscriptions of another stage; undefined if there were none. */
  emittedTo(next: FlowStageRecord): number | undefined {
    return this.#paths.some((path) => path.next === next)
      ? sumOf(this.#paths, (path) => path.next === next)
      : undefined;
  }

  /** The number of values that it has emitted to the subscriptions of the stage after it. */
  emittedOn(): number {
    return this.#next === undefined ? this.values() : (this.emittedTo(this.#next) ?? 0);
  }

  /** The number of values that came to it from another stage and were passed on at once. */
  cameFrom(from: FlowStageRecord): number {
    return sumOf(this.#paths, (path) => path.from === from);
  }

  /** The number of values that it has emitted to a subscriber that is no stage. */
  toConsumer(): number {
    return this.#next === undefined ? sumOf(this.#paths, ({ next }) => next === undefined) : this.#toNobody;
  }

  hold(holding: Holding): () => void {
    const { operator, bound, highWaterMark = bound } = holding;
    let record = this.holdings.get(operator);
    if (record === undefined)
      this.holdings.set(operator, (record = { operator, bound, highWaterMark, live: new Set(), most: 0 }));
    else if (record.bound < bound) Object.assign(record, { bound, highWaterMark });
    const { live } = record;
    live.add(holding);
    return () => {
      this.look(0);
      live.delete(holding);
    };
  }

  /** Records what its operators hold now, and have held for the given number of milliseconds. */
  look(ms: number): void {
    if (this.holdings.size === 0) return;
    let all = 0;
    for (const record of this.holdings.values())
      for (const { held } of record.live) {
        const now = held();
        if (now > record.most) record.most = now;
        all += now;
      }
    this.heldFor += ms;
    this.heldSum += all * ms;
  }
}

const sumOf = (paths: readonly FlowPath[], counts: (path: FlowPath) => boolean): number =>
  paths.reduce((sum, path) => (counts(path) ? sum + path.values : sum), 0);
