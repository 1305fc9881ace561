import {
  catchError,
  defer,
  EMPTY,
  Observable,
  of,
  type OperatorFunction,
  Subject,
  type Subscriber,
  type Subscription,
  type Unsubscribable,
  takeWhile,
  toArray,
} from 'rxjs';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { FairLanes } from './FairLanes.js';
import { QueueFlow } from './QueueFlow.js';
import { type Asker, RecentAskers } from './RecentAskers.js';
import { type TurnScheduler, turnScheduler } from './turnScheduler.js';

/** How the queue works. */
export interface ClassifyQueueOptions {
  /** What classifies a batch, in order: `classifyLive`. */
  readonly classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>;
  /** The most headlines that are classified together. */
  readonly batchSize: number;
  /** How long a headline may wait for others that are on their way, in milliseconds. */
  readonly maxWaitMs: number;
  /** The most headlines that wait. */
  readonly capacity: number;
  /** The most headlines of one document: so many always find room in an empty queue. */
  readonly document: number;
  /** Gives turns and time. Default: turns of the event loop. */
  readonly scheduler?: TurnScheduler | undefined;
}

/** Who asks, and how. */
export interface AskedBy {
  /** The connection, or another object that stands for the one who asks: all are served in turn. */
  readonly asker: Asker;
  /**
   * Given by those who send without end, lines and feeds: where there is no room they wait outside, and the valve is
   * held meanwhile.
   */
  readonly stream?: Valve | undefined;
  /** Whether the headlines come from a feed, so that no client waits for an answer. Default: a client waits. */
  readonly isFeed?: boolean | undefined;
}

/** A headline that waits, and who is to be answered. */
interface Waiting {
  readonly headline: LiveHeadline;
  readonly to: Subscriber<readonly LivePrediction[]>;
  readonly isStream: boolean;
  readonly isFeed: boolean;
}

/** Headlines of a stream that wait for room, and what is called when the last of them has found it. */
interface Outside {
  readonly asker: Asker;
  readonly to: Subscriber<readonly LivePrediction[]>;
  readonly headlines: readonly LiveHeadline[];
  readonly isFeed: boolean;
  next: number;
  readonly release: () => void;
}

/** What became of a batch. */
export interface ClassifiedBatch {
  readonly predictions: readonly LivePrediction[];
  /** The number of its headlines whose client has left. */
  readonly abandoned: number;
}

/**
 * Tells each who asked their share of a batch in one piece: to tell them headline by headline would cost more than some
 * models do.
 */
const deliver = (
  asked: readonly Waiting[],
  predictions: readonly LivePrediction[],
  flow: QueueFlow | undefined,
): void => {
  const shares = new Map<Subscriber<readonly LivePrediction[]>, { isFeed: boolean; share: LivePrediction[] }>();
  asked.forEach(({ to, isFeed }, index) => {
    const known = shares.get(to);
    if (known === undefined) shares.set(to, { isFeed, share: [predictions[index]!] });
    else known.share.push(predictions[index]!);
  });
  for (const [to, { isFeed, share }] of shares)
    if (flow === undefined) to.next(share);
    else flow.handOn(share.length, isFeed, () => to.next(share));
};

/** How long it classifies before sockets and timers have their turn, in milliseconds. */
const TURN_MS = 10;

/** The share of the room that streams may fill, and the share that documents of several headlines may fill too. */
const ROOM = { streams: 1 / 2, documents: 7 / 8 };

/**
 * The one queue between all who ask and the model: headlines of many requests are classified together.
 *
 * ```
 * request 1:  --a-----------
 * request 2:  ---b----------
 * request 3:  ------c-!           (left before its turn)
 * batches:    -----[a b]----
 * answer 1:   -----(A|)
 * answer 2:   -----(B|)
 * ```
 *
 * What waits never exceeds `capacity`. Lines and feeds fill at most half of it and wait outside for more; documents of
 * several headlines leave an eighth to single ones. Those who ask are served in turn, and each is answered in the order
 * of its own questions. Whoever unsubscribes is not answered and costs the model nothing; the place is free when its
 * batch comes up.
 *
 * A batch is what came in one turn of the event loop. It waits longer, up to `maxWaitMs`, only while others are likely to
 * be on their way: see `#isWorthWaiting`.
 */
