import type { Observable, Subscriber } from 'rxjs';
import type { FlowProbe, Holding, StageProbe } from '../../../contracts/flow/FlowProbe.js';
import type { FlowEdge, FlowSnapshot, FlowStage, FlowValve } from '../../../contracts/flow/FlowSnapshot.js';
import { type FlowPath, FlowStageRecord } from './FlowStageRecord.js';
import type { PassageWatch } from './PassageWatch.js';
import { StageSubscriber } from './StageSubscriber.js';
import { WorkClock } from './WorkClock.js';

/** The least time between two checks of what all stages hold, in milliseconds. A turn may be far shorter. */
const LOOK_EVERY_MS = 1;

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
 * this stage. `WorkClock` measures it in turns of the event loop, from the first value of a turn to its end.
 */
export class FlowWatch implements FlowProbe, PassageWatch {
  readonly clock: WorkClock;
  emitting: FlowStageRecord | undefined;
  /** Whether each value is timed, and the held values are checked with each. */
  readonly #exact: boolean;
  readonly #began: number;
  readonly #stages = new Map<string, FlowStageRecord>();
  readonly #valves = new Map<string, ValveRecord>();
  /** The stage after the last ones. Undefined until a value has left the last stage. */
  #consumer: FlowStageRecord | undefined;
  /** The stage whose source is being subscribed to. */
  #subscribing: FlowStageRecord | undefined;
  /** The value of `emitting` when the subscription of `#subscribing` began. */
  #emittingBefore: FlowStageRecord | undefined;
  /** The stage because of whose value the subscription of `#subscribing` was made. */
  #starting: FlowStageRecord | undefined;
  #atBefore: number;
  /** The time of the last check of what all stages hold. */
  #looked: number;

  constructor(now: () => number, exact: boolean) {
    this.clock = new WorkClock(now, exact);
    this.#exact = exact;
    this.#began = this.#atBefore = this.#looked = now();
  }

  traced<T>(name: string, source: Observable<T>, subscriber: Subscriber<T>): void {
    const next = this.#subscriber();
    const stage = this.#subscribed(name, next);
    const through = new StageSubscriber(this, stage, next, subscriber);
    // Before the source is subscribed to: a source that emits meanwhile must learn that its subscriber has left.
    subscriber.add(through);
    this.subscribing(stage, () => source.subscribe(through));
  }

  stage(name: string, last = false): StageProbe {
    const next = this.#subscriber();
    const stage = this.#subscribed(name, next);
    return new WatchedStage(this, stage, last ? stage : next);
  }

  subscribing<T>(stage: FlowStageRecord | undefined, subscribe: () => T): T {
    const outer = this.#subscribing;
    const before = this.#emittingBefore;
    const starting = this.#starting;
    this.#starting = this.#starter();
    this.#subscribing = stage;
    this.#emittingBefore = this.emitting;
    try {
      return subscribe();
    } finally {
      this.#subscribing = outer;
      this.#emittingBefore = before;
      this.#starting = starting;
    }
  }

