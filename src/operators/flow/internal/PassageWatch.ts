import type { FlowStageRecord } from './FlowStageRecord.js';
import type { WorkClock } from './WorkClock.js';

/** What a watched subscription needs of the watch. It reads the two fields for each value. */
export interface PassageWatch {
  readonly clock: WorkClock;
  /** The stage whose value is being passed on. */
  emitting: FlowStageRecord | undefined;
  /** Calls a function in which a stage subscribes to its sources; undefined stands for no stage. */
  subscribing<T>(stage: FlowStageRecord | undefined, subscribe: () => T): T;
  /** A value leaves a stage, and `clock.isDue` for this passage. */
  passing(stage: FlowStageRecord): void;
  /**
   * The consumer of a value has returned, and `clock.isDue` for this passage.
   *
   * @param outer the stage after this one in its subscription, if it is known
   */
  returning(stage: FlowStageRecord, outer: FlowStageRecord | undefined): void;
}
