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

/** The options of the queue. */
export interface ClassifyQueueOptions {
  /** Classifies a batch, in order: `classifyLive`. */
  readonly classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>;
  /** The maximum number of headlines in a batch. */
  readonly batchSize: number;
  /** How long a headline may wait for others that are likely to arrive. Milliseconds. */
  readonly maxWaitMs: number;
  /** The maximum number of headlines that wait. */
  readonly capacity: number;
  /** The maximum number of headlines in a document. An empty queue always has room for them. */
  readonly document: number;
  /**
   * How many connections have arrived so far. While they arrive, classification takes at most half of the time.
   * Default: it is not known.
   */
  readonly arrived?: (() => number) | undefined;
  /** The scheduler and clock. Default: turns of the event loop. */
  readonly scheduler?: TurnScheduler | undefined;
}

/** The client of a request, and how it sends. */
export interface AskedBy {
  /** The connection, or another object that identifies the client. Clients are served in turn. */
  readonly asker: Asker;
  /**
   * Set by senders without an end: lines and feeds. If the queue has no room, they wait outside it, and the valve is
   * held in the meantime.
   */
  readonly stream?: Valve | undefined;
  /** Whether the headlines come from a feed, so that no client waits for an answer. Default: a client waits. */
  readonly isFeed?: boolean | undefined;
}

/** A subscription to {@link ClassifyQueue.classify}. */
interface ClassifyRequest {
  readonly asker: Asker;
  /** Receives the predictions. */
  readonly to: Subscriber<readonly LivePrediction[]>;
  readonly isStream: boolean;
  readonly isFeed: boolean;
}

/** A headline that waits, and the request that it is part of. */
interface Waiting {
  readonly headline: LiveHeadline;
  readonly request: ClassifyRequest;
}

/** Headlines of a stream that wait for room, and the callback after the last of them was admitted. */
interface Outside {
  readonly request: ClassifyRequest;
  readonly headlines: readonly LiveHeadline[];
  next: number;
  readonly release: () => void;
}

/** The result of a batch. */
export interface ClassifiedBatch {
  readonly predictions: readonly LivePrediction[];
  /** The number of headlines whose client has disconnected. */
  readonly abandoned: number;
}

/**
 * Gives each request its part of a batch in one emission. One emission for each headline would cost more than some
 * models need to classify.
 */
const deliver = (
  asked: readonly Waiting[],
  predictions: readonly LivePrediction[],
  flow: QueueFlow | undefined,
): void => {
  const shares = new Map<ClassifyRequest, LivePrediction[]>();
  asked.forEach(({ request }, index) => {
    const share = shares.get(request);
    if (share === undefined) shares.set(request, [predictions[index]!]);
    else share.push(predictions[index]!);
  });
  for (const [{ to, isFeed }, share] of shares)
    if (flow === undefined) to.next(share);
    else flow.handOn(share.length, isFeed, () => to.next(share));
};

/** How long the queue classifies before sockets and timers get a turn. Milliseconds. */
const TURN_MS = 10;

/** The share of the capacity that streams may fill, and the share that documents of several headlines may fill. */
const ROOM = { streams: 1 / 2, documents: 7 / 8 };

