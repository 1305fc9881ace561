import { type Observable, type Subscriber, type Subscription, using } from 'rxjs';
import { HeadwaterError } from '../HeadwaterError.js';

/** What an operator buffers. The operator reports it at each subscription. */
export interface Holding {
  /** The operator's name as its user writes it. */
  readonly operator: string;
  /** How many values it holds now. */
  readonly held: () => number;
  /** The largest number of values that it may hold. Infinity where there is no bound. */
  readonly bound: number;
  /** The number of held values at which it asks its source to stop. Default: its bound. */
  readonly highWaterMark?: number | undefined;
}

/** One subscription of a pipeline stage that is watched. */
export interface StageProbe {
  /**
   * Subscribes to the stage's source. Stages that are subscribed to during the call are recorded as its upstream
   * stages.
   */
  subscribing<T>(subscribe: () => T): T;
  /** The stage emits values: passes them to their consumer. */
  passing<T>(values: number, pass: () => T): T;
  /** Called when the stage ends in an error. */
  failed(): void;
  /** Called when the last subscriber has left. */
  left(): void;
}

/** Observes the pipelines of this process. */
export interface FlowProbe {
  /** Subscribes to the source of `trace` through a stage of this name. */
  traced<T>(name: string, source: Observable<T>, subscriber: Subscriber<T>): void;
  /**
   * A stage that is no operator was subscribed to.
   *
   * @param last whether it is the last stage of a pipeline. The time in its consumer then counts as its own work.
   */
  stage(name: string, last?: boolean): StageProbe;
  /** An operator that holds values was subscribed to. Returns a function to call when the subscription ends. */
  holding(holding: Holding): () => void;
  /** A row was rejected. */
  rejected(): void;
  /** A valve is held. Returns a function to call when this holder releases it. */
  valveHeld(holder: string): () => void;
}

// Module state, because the user who composes a pipeline does not know of the probe and cannot pass it to the
// operators.
let watching: FlowProbe | undefined;

/** The current probe; undefined where nothing is watched. An operator reads it once, at subscription. */
export const flowProbe = (): FlowProbe | undefined => watching;

/**
 * Starts to watch.
 *
 * @returns a function that ends the watch
 * @throws HeadwaterError `HW_USAGE` while another watch is active
 */
export const beginFlowWatch = (probe: FlowProbe): (() => void) => {
  if (watching !== undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      'watchFlow: the flow is watched already. Share the one Observable: const flow$ = watchFlow().pipe(share()).',
    );
  watching = probe;
  return () => {
    if (watching === probe) watching = undefined;
  };
};

/** Reports what a subscription of an operator holds, until the subscription ends. */
export const reportHolding = (subscription: Pick<Subscription, 'add'>, holding: Holding): void => {
  if (watching !== undefined) subscription.add(watching.holding(holding));
};

/** Makes the source report what its operator holds. Without an active watch, it returns the source itself. */
export const withHolding = <T>(source: Observable<T>, holding: Holding): Observable<T> => {
  const probe = watching;
  if (probe === undefined) return source;
  return using(
    () => ({ unsubscribe: probe.holding(holding) }),
    () => source,
  );
};
