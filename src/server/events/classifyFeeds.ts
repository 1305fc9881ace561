import { catchError, EMPTY, filter, ignoreElements, type Observable, tap } from 'rxjs';
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

/** What becomes of headlines that arrive by themselves. */
export interface ClassifyFeedsOptions {
  readonly queue: ClassifyQueue;
  readonly history: EventHistory;
  readonly limits: ServerLimits;
  /** Honoured by the source: closed while batches wait. */
  readonly valve: Valve;
  /** Whether listeners are told of a prediction. Default: of all. */
  readonly shows?: ((prediction: LivePrediction) => boolean) | undefined;
  readonly batchSize: number;
  readonly maxWaitMs: number;
  readonly dropped: (reason: DropReason, headlines: number) => void;
  readonly failed: (error: unknown) => void;
}

/** The client name of the headlines of feeds. */
const FEEDS = {};

/** The most batches that wait before the source is held up. */
const WAITING = 2;

/**
 * Classifies headlines that arrive by themselves, a batch at a time in the same queue as everybody's, and remembers the
 * predictions as events. Emits nothing.
 *
 * A flood of them waits outside while requests are answered: at most one batch of it is in the queue.
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
            for (const { delivery } of batch)
              delivery?.settle({ type: 'retry', reason: error instanceof Error ? error.message : String(error) });
            return EMPTY;
          }),
        ),
    }),
    tap((predictions) => {
      for (const prediction of predictions) {
        if (shows?.(prediction) !== false) history.add('prediction', predictionEventJson(prediction));
        // It is handed on: whoever listens can have it, after a restart too where events are kept.
        prediction.headline.delivery?.settle({ type: 'done' });
      }
    }),
    ignoreElements(),
    (done$) => queue.feeding(done$),
  );