/**
 * The queue between all clients and the model. Headlines of many requests are classified together.
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
 * At most `capacity` headlines wait. Lines and feeds fill at most half of the capacity; the rest of them wait outside
 * the queue. Documents of several headlines leave an eighth for single headlines. Clients are served in turn, and each
 * client gets its answers in the order of its requests. The headlines of an unsubscribed client are not classified;
 * their places become free when their batch is due.
 *
 * A batch contains the headlines of one turn of the event loop. It waits longer, up to `maxWaitMs`, only while more
 * headlines are likely to arrive: see `#isWorthWaiting`.
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
  /** Whether a check of the queue is scheduled, or a batch is being classified. */
  #isDue = false;
  #turn: Unsubscribable | undefined;
  #timer: Unsubscribable | undefined;
  /** Reports the flow to a watch; undefined if there was no watch when the work began. */
  #flow: QueueFlow | undefined;
  /** The arrival time of the first waiting headline. */
  #since = 0;
  /** The number of connections that had arrived before the last work, the end of that work, and how long it took. */
  readonly #last = { arrived: 0, end: 0, ms: 0 };

  constructor(options: ClassifyQueueOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? turnScheduler;
  }

  get waiting(): number {
    return this.#lanes.size;
  }

  /** Emits each batch before its answers are delivered. */
  get batch$(): Observable<ClassifiedBatch> {
    return this.#batch$;
  }

  /** Runs the queue while it is subscribed to; emits nothing. Subscribe once. */
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

  /**
   * Marks the source of the live headlines of this queue, so that a watch shows where they go. Subscribe to it while
   * the queue runs.
   */
  feeding<T>(headline$: Observable<T>): Observable<T> {
    return new Observable((subscriber) =>
      this.#flow === undefined
        ? headline$.subscribe(subscriber)
        : this.#flow.feeding(() => headline$.subscribe(subscriber)),
    );
  }

  /** Whether there is room for a document with this number of headlines. */
  hasRoom(headlines: number): boolean {
    const { capacity, document } = this.#options;
    const room = headlines === 1 ? capacity : Math.max(document, Math.floor(capacity * ROOM.documents));
    return this.waiting + headlines <= room;
  }

  /**
   * Classifies headlines and emits their predictions in order, those of one batch together. It completes after the last
   * prediction. Check for room before a document; a stream waits for room.
   *
   * Errors: any error of the model.
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
        const request: ClassifyRequest = { asker, to, isStream: stream !== undefined, isFeed };
        if (stream === undefined) {
          for (const headline of headlines) this.#enter({ headline, request });
          return undefined;
        }
        const outside: Outside = { request, headlines, next: 0, release: stream.hold('classify queue') };
        this.#outside.add(outside);
        this.#admit();
        return () => this.#leave(outside);
      }).pipe(takeWhile((predictions) => (due -= predictions.length) > 0, true));
    });
  }

  #enter(waiting: Waiting): void {
    const { asker, isStream } = waiting.request;
    if (this.#lanes.size === 0) this.#since = this.#scheduler.now();
    this.#lanes.push(asker, waiting);
    if (isStream) this.#streaming += 1;
    else this.#recent.add(asker, this.#scheduler.now());
    this.#lookLater();
  }

  /** Admits headlines of streams while there is room. Those that have waited longest come first. */
  #admit(): void {
    const { capacity } = this.#options;
    const most = Math.max(1, Math.floor(capacity * ROOM.streams));
    for (const outside of this.#outside) {
      const { request, headlines } = outside;
      while (outside.next < headlines.length) {
        if (this.#streaming >= most || this.waiting >= capacity) return;
        this.#enter({ headline: headlines[outside.next++]!, request });
      }
      this.#outside.delete(outside);
      outside.release();
    }
  }

  /** Unsubscribing also removes the headlines that were not yet admitted. */
  #leave(outside: Outside): void {
    if (!this.#outside.delete(outside)) return;
    outside.release();
    this.#batch$.next({ predictions: [], abandoned: outside.headlines.length - outside.next });
  }

  /** Checks the queue after the event loop has delivered the input that arrived in the meantime. */
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
   * Whether more headlines are likely to arrive soon, so that waiting is useful.
   *
   * A client that waits for its answer usually sends its next request soon after it. So the expected number of requests
   * is the number of recent clients. A single client is answered at once. With many clients, the first one waits only
   * until all have sent. On a busy machine, no waiting would be slower: the first request would wake the server, and it
   * would be classified alone before the other clients have sent theirs.
   */
  #isWorthWaiting(): boolean {
    const { batchSize, maxWaitMs } = this.#options;
    if (this.#lanes.size >= batchSize) return false;
    const now = this.#scheduler.now();
    return now - this.#since < maxWaitMs && this.#recent.count(now) > this.#lanes.size;
  }

  /**
   * Classifies batch after batch. If this takes long, it yields to the event loop between batches.
   *
   * The event loop accepts only one connection in each turn. So while connections arrive, there is one batch in a turn,
   * and then turns without a batch for as long as this batch took. Otherwise a client would wait until all that
   * connected before it had a turn of full length.
   */
  #work(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    const begun = this.#scheduler.now();
    const workLater = (): void => {
      this.#isDue = true;
      this.#turn = this.#scheduler.schedule(() => this.#work());
    };
    const last = this.#last;
    const arrived = this.#options.arrived?.() ?? 0;
    const isArriving = arrived !== last.arrived;
    last.arrived = arrived;
    if (isArriving && begun - last.end < last.ms) {
      workLater();
      return;
    }
    const turnMs = isArriving ? 0 : TURN_MS;
    const next = (): void => {
      this.#isDue = false;
      last.end = this.#scheduler.now();
      last.ms = last.end - begun;
      if (!this.#isRunning || this.#lanes.size === 0) return;
      if (last.ms < turnMs) step();
      else workLater();
    };
    const step = (): void => {
      this.#isDue = true;
      this.#since = this.#scheduler.now();
      const batch = this.#lanes.take(this.#options.batchSize);
      for (const { request } of batch) if (request.isStream) this.#streaming -= 1;
      const answering = (): Subscription => this.#answer(batch).subscribe({ complete: next });
      if (this.#flow === undefined) answering();
      else this.#flow.work(batch.length, answering);
    };
    if (this.#lanes.size > 0) step();
    else this.#isDue = false;
  }

  /** Classifies the headlines of a batch whose clients are still connected. An error affects only this batch. */
  #answer(batch: readonly Waiting[]): Observable<unknown> {
    const asked = batch.filter(({ request }) => !request.to.closed);
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
        for (const { request } of asked) request.to.error(error);
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