export class ClassifyQueue {
  readonly #options: ClassifyQueueOptions;
  readonly #scheduler: TurnScheduler;
  readonly #batch$ = new Subject<ClassifiedBatch>();
  readonly #lanes = new FairLanes<Waiting>();
  readonly #outside = new Set<Outside>();
  readonly #recent = new RecentAskers();
  #streaming = 0;
  #isRunning = false;
  /** Whether a look at what waits is due, or a batch is being classified. */
  #isDue = false;
  #turn: Unsubscribable | undefined;
  #timer: Unsubscribable | undefined;
  /** What is told of the flow; undefined where nobody watched when the work began. */
  #flow: QueueFlow | undefined;
  /** When the first of the headlines that wait came. */
  #since = 0;

  constructor(options: ClassifyQueueOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? turnScheduler;
  }

  /** How many headlines wait. */
  get waiting(): number {
    return this.#lanes.size;
  }

  /** Every batch, before those who asked are answered. */
  get batch$(): Observable<ClassifiedBatch> {
    return this.#batch$;
  }

  /** The work itself: it goes on for as long as it is subscribed to, and emits nothing. Subscribe once. */
  run(): Observable<never> {
    return new Observable(() => {
      this.#isRunning = true;
      this.#flow = QueueFlow.of({
        operator: 'classify queue',
        held: () => this.waiting,
        bound: this.#options.capacity,
      });
      this.#lookLater();
      return () => {
        this.#isRunning = false;
        this.#flow?.left();
        this.#flow = undefined;
        this.#turn?.unsubscribe();
        this.#timer?.unsubscribe();
        this.#lanes.clear();
        this.#outside.clear();
      };
    });
  }

  /** Headlines that come by themselves to this queue, so that it is known where they go. Subscribe once it runs. */
  feeding<T>(headline$: Observable<T>): Observable<T> {
    return new Observable((subscriber) =>
      this.#flow === undefined
        ? headline$.subscribe(subscriber)
        : this.#flow.feeding(() => headline$.subscribe(subscriber)),
    );
  }

  /** Whether a document of so many headlines finds room. */
  hasRoom(headlines: number): boolean {
    const { capacity, document } = this.#options;
    const room = headlines === 1 ? capacity : Math.max(document, Math.floor(capacity * ROOM.documents));
    return this.waiting + headlines <= room;
  }

  /**
   * Classifies headlines; emits their predictions in order, those that were made together at once, and completes after
   * the last. A document is asked for where there is room; a stream waits for it.
   *
   * Errors: what the model throws.
   */
  classify(
    headlines: readonly LiveHeadline[],
    { asker, stream, isFeed = false }: AskedBy,
  ): Observable<readonly LivePrediction[]> {
    if (headlines.length === 0) return EMPTY;
    return defer(() => {
      let due = headlines.length;
      return new Observable<readonly LivePrediction[]>((to) => {
        if (!isFeed) this.#flow?.requested(headlines.length);
        if (stream === undefined) {
          for (const headline of headlines) this.#enter(asker, { headline, to, isStream: false, isFeed });
          return undefined;
        }
        const outside: Outside = { asker, to, headlines, isFeed, next: 0, release: stream.hold('classify queue') };
        this.#outside.add(outside);
        this.#admit();
        return () => this.#leave(outside);
      }).pipe(takeWhile((predictions) => (due -= predictions.length) > 0, true));
    });
  }

  #enter(asker: Asker, waiting: Waiting): void {
    if (this.#lanes.size === 0) this.#since = this.#scheduler.now();
    this.#lanes.push(asker, waiting);
    if (waiting.isStream) this.#streaming += 1;
    else this.#recent.add(asker, this.#scheduler.now());
    this.#lookLater();
  }

  /** Lets headlines of streams in while there is room for them, those that have waited longest first. */
  #admit(): void {
    const { capacity } = this.#options;
    const most = Math.max(1, Math.floor(capacity * ROOM.streams));
    for (const outside of this.#outside) {
      const { asker, to, headlines, isFeed } = outside;
      while (outside.next < headlines.length) {
        if (this.#streaming >= most || this.waiting >= capacity) return;
        this.#enter(asker, { headline: headlines[outside.next++]!, to, isStream: true, isFeed });
      }
      this.#outside.delete(outside);
      outside.release();
    }
  }

  /** Unsubscribing also removes the headlines that had no place in the queue yet. */
  #leave(outside: Outside): void {
    if (!this.#outside.delete(outside)) return;
    outside.release();
    this.#batch$.next({ predictions: [], abandoned: outside.headlines.length - outside.next });
  }

  /** Looks at what waits after the event loop has brought what has come meanwhile. */
  #lookLater(): void {
    if (this.#isDue || !this.#isRunning || this.#lanes.size === 0) return;
    this.#isDue = true;
    this.#turn = this.#scheduler.schedule(() => this.#look());
  }

  #look(): void {
    this.#isDue = false;
    if (!this.#isRunning) return;
    if (this.#isWorthWaiting()) {
      this.#timer ??= this.#scheduler.schedule(() => {
        this.#timer = undefined;
        this.#work();
      }, this.#options.maxWaitMs);
      return;
    }
    this.#work();
  }

  /**
   * Whether others are likely to be on their way who are worth waiting for.
   *
   * Clients that wait for an answer before they ask again ask again soon after it. So as many are expected as have asked
   * lately: one who asks alone is answered at once, and of many the first need not wait once all have come. Not to wait
   * at all is slower on a busy machine: the server is woken by the first of them, before the others have had their turn
   * to ask, and classifies it alone.
   */
  #isWorthWaiting(): boolean {
    const { batchSize, maxWaitMs } = this.#options;
    if (this.#lanes.size >= batchSize) return false;
    const now = this.#scheduler.now();
    return now - this.#since < maxWaitMs && this.#recent.count(now) > this.#lanes.size;
  }

  /** Classifies batch after batch, with a turn of the event loop between them where they take long. */
  #work(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    const begun = this.#scheduler.now();
    const next = (): void => {
      this.#isDue = false;
      if (!this.#isRunning || this.#lanes.size === 0) return;
      if (this.#scheduler.now() - begun < TURN_MS) step();
      else {
        this.#isDue = true;
        this.#turn = this.#scheduler.schedule(() => this.#work());
      }
    };
    const step = (): void => {
      this.#isDue = true;
      this.#since = this.#scheduler.now();
      const batch = this.#lanes.take(this.#options.batchSize);
      for (const { isStream } of batch) if (isStream) this.#streaming -= 1;
      const answering = (): Subscription => this.#answer(batch).subscribe({ complete: next });
      if (this.#flow === undefined) answering();
      else this.#flow.work(batch.length, answering);
    };
    if (this.#lanes.size > 0) step();
    else this.#isDue = false;
  }

  /** Classifies the headlines of a batch whose clients still wait. An error concerns this batch only. */
  #answer(batch: readonly Waiting[]): Observable<unknown> {
    const asked = batch.filter(({ to }) => !to.closed);
    const abandoned = batch.length - asked.length;
    this.#admit();
    if (asked.length === 0) {
      this.#batch$.next({ predictions: [], abandoned });
      return EMPTY;
    }
    return defer(() => of(asked.map(({ headline }) => headline))).pipe(
      this.#options.classify,
      toArray(),
      catchError((error: unknown) => {
        this.#flow?.failed();
        for (const { to } of asked) to.error(error);
        return EMPTY;
      }),
      (predictions$) =>
        new Observable<void>((subscriber) =>
          predictions$.subscribe({
            next: (predictions) => {
              const flow = this.#flow;
              const handOn = (): void => {
                this.#batch$.next({ predictions, abandoned });
                deliver(asked, predictions, flow);
              };
              if (flow === undefined) handOn();
              else flow.classified(predictions.length, handOn);
            },
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
        ),
    );
  }
}
