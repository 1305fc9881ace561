import { catchError, EMPTY, filter, ignoreElements, type Observable, tap } from 'rxjs';
import { messageOf } from '../../contracts/messageOf.js';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { boundedQueue } from '../../operators/flow/boundedQueue.js';
import { trace } from '../../operators/flow/trace.js';
import { microBatch } from '../../operators/live/microBatch.js';
import type { ClassifyQueue } from '../queue/ClassifyQueue.js';
import type { EventHistory } from './EventHistory.js';
import { predictionEventJson } from '../answers/predictionJson.js';
import type { ServerLimits } from '../queue/ServerLimits.js';
import type { DropReason } from '../queue/serverMetrics.js';

/** How live headlines are classified and published. */
export interface ClassifyFeedsOptions {
  readonly queue: ClassifyQueue;
  readonly history: EventHistory;
  readonly limits: ServerLimits;
  /** The source respects this valve. It is closed while batches wait. */
  readonly valve: Valve;
  /** Whether listeners receive a prediction. Default: they receive all. */
  readonly shows?: ((prediction: LivePrediction) => boolean) | undefined;
  readonly batchSize: number;
  readonly maxWaitMs: number;
  readonly dropped: (reason: DropReason, headlines: number) => void;
  readonly failed: (error: unknown) => void;
}

/** The asker of all headlines of feeds. */
const FEEDS = {};

/** The maximum number of batches that wait before the valve holds back the source. */
const WAITING = 2;

/**
 * Classifies live headlines in the same queue as requests, one batch at a time, and adds the predictions to the history
 * of events. Emits nothing.
 *
 * At most one batch of live headlines is in the queue. If many arrive, the others wait outside while requests are
 * answered.
 */
export const classifyFeeds = (
  headline$: Observable<LiveHeadline>,
  { queue, history, limits, valve, shows, batchSize, maxWaitMs, dropped, failed }: ClassifyFeedsOptions,
): Observable<never> =>
  headline$.pipe(
    filter(({ title, delivery }) => {
      if (title.length <= limits.titleLength) return true;
      dropped('too-long', 1);
      delivery?.settle({ type: 'give-up', reason: 'its title is too long' });
      return false;
    }),
    microBatch({ maxSize: batchSize, maxWaitMs }),
    trace('microBatch'),
    boundedQueue({
      valve,
      highWaterMark: WAITING,
      project: (batch) =>
        queue.classify(batch, { asker: FEEDS, stream: valve, isFeed: true }).pipe(
          catchError((error: unknown) => {
            failed(error);
            for (const { delivery } of batch) delivery?.settle({ type: 'retry', reason: messageOf(error) });
            return EMPTY;
          }),
        ),
    }),
    tap((predictions) => {
      for (const prediction of predictions) {
        if (shows?.(prediction) !== false) history.add('prediction', predictionEventJson(prediction));
        // The prediction is in the history, so listeners can receive it. If events are stored, this also holds after a
        // restart.
        prediction.headline.delivery?.settle({ type: 'done' });
      }
    }),
    ignoreElements(),
    (done$) => queue.feeding(done$),
  );
