import { type Observable, type Subscription, using } from 'rxjs';
import { HeadwaterError } from '../HeadwaterError.js';

/** What an operator holds, as it reports it when it is subscribed to. */
export interface Holding {
  /** The operator, as its user writes it. */
  readonly operator: string;
  /** How many values it holds now. */
  readonly held: () => number;
  /** The most that it may hold; Infinity where nothing bounds it. */
  readonly bound: number;
  /** From how many on it asks its source to stop. Default: its bound. */
  readonly highWaterMark?: number | undefined;
}

/** One subscription of a stage of a pipeline that is watched. */
export interface StageProbe {
  /** Runs the subscription to what is before the stage, so that what is there is known to come before it. */
  subscribing<T>(subscribe: () => T): T;
  /** Is called before the stage emits values, one where no number is given. Returns what `passed` is to be given. */
  passes(values?: number): unknown;
  /** Called when the consumer of the value has returned. */
  passed(before: unknown): void;
  /** Is called in place of `passed` by the last stage of a pipeline: what is done with its values is its own work. */
  ended(before: unknown): void;
  /** Is called when the stage ends in an error. */
  failed(): void;
  /** Called when the last subscriber has left. */
  left(): void;
}

/** Who watches the pipelines of this process. */
export interface FlowProbe {
  /** A stage is subscribed to. */
  stage(name: string): StageProbe;
  /** An operator is subscribed to that holds values. Returns what is called when it is left. */
  holding(holding: Holding): () => void;
  /** A row was rejected. */
  rejected(): void;
  /** A valve is held. Returns what is called when this holder releases it. */
  valveHeld(holder: string): () => void;
}

// Module state, since an operator cannot be handed what its user does not know of when the pipeline is composed.
let watching: FlowProbe | undefined;

/** The current watch; undefined if there is none. An operator reads it once, when it is subscribed to. */
export const flowProbe = (): FlowProbe | undefined => watching;

/**
 * Begins a watch.
 *
 * @returns what ends it
 * @throws HeadwaterError `HW_USAGE` while another one lasts
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

/** Reports what a subscription of an operator holds, until it ends. */
export const reportHolding = (subscription: Pick<Subscription, 'add'>, holding: Holding): void => {
  if (watching !== undefined) subscription.add(watching.holding(holding));
};

/** The source, reporting what the operator that made it holds. Nobody being there to watch, it is the source itself. */
export const withHolding = <T>(source: Observable<T>, holding: Holding): Observable<T> => {
  const probe = watching;
  if (probe === undefined) return source;
  return using(
    () => ({ unsubscribe: probe.holding(holding) }),
    () => source,
  );
};
