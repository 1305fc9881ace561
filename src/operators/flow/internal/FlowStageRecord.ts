import type { Holding } from '../../../contracts/flow/FlowProbe.js';

/** An operator's holdings over all of its subscriptions. */
export interface HoldingRecord {
  readonly operator: string;
  /** The largest of its subscriptions. */
  bound: number;
  highWaterMark: number;
  readonly live: Set<Holding>;
  most: number;
}

/** What is counted of one stage. */
export class FlowStageRecord {
  readonly name: string;
  subscriptions = 0;
  values = 0;
  /** Milliseconds of work in the turns that were timed. */
  timed = 0;
  rejected = 0;
  errors = 0;
  readonly holdings = new Map<string, HoldingRecord>();
  /** How long it was known what it holds, in milliseconds, and the sum of what it held in each of them. */
  heldFor = 0;
  heldSum = 0;
  /** The values that came from each other stage. */
  readonly cameFrom = new Map<FlowStageRecord, number>();
  /** The stages after it, by subscription. */
  readonly subscribedBy = new Set<FlowStageRecord>();
  /** The first of them. */
  next: FlowStageRecord | undefined;
  /** What `flowSnapshot` saw last. */
  valuesBefore = 0;
  timedBefore = 0;
  #lastSource: FlowStageRecord | undefined;
  #fromLast = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Notes that a stage has subscribed to it. */
  feeds(next: FlowStageRecord): void {
    this.subscribedBy.add(next);
    this.next ??= next;
  }

  /** Notes that values came from another stage. Most come from the one that the last came from. */
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

  /** Looks at what its operators hold, and have held for so many milliseconds. */
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