  /** An operator that is in no named stage is a stage of its own. */
  holding(holding: Holding): () => void {
    return (this.#subscriber() ?? this.#record(holding.operator)).hold(holding);
  }

  rejected(): void {
    // The row is on its way from the emitting stage to the stage after it. If that is not known, the first stage
    // counts it.
    const stage = this.emitting?.next ?? this.#subscribing ?? [...this.#stages.values()].at(-1);
    if (stage !== undefined) stage.rejected += 1;
  }

  valveHeld(holder: string): () => void {
    let valve = this.#valves.get(holder);
    if (valve === undefined) this.#valves.set(holder, (valve = { total: 0, before: 0, since: new Set() }));
    const record = valve;
    const hold = { at: this.clock.now() };
    record.since.add(hold);
    return () => {
      if (record.since.delete(hold)) record.total += this.clock.now() - hold.at;
    };
  }

  /** What happened since the last snapshot. */
  snapshot(): FlowSnapshot {
    const at = this.clock.now();
    this.#look(at, true);
    const interval = Math.max(at - this.#atBefore, Number.MIN_VALUE);
    const stages = [...this.#stages.values()].map((stage) => this.#stageOf(stage, interval));
    this.#atBefore = at;
    this.clock.restart(this.#stages.values(), interval);
    const busiest = stages.reduce<FlowStage | undefined>(
      (most, stage) => (most === undefined || stage.busy > most.busy ? stage : most),
      undefined,
    );
    const idle = Math.max(0, 1 - stages.reduce((sum, { busy }) => sum + busy, 0));
    const valves = [...this.#valves].map(([holder, valve]) => valveOf(holder, valve, at, interval));
    return {
      type: 'flow',
      atMs: at - this.#began,
      intervalMs: interval,
      stages,
      edges: this.#edges(),
      valves,
      idle,
      bottleneck: (idle > 0.5 ? waitingStage(stages, valves) : busiest)?.name,
    };
  }

  /**
   * The stage that subscribes to what is subscribed to now. A source may emit while it is being subscribed to. What is
   * then subscribed to because of the value belongs to the stage that receives the value.
   */
  #subscriber(): FlowStageRecord | undefined {
    return this.#isForValue() ? this.emitting?.next : this.#subscribing;
  }

  /** Whether what is subscribed to now is subscribed to because of a value. */
  #isForValue(): boolean {
    return this.emitting !== this.#emittingBefore;
  }

  /** The stage because of whose value is subscribed to what is subscribed to now. */
  #starter(): FlowStageRecord | undefined {
    return this.#isForValue() ? this.emitting : this.#starting;
  }

  #record(name: string): FlowStageRecord {
    let stage = this.#stages.get(name);
    if (stage === undefined) this.#stages.set(name, (stage = new FlowStageRecord(name)));
    return stage;
  }

  passing(stage: FlowStageRecord): void {
    if (!this.clock.turnOpen) this.#openTurn();
    // Checked before the value is passed on: the values held now were held while the stage worked.
    if (this.clock.passage(stage, stage) && this.#exact) stage.look(0);
  }

  returning(stage: FlowStageRecord, outer: FlowStageRecord | undefined): void {
    // The time that was not assigned to later stages is the work of the next stage, which has emitted nothing.
    const next = outer ?? stage.next ?? (this.#consumer ??= this.#record(CONSUMER));
    if (this.clock.passage(stage, next) && this.#exact) next.look(0);
  }

  #subscribed(name: string, next: FlowStageRecord | undefined): FlowStageRecord {
    const stage = this.#record(name);
    stage.subscriptions += 1;
    stage.subscribedBy(next);
    // An edge is known from the subscription on.
    stage.path(undefined, next);
    const starter = this.#starter();
    if (starter !== undefined) stage.startedBy.add(starter);
    return stage;
  }

  #openTurn(): void {
    // The values held now were held since the last turn: most values wait between turns.
    this.#look(this.clock.openTurn());
    queueMicrotask(() => this.#look(this.clock.closeTurn()));
  }

  /** Checks what all stages hold, unless it was checked a moment ago. */
  #look(now: number, always = this.#exact): void {
    const ms = now - this.#looked;
    if (ms < LOOK_EVERY_MS && !always) return;
    this.#looked = now;
    for (const stage of this.#stages.values()) stage.look(ms);
  }

  #stageOf(stage: FlowStageRecord, interval: number): FlowStage {
    const all = stage === this.#consumer ? this.#consumed() : stage.values();
    const values = all - stage.valuesBefore;
    const work = this.clock.workOf(stage);
    const held = stage.heldFor === 0 ? 0 : stage.heldSum / stage.heldFor;
    stage.valuesBefore = all;
    stage.heldFor = stage.heldSum = 0;
    return {
      name: stage.name,
      subscriptions: stage.subscriptions,
      values: all,
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

  /** How many values have left the last stages. */
  #consumed(): number {
    let all = 0;
    for (const stage of this.#stages.values()) all += stage.toConsumer();
    return all;
  }

  #edges(): readonly FlowEdge[] {
    const stages = [...this.#stages.values()];
    return stages.flatMap((to) =>
      stages.flatMap((from): FlowEdge[] => {
        if (from === to) return [];
        const came = to === this.#consumer ? from.toConsumer() : to.cameFrom(from);
        const emitted = from.emittedTo(to);
        // Values that waited between the two stages were not seen to pass, but they are counted by subscription.
        if (came > 0) return [edge(from, to, Math.max(came, emitted ?? 0))];
        // The values of the second stage come later, but it was subscribed to because of a value of the first one.
        // Of several stages that such a value has subscribed to, it goes to the first one.
        if (to.startedBy.has(from)) return passesBy(stages, from, to) ? [] : [edge(from, to, from.emittedOn())];
        // Operators such as `connect` and `switchMap` subscribe to their source on behalf of the stages within them.
        // The stage that subscribed then receives the values of these stages, and not those of the source.
        return emitted === undefined || passesBy(stages, from, to) ? [] : [edge(from, to, emitted)];
      }),
    );
  }
}

const edge = (from: FlowStageRecord, to: FlowStageRecord, values: number): FlowEdge => ({
  from: from.name,
  to: to.name,
  values,
});

/** Whether values pass from one stage to a later one through other stages. */
const passesBy = (stages: readonly FlowStageRecord[], from: FlowStageRecord, to: FlowStageRecord): boolean => {
  const found = new Set<FlowStageRecord>([to]);
  // Stages that are added during the loop are visited too.
  for (const later of found)
    for (const stage of stages)
      if (stage !== from || later !== to)
        if (later.cameFrom(stage) > 0 || later.startedBy.has(stage) || stage.emittedTo(later) !== undefined)
          found.add(stage);
  return found.has(from);
};

/** One subscription of a stage that is no operator of its own. */
class WatchedStage implements StageProbe {
  readonly #watch: FlowWatch;
  readonly #stage: FlowStageRecord;
  readonly #next: FlowStageRecord | undefined;
  #path: FlowPath;
  #left = false;

  constructor(watch: FlowWatch, stage: FlowStageRecord, next: FlowStageRecord | undefined) {
    this.#watch = watch;
    this.#stage = stage;
    this.#next = next;
    this.#path = stage.path(undefined, next);
  }

  subscribing<T>(subscribe: () => T): T {
    return this.#watch.subscribing(this.#stage, subscribe);
  }

  passing<T>(values: number, pass: () => T): T {
    const watch = this.#watch;
    const before = watch.emitting;
    if (this.#path.from !== before) this.#path = this.#stage.path(before, this.#next);
    this.#path.values += values;
    if (watch.clock.isDue(this.#stage)) watch.passing(this.#stage);
    watch.emitting = this.#stage;
    try {
      return pass();
    } finally {
      watch.emitting = before;
      if (watch.clock.isDue(this.#stage)) watch.returning(this.#stage, this.#next);
    }
  }

  failed(): void {
    this.#stage.errors += 1;
  }

  left(): void {
    if (this.#left) return;
    this.#left = true;
    this.#stage.subscriptions -= 1;
  }
}

const finite = (count: number): number | null => (Number.isFinite(count) ? count : null);

/** The share of its high-water mark at which a buffer that was full still holds the valve. */
const HALF = 0.5;

/**
 * The stage that the others wait for although little is computed: its buffer is at least half full, and holds the valve
 * closed more than half of the time. It waits itself, as for a disk, a network or another thread. Of several it is the
 * last one on the way of the values, because those before it wait for it.
 */
const waitingStage = (stages: readonly FlowStage[], valves: readonly FlowValve[]): FlowStage | undefined => {
  const holders = new Set(valves.filter(({ share }) => share > 0.5).map(({ holder }) => holder));
  // The last stage of a pipeline comes first.
  return stages.find(({ holdings }) =>
    holdings.some(
      ({ operator, held, highWaterMark, bound }) =>
        holders.has(operator) && held > 0 && held >= HALF * (highWaterMark ?? bound ?? 1),
    ),
  );
};

const valveOf = (holder: string, valve: ValveRecord, at: number, interval: number): FlowValve => {
  const heldMs = [...valve.since].reduce((sum, hold) => sum + at - hold.at, valve.total);
  const share = Math.min(1, (heldMs - valve.before) / interval);
  valve.before = heldMs;
  return { holder, share, heldMs };
};
