import { firstValueFrom, from, type SchedulerLike, throwError, timeout } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** Milliseconds in which the client has tried everything again and again, and gives up by itself. */
const ANSWER_MS = 180_000;

/**
 * What the client answers. A request that it never answers would hold up everything behind it: it fails instead.
 *
 * @throws HeadwaterError `HW_BROKER` where there is no answer in three minutes
 */
export const answered = <T>(what: string, answer: Promise<T>, scheduler: SchedulerLike): Promise<T> =>
  firstValueFrom(
    from(answer).pipe(
      timeout({
        first: ANSWER_MS,
        scheduler,
        with: () =>
          throwError(
            () => new HeadwaterError('HW_BROKER', `${what}: Kafka's client gave no answer in ${ANSWER_MS / 1000} s.`),
          ),
      }),
    ),
  );
