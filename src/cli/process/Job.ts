import type { Observable } from 'rxjs';

/** What the arguments ask for. */
export interface Job {
  /** Does it when subscribed to, and stops when unsubscribed from. */
  readonly work$: Observable<unknown>;
  /** Whether the job continues when its output is closed, because its results are files. */
  readonly outlivesReader: boolean;
  /**
   * Asks it to come to an end in good order, which the first signal does then. True: it ends by itself. An Observable:
   * it is cut off when that ends, and the command with the status of the signal. False where it knows no other end than
   * being cut off at once.
   */
  readonly finish?: (() => boolean | Observable<unknown>) | undefined;
  /** Whether SIGHUP means something else to it than to end. Default false. */
  readonly outlivesHangup?: boolean | undefined;
}

/** Takes the job that the arguments ask for. */
export type Choose = (job: Job) => void;
