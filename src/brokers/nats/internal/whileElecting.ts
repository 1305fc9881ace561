import { asyncScheduler, firstValueFrom, type SchedulerLike, timer } from 'rxjs';
import type { WorkEvents } from '../../WorkEvent.js';

/** How long to wait for the leader of a stream, and between two attempts. Milliseconds. */
const LONGEST_MS = 30_000;
const RETRY_MS = 500;

/**
 * The names of the errors of requests that nobody answers. Names, because the packages of the client are loaded only
 * when needed.
 */
const UNANSWERED: ReadonlySet<string> = new Set(['TimeoutError', 'NoResponders', 'JetStreamNotEnabled']);

/** The status of an answer that says that JetStream is not available at the moment. */
const UNAVAILABLE = 503;

/** Whether a request may succeed later, as when a server has just failed and the others elect a new leader. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof Error &&
  (UNANSWERED.has(error.name) || ('status' in error && error.status === UNAVAILABLE) || isTemporary(error.cause));

/** What `whileElecting` tells, and until when it tries. */
export interface ElectionOptions {
  readonly events: WorkEvents | undefined;
  /** The name of the server in events. */
  readonly server: string;
  /** Whether the result is no longer needed. */
  readonly isOver?: () => boolean;
  readonly scheduler?: SchedulerLike;
  /** Whether a request may succeed after this error. Default: if nobody has answered. */
  readonly isTemporary?: (error: unknown) => boolean;
}

/**
 * Makes requests to JetStream that end the work if they fail. If they are not answered, they are repeated for half a
 * minute from the first failure: otherwise the election of a leader would end a worker that starts, or a learner that
 * publishes.
 */
export const whileElecting = async <T>(
  request: () => Promise<T>,
  {
    events,
    server,
    isOver = () => false,
    scheduler = asyncScheduler,
    isTemporary: passes = isTemporary,
  }: ElectionOptions,
): Promise<T> => {
  /** When it failed first: a request may itself take long, as one for a large file. */
  let since: number | undefined;
  let isTold = false;
  for (;;) {
    try {
      const answer = await request();
      if (isTold) events?.next({ type: 'connected', server });
      return answer;
    } catch (error) {
      since ??= scheduler.now();
      if (!passes(error) || isOver() || scheduler.now() - since > LONGEST_MS) throw error;
      if (!isTold) events?.next({ type: 'disconnected', server });
      isTold = true;
      await firstValueFrom(timer(RETRY_MS, scheduler));
    }
  }
};
