import type { Observable } from 'rxjs';

/** The job of the arguments. */
export interface Job {
  /** Subscribing starts the work; unsubscribing stops it. */
  readonly work$: Observable<unknown>;
  /** Whether the job continues when its output is closed, because its results are files. */
  readonly outlivesReader: boolean;
  /**
   * Asks the job to end in an orderly way; called at the first signal. True: it ends by itself. An Observable: the job
   * is stopped when the Observable ends, and the command ends with the status of the signal. False: the job can only be
   * stopped at once.
   */
  readonly finish?: (() => boolean | Observable<unknown>) | undefined;
  /**
   * How long the command waits at its end until its output is read. Output that nobody has read by then is lost.
   * Milliseconds; default: as long as it takes.
   */
  readonly patienceMs?: number | undefined;
  /** Whether SIGHUP has another meaning for the job than to end. Default false. */
  readonly outlivesHangup?: boolean | undefined;
}

/** Receives the job of the arguments. */
export type Choose = (job: Job) => void;
