/** What an operator of a stage holds. */
export interface FlowHolding {
  readonly operator: string;
  /** How many values it holds now, over all subscriptions. */
  readonly held: number;
  /** The most that one subscription was seen to hold. */
  readonly most: number;
  /** The most that one subscription may hold; null where nothing bounds it. */
  readonly bound: number | null;
  /** From how many on one subscription asks its source to stop. */
  readonly highWaterMark: number | null;
}

/** One stage of a pipeline in the time since the snapshot before. */
export interface FlowStage {
  readonly name: string;
  /** How many subscriptions of it there are now. */
  readonly subscriptions: number;
  /** How many values it has emitted since the watch began. */
  readonly values: number;
  /** Values a second. */
  readonly rate: number;
  /** The share of the time that it worked, from 0 to 1; an estimate where not every turn of the event loop is timed. */
  readonly busy: number;
  /** How long a value is in it, in milliseconds: its work, and the wait in what it holds (Little's law). */
  readonly latencyMs: number;
  readonly holdings: readonly FlowHolding[];
  /** How many rows it has rejected, and how many subscriptions ended in an error, since the watch began. */
  readonly rejected: number;
  readonly errors: number;
}

/** The values that went from one stage to the next. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  /** Since the watch began. 0 where values wait between the two, and several stages take them. */
  readonly values: number;
}

/** Who holds valves closed. */
export interface FlowValve {
  readonly holder: string;
  /** The share of the time since the snapshot before. */
  readonly share: number;
  /** Milliseconds since the watch began. */
  readonly heldMs: number;
}

/** What all pipelines of a process did in an interval. */
export interface FlowSnapshot {
  readonly type: 'flow';
  /** Milliseconds since the watch began. */
  readonly atMs: number;
  /** The length of the interval, in milliseconds. */
  readonly intervalMs: number;
  /** In the order of the first subscription, the end of a pipeline first. */
  readonly stages: readonly FlowStage[];
  readonly edges: readonly FlowEdge[];
  readonly valves: readonly FlowValve[];
  /** The share of the time that no stage worked: it waited for input, or for a device. */
  readonly idle: number;
  /** The stage that works most; undefined where all together work less than half of the time. */
  readonly bottleneck: string | undefined;
}
