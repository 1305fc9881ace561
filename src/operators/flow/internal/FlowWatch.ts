import type { FlowProbe, Holding, StageProbe } from '../../../contracts/flow/FlowProbe.js';
import type { FlowEdge, FlowSnapshot, FlowStage, FlowValve } from '../../../contracts/flow/FlowSnapshot.js';
import { FlowStageRecord } from './FlowStageRecord.js';

/**
 * The share of the work that is timed. For many stages, two clock readings per value would cost more than their work.
 */
const TIMED_SHARE = 1 / 8;

/** The name of the stage after the last ones. */
const CONSUMER = 'consumer';

interface ValveRecord {
  total: number;
  before: number;
  /** The start of each hold that has not ended. */
  readonly since: Set<{ readonly at: number }>;
}

/**
 * Counts the values that pass each stage, and times the stages.
 *
 * If values pass synchronously, the emitting stage is known while the next stage receives the value. The edges follow
 * from that. So does the work of a stage: it is the time between the value's leaving the stage before and its leaving
 * this stage. Time is counted in turns of the event loop, from the first value of a turn to its last, and only some
 * turns are timed.
 */
export class FlowWatch implements FlowProbe {
  readonly #now: () => number;
  /** Whether each value is timed, and the held values are checked with each. */
  readonly #exact: boolean;
  readonly #began: number;
  readonly #stages = new Map<string, FlowStageRecord>();
  readonly #valves = new Map<string, ValveRecord>();
  /** The stage after the last ones. Undefined until a value has left the last stage. */
  #consumer: FlowStageRecord | undefined;
  /** The stage whose source is being subscribed to. */
  #subscribing: FlowStageRecord | undefined;
  /** The stage whose value is being passed on. */
  #emitting: FlowStageRecord | undefined;
  #turnOpen = false;
  #turnBegan = 0;
  #timing = false;
  /** The time up to which the present turn has been assigned to stages. */
  #mark = 0;
  /** Milliseconds of all turns, and of the timed turns. */
  #active = 0;
  #timedActive = 0;
  #activeBefore = 0;
  #timedActiveBefore = 0;
  #atBefore: number;
  /** The time of the last check of what all stages hold. */
  #looked: number;

  constructor(now: () => number, exact: boolean) {
    this.#now = now;
    this.#exact = exact;
    this.#began = this.#atBefore = this.#looked = now();
  }

  stage(name: string): StageProbe {
    const stage = this.#record(name);
    stage.subscriptions += 1;
    const next = this.#subscribing;
    if (next !== undefined && next !== stage) stage.feeds(next);
    let left = false;
    return {
      subscribing: (subscribe) => {
        const outer = this.#subscribing;
        this.#subscribing = stage;
        try {
          return subscribe();
        } finally {
          this.#subscribing = outer;
        }
      },
      passes: (values = 1) => this.#passes(stage, values),
      passed: (before) => this.#passed(stage, next, before as FlowStageRecord | undefined),
      ended: (before) => this.#passed(stage, stage, before as FlowStageRecord | undefined),
      failed: () => {
        stage.errors += 1;
      },
      left: () => {
        if (left) return;
        left = true;
        stage.subscriptions -= 1;
      },
    };
  }

