import type { Holding } from '../../../contracts/flow/FlowProbe.js';

/** The number of passages of each stage that are timed in each second, whatever its rate. */
export const TIMED_PER_SECOND = 500;

/** The values that a stage has emitted to the subscriptions of one other stage. */
export interface StageOutput {
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
  /** What it has emitted to each stage that has subscribed to it; undefined stands for no stage. */
  readonly outputs = new Map<FlowStageRecord | undefined, StageOutput>();
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
  /** The number of values that came from each other stage. */
  readonly cameFrom = new Map<FlowStageRecord, number>();
  /** The first stage that has subscribed to it. */
  next: FlowStageRecord | undefined;
  /** The count at the last snapshot. */
  valuesBefore = 0;
  #lastSource: FlowStageRecord | undefined;
  #fromLast = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** The number of values that it has emitted. */
  values(): number {
    let all = 0;
    for (const { values } of this.outputs.values()) all += values;
    return all;
  }

  /** The output for a stage that subscribes to this one. */
  output(next: FlowStageRecord | undefined): StageOutput {
    let output = this.outputs.get(next);
    if (output === undefined) this.outputs.set(next, (output = { values: 0 }));
    return output;
  }

  /** The number of values that it has emitted to subscriptions of another stage. */
  emittedTo(next: FlowStageRecord): number {
    return this.outputs.get(next)?.values ?? 0;
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
