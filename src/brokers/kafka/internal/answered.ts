import { firstValueFrom, from, type SchedulerLike, throwError, timeout } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** After this many milliseconds, the client has exhausted its own retries. */
const ANSWER_MS = 180_000;

/**
 * The client's answer, with a timeout. A request without an answer would block everything behind it, so it fails.
 *
 * @throws HeadwaterError `HW_BROKER` if there is no answer within three minutes
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