  /** An operator that is in no named stage is a stage of its own. */
  holding(holding: Holding): () => void {
    return (this.#subscribing ?? this.#record(holding.operator)).hold(holding);
  }

  rejected(): void {
    // The row is on its way from the emitting stage to the stage after it. If that is not known, the first stage
    // counts it.
    const stage = this.#emitting?.next ?? this.#subscribing ?? [...this.#stages.values()].at(-1);
    if (stage !== undefined) stage.rejected += 1;
  }

  valveHeld(holder: string): () => void {
    let valve = this.#valves.get(holder);
    if (valve === undefined) this.#valves.set(holder, (valve = { total: 0, before: 0, since: new Set() }));
    const record = valve;
    const hold = { at: this.#now() };
    record.since.add(hold);
    return () => {
      if (record.since.delete(hold)) record.total += this.#now() - hold.at;
    };
  }

  /** What happened since the last snapshot. */
  snapshot(): FlowSnapshot {
    const at = this.#now();
    this.#look(at);
    const interval = Math.max(at - this.#atBefore, Number.MIN_VALUE);
    const active = this.#active - this.#activeBefore;
    const timed = this.#timedActive - this.#timedActiveBefore;
    const scale = timed > 0 ? active / timed : 0;
    const stages = [...this.#stages.values()].map((stage) => this.#stageOf(stage, interval, scale));
    this.#atBefore = at;
    this.#activeBefore = this.#active;
    this.#timedActiveBefore = this.#timedActive;
    const busiest = stages.reduce<FlowStage | undefined>(
      (most, stage) => (most === undefined || stage.busy > most.busy ? stage : most),
      undefined,
    );
    const idle = Math.max(0, 1 - stages.reduce((sum, { busy }) => sum + busy, 0));
    return {
      type: 'flow',
      atMs: at - this.#began,
      intervalMs: interval,
      stages,
      edges: this.#edges(),
      valves: [...this.#valves].map(([holder, valve]) => valveOf(holder, valve, at, interval)),
      idle,
      bottleneck: idle > 0.5 ? undefined : busiest?.name,
    };
  }

  #record(name: string): FlowStageRecord {
    let stage = this.#stages.get(name);
    if (stage === undefined) this.#stages.set(name, (stage = new FlowStageRecord(name)));
    return stage;
  }

  #passes(stage: FlowStageRecord, values: number): FlowStageRecord | undefined {
    const before = this.#emitting;
    stage.values += values;
    if (!this.#turnOpen) this.#openTurn();
    if (before !== undefined && before !== stage) stage.came(before, values);
    if (this.#timing) {
      const now = this.#now();
      stage.timed += now - this.#mark;
      this.#mark = now;
      // Checked before the value is passed on: the values held now were held while the stage worked.
      if (this.#exact) stage.look(0);
    }
    this.#emitting = stage;
    return before;
  }

  #passed(stage: FlowStageRecord, outer: FlowStageRecord | undefined, before: FlowStageRecord | undefined): void {
    this.#emitting = before;
    const next = outer ?? stage.next ?? this.#consume(stage);
    if (!this.#timing) return;
    // The time that was not assigned to later stages is the work of the next stage, which has emitted nothing.
    const now = this.#now();
    next.timed += now - this.#mark;
    this.#mark = now;
    if (this.#exact) next.look(0);
  }

  /** Records that a value has left the last stage, towards its subscriber. */
  #consume(stage: FlowStageRecord): FlowStageRecord {
    const consumer = (this.#consumer ??= this.#record(CONSUMER));
    consumer.came(stage, 1);
    consumer.values += 1;
    return consumer;
  }

  #openTurn(): void {
    this.#turnOpen = true;
    this.#turnBegan = this.#mark = this.#now();
    // The values held now were held since the last turn: most values wait between turns.
    this.#look(this.#turnBegan);
    // At least the first turn of each interval is timed.
    this.#timing =
      this.#exact || this.#timedActive - this.#timedActiveBefore <= TIMED_SHARE * (this.#active - this.#activeBefore);
    queueMicrotask(() => {
      const now = this.#now();
      const took = now - this.#turnBegan;
      this.#active += took;
      if (this.#timing) this.#timedActive += took;
      this.#look(now);
      this.#turnOpen = this.#timing = false;
    });
  }

  #look(now: number): void {
    const ms = now - this.#looked;
    this.#looked = now;
    for (const stage of this.#stages.values()) stage.look(ms);
  }

  #stageOf(stage: FlowStageRecord, interval: number, scale: number): FlowStage {
    const values = stage.values - stage.valuesBefore;
    const work = (stage.timed - stage.timedBefore) * scale;
    const held = stage.heldFor === 0 ? 0 : stage.heldSum / stage.heldFor;
    stage.valuesBefore = stage.values;
    stage.timedBefore = stage.timed;
    stage.heldFor = stage.heldSum = 0;
    return {
      name: stage.name,
      subscriptions: stage.subscriptions,
      values: stage.values,
      rate: (values * 1000) / interval,
      busy: Math.min(1, work / interval),
      latencyMs: values === 0 ? 0 : work / values + (held * interval) / values,
      holdings: [...stage.holdings.values()].map(({ operator, bound, highWaterMark, live, most }) => ({
        operator,
        held: [...live].reduce((sum, { held: now }) => sum + now(), 0),
        most,
        bound: finite(bound),
        highWaterMark: finite(highWaterMark),
      })),
      rejected: stage.rejected,
      errors: stage.errors,
    };
  }

  #edges(): readonly FlowEdge[] {
    const stages = [...this.#stages.values()];
    for (const stage of stages) stage.settle();
    const feeds = new Set(stages.flatMap((stage) => [...stage.cameFrom.keys()]));
    const isOnlyTaker = (to: FlowStageRecord, from: FlowStageRecord): boolean =>
      stages.every((stage) => stage === to || !(stage.cameFrom.has(from) || from.subscribedBy.has(stage)));
    return stages.flatMap((to) => {
      // If values wait between the two stages, few or none of them were seen to pass. A stage that is the only
      // receiver receives all values.
      const seen = [...to.cameFrom].map(([from, values]) => ({
        from: from.name,
        to: to.name,
        values: isOnlyTaker(to, from) ? from.values : values,
      }));
      // `connect` and `share` subscribe to the source on behalf of others. So a stage whose values were seen to
      // reach other stages has no unseen edges.
      const unseen = stages
        .filter((from) => from.subscribedBy.has(to) && !to.cameFrom.has(from) && !feeds.has(from))
        .map((from) => ({ from: from.name, to: to.name, values: isOnlyTaker(to, from) ? from.values : 0 }));
      return [...seen, ...unseen];
    });
  }
}

const finite = (count: number): number | null => (Number.isFinite(count) ? count : null);

const valveOf = (holder: string, valve: ValveRecord, at: number, interval: number): FlowValve => {
  const heldMs = [...valve.since].reduce((sum, hold) => sum + at - hold.at, valve.total);
  const share = Math.min(1, (heldMs - valve.before) / interval);
  valve.before = heldMs;
  return { holder, share, heldMs };
};
