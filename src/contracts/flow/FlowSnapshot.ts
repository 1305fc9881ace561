/** What an operator of a stage holds. */
export interface FlowHolding {
  readonly operator: string;
  /** The number of values that it holds now, over all subscriptions. */
  readonly held: number;
  /** The largest number of values that one subscription has held. */
  readonly most: number;
  /** The largest number of values that one subscription may hold. Null where there is no bound. */
  readonly bound: number | null;
  /** The number of held values at which one subscription asks its source to stop. */
  readonly highWaterMark: number | null;
}

/** One stage of a pipeline in the time since the previous snapshot. */
export interface FlowStage {
  readonly name: string;
  /** The number of its current subscriptions. */
  readonly subscriptions: number;
  /** The number of values emitted since the watch began. */
  readonly values: number;
  /** Values per second. */
  readonly rate: number;
  /**
   * The share of the time in which it worked, from 0 to 1. An estimate where not every turn of the event loop is timed.
   */
  readonly busy: number;
  /**
   * The time that a value spends in the stage, in milliseconds: its work and its wait in the buffers (Little's law).
   */
  readonly latencyMs: number;
  readonly holdings: readonly FlowHolding[];
  /** The number of rejected rows, and of subscriptions that ended in an error, since the watch began. */
  readonly rejected: number;
  readonly errors: number;
}

/** The values that passed from one stage to the next. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  /**
   * The number since the watch began. If values wait between the two stages, it is the number that left the first one
   * towards the other.
   */
  readonly values: number;
}

/** A holder that keeps valves closed. */
export interface FlowValve {
  readonly holder: string;
  /** The share of the time since the previous snapshot in which it held a valve. */
  readonly share: number;
  /** How long it has held valves since the watch began, in milliseconds. */
  readonly heldMs: number;
}

/** The activity of all pipelines of a process in an interval. */
export interface FlowSnapshot {
  readonly type: 'flow';
  /** Milliseconds since the watch began. */
  readonly atMs: number;
  /** The length of the interval, in milliseconds. */
  readonly intervalMs: number;
  /** In the order of the first subscription. The last stage of a pipeline comes first. */
  readonly stages: readonly FlowStage[];
  readonly edges: readonly FlowEdge[];
  readonly valves: readonly FlowValve[];
  /** The share of the time in which no stage worked: all waited for input or for a device. */
  readonly idle: number;
  /**
   * The stage that works most, where all stages together work at least half of the time. Else the stage whose buffer
   * holds the valve closed more than half of the time: it waits, as for a disk or another thread. Undefined where
   * neither is so, and the pipeline waits for its input.
   */
  readonly bottleneck: string | undefined;
}
