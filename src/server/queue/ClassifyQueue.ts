import {
  catchError,
  defer,
  EMPTY,
  ignoreElements,
  Observable,
  of,
  type OperatorFunction,
  Subject,
  type Subscriber,
  takeWhile,
  tap,
  toArray,
} from 'rxjs';
import type { LiveHeadline, LivePrediction } from '../../contracts/Live.js';
import type { Valve } from '../../contracts/Valve.js';
import { boundedQueue } from '../../operators/flow/boundedQueue.js';
import { microBatch } from '../../operators/live/microBatch.js';
import { valve } from '../../streams/valve.js';

/** How the queue works. */
export interface ClassifyQueueOptions {
  /** What classifies a batch, in order: `classifyLive`. */
  readonly classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>;
  /** The most headlines that are classified together. */
  readonly batchSize: number;
  /** How long a headline may wait for others, in milliseconds. */
  readonly maxWaitMs: number;
  /** The most headlines that there is room for. */
  readonly capacity: number;
}

/** A headline that waits, and who is to be answered. */
interface Waiting {
  readonly headline: LiveHeadline;
  readonly asker: Subscriber<readonly LivePrediction[]>;
}

/** What became of a batch. */
export interface ClassifiedBatch {
  readonly predictions: readonly LivePrediction[];
  /** How many of its headlines nobody waited for any more. */
  readonly abandoned: number;
}

/**
 * Tells each asker its share of a batch in one piece: to tell them headline by headline would cost more than some
 * models do. What one asks stands together.
 */
const deliver = (asked: readonly Waiting[], predictions: readonly LivePrediction[]): void => {
  let begin = 0;
  asked.forEach(({ asker }, index) => {
    if (asked[index + 1]?.asker === asker) return;
    asker.next(predictions.slice(begin, index + 1));
    begin = index + 1;
  });
};

/** How long it classifies before sockets and timers have their turn, in milliseconds. */
const TURN_MS = 10;

/**
 * The one queue between all who ask and the model: headlines of many requests are classified together.
 *
 * ```
 * request 1:  --a-----------
 * request 2:  ---b----------
 * request 3:  ------c-!           (left before its turn)
 * batches:    -----[a b]----      maxWaitMs: 3
 * answer 1:   -----(A|)
 * answer 2:   -----(B|)
 * ```
 *
 * Answers come in the order of the questions. What waits is bounded, as long as whoever asks looks first: a document
 * whether there is room for all of it, and who can wait whether the valve is open: it is closed while the model is
 * behind. Whoever unsubscribes is not answered and costs the model nothing; the place is free when its batch comes up.
 */
export class ClassifyQueue {
  /** Closed while the model is behind, and while sockets have their turn. */
  readonly valve: Valve = valve();
  readonly #options: ClassifyQueueOptions;
  readonly #asked$ = new Subject<Waiting>();
  readonly #batch$ = new Subject<ClassifiedBatch>();
  #waiting = 0;

  constructor(options: ClassifyQueueOptions) {
    this.#options = options;
  }

  /** How many headlines wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Every batch, before those who asked are answered. */
  get batch$(): Observable<ClassifiedBatch> {
    return this.#batch$;
  }

  /** The work itself: it goes on for as long as it is subscribed to, and emits nothing. Subscribe once. */
  run(): Observable<never> {
    const { batchSize, maxWaitMs, capacity } = this.#options;
    return this.#asked$.pipe(
      microBatch({ maxSize: batchSize, maxWaitMs }),
      boundedQueue({
        valve: this.valve,
        highWaterMark: Math.max(1, Math.floor(capacity / 2 / batchSize)),
        yieldAfter: TURN_MS,
        project: (batch) => this.#answer(batch),
      }),
    );
  }

  /** Whether so many more find room. */
  hasRoom(headlines: number): boolean {
    return this.#waiting + headlines <= this.#options.capacity;
  }

  /**
   * Classifies headlines; emits their predictions in order, those that were made together at once, and completes after
   * the last. To be asked for where there is room, or the valve is open.
   *
   * Errors: what the model throws.
   */
  classify(headlines: readonly LiveHeadline[]): Observable<readonly LivePrediction[]> {
    if (headlines.length === 0) return EMPTY;
    return defer(() => {
      let due = headlines.length;
      return new Observable<readonly LivePrediction[]>((asker) => {
        this.#waiting += headlines.length;
        for (const headline of headlines) this.#asked$.next({ headline, asker });
      }).pipe(takeWhile((predictions) => (due -= predictions.length) > 0, true));
    });
  }

  /** Classifies those of a batch that somebody still waits for. What goes wrong is theirs, and not the next batch's. */
  #answer(batch: readonly Waiting[]): Observable<never> {
    this.#waiting -= batch.length;
    const asked = batch.filter(({ asker }) => !asker.closed);
    const abandoned = batch.length - asked.length;
    if (asked.length === 0) {
      this.#batch$.next({ predictions: [], abandoned });
      return EMPTY;
    }
    return of(asked.map(({ headline }) => headline)).pipe(
      this.#options.classify,
      toArray(),
      catchError((error: unknown) => {
        for (const { asker } of asked) asker.error(error);
        return EMPTY;
      }),
      tap((predictions) => {
        this.#batch$.next({ predictions, abandoned });
        deliver(asked, predictions);
      }),
      ignoreElements(),
    );
  }
}
