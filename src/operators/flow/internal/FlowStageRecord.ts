import type { Holding } from '../../../contracts/flow/FlowProbe.js';

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
  values = 0;
  /** Milliseconds of work in the timed turns of the event loop. */
  timed = 0;
  rejected = 0;
  errors = 0;
  readonly holdings = new Map<string, HoldingRecord>();
  /**
   * `heldFor` is the time, in milliseconds, over which the held values were observed. `heldSum` is the sum of the
   * number of held values over each of these milliseconds.
   */
  heldFor = 0;
  heldSum = 0;
  /** The number of values that came from each other stage. */
  readonly cameFrom = new Map<FlowStageRecord, number>();
  /** The stages that have subscribed to it. */
  readonly subscribedBy = new Set<FlowStageRecord>();
  /** The first stage that has subscribed to it. */
  next: FlowStageRecord | undefined;
  /** The counts at the last snapshot. */
  valuesBefore = 0;
  timedBefore = 0;
  #lastSource: FlowStageRecord | undefined;
  #fromLast = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Records that a stage has subscribed to this one. */
  feeds(next: FlowStageRecord): void {
    this.subscribedBy.add(next);
    this.next ??= next;
  }

  /**
   * Records that values came from another stage. The last source is kept apart, because most values come from the same
   * source as the value before.
   */
  came(from: FlowStageRecord, values: number): void {
    if (this.#lastSource !== from) {
      this.settle();
      this.#lastSource = from;
    }
    this.#fromLast += values;
  }

  /** Brings `cameFrom` up to date. */
  settle(): void {
    if (this.#lastSource === undefined || this.#fromLast === 0) return;
    this.cameFrom.set(this.#lastSource, (this.cameFrom.get(this.#lastSource) ?? 0) + this.#fromLast);
    this.#fromLast = 0;
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
