import { randomBytes } from 'node:crypto';
import {
  asyncScheduler,
  auditTime,
  interval,
  NEVER,
  Observable,
  ReplaySubject,
  type SchedulerLike,
  share,
  Subject,
  take,
} from 'rxjs';
import { messageOf } from '../../contracts/messageOf.js';
import type { ModelView, TrainingOver } from '../../contracts/training/TrainingView.js';
import { checkOptions, checkTime, checkTypes } from '../../contracts/checkOption.js';
import { EventHistory } from '../events/EventHistory.js';
import { eventsHandler } from '../events/eventsHandler.js';
import { pageRoutes } from '../pageFiles.js';
import type { Route } from '../http/Route.js';
import { checkHeartbeat, DEFAULT_LIMITS } from '../queue/ServerLimits.js';
import { checkPort } from '../http/checkPort.js';
import { jsonHandlers, loopbackServer } from './loopbackServer.js';
import { StepPacer } from './StepPacer.js';
import { trainingFacts } from './trainingFacts.js';
import { snapshotOf, type TrainingFact, UNTOLD, viewAfter } from './trainingView.js';
import type { TrainingUpdate } from './TrainingUpdate.js';

/** The options of `serveTraining`. */
export interface ServeTrainingOptions {
  /** The port. With 0, the system chooses one. Default 0. */
  readonly port?: number | undefined;
  /**
   * Whether the server stays after the end of the training, until `drain$` emits, if somebody listens at the end.
   * Default false: listeners are told of the end, and the server ends.
   */
  readonly stay?: boolean | undefined;
  /** The first emission after the end of the training ends the server. Default: never. */
  readonly drain$?: Observable<unknown> | undefined;
  /** Finished trainings, at most 7, for comparison with this one. Default: none. */
  readonly runs?: readonly ModelView[] | undefined;
  /** How often listeners get a comment that keeps the connection open. Milliseconds, below 60,000; default 4,000. */
  readonly heartbeatMs?: number | undefined;
  /** The clock for the sampling of steps. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** An event of the server of a training. */
export type TrainingServerEvent =
  /** The server accepts requests. */
  | { readonly type: 'listening'; readonly url: URL }
  /** The training has ended, and the server stays for its listeners. */
  | { readonly type: 'staying'; readonly listeners: number }
  /** A request failed, and the client is not the cause. The server continues. */
  | { readonly type: 'failed'; readonly error: unknown };

/** The history for listeners that reconnect: the maximum number of events, and their maximum size in bytes. */
const HISTORY = { events: 1000, bytes: 8 * 1_048_576 };
/** The minimum time between two reports of the rejected rows. Milliseconds. */
const REJECTIONS_MS = 100;
/** How long listeners have to read the last events. Milliseconds. */
const DRAIN_MS = 2000;

/**
 * Shows a training in a browser while it runs. The page is at `GET /`, the state of the training so far at `GET
 * /training`, its further events at `GET /events`, and the trainings for comparison at `GET /runs`.
 *
 * ```marbles drawn
 * subscription:  ^------------------
 * update$:       -p-t-e-s-s-E-Z-r|      p: prepared;  t, e, s, E, Z: what fit emits;  r: report
 * result:        -l--------------|      l: listening, at a URL
 * stays open:    -l--------------S--    with stay: true, until drain$ emits;  S: staying
 * ```
 *
 * Cold: subscribing starts a server on loopback, and subscribes to `update$` when it listens. Unsubscribing also
 * unsubscribes from `update$` and closes all connections at once. A page that is opened late shows the complete curves,
 * each with up to 2,000 evenly spaced points. Steps are reported at most ten times a second, each with the speed of the
 * training. Rejected rows are reported equally often.
 *
 * It holds those points, the last 1,000 events, and ten examples of rejected rows.
 *
 * The Host must be the address or `localhost`, so that websites cannot reach it by DNS rebinding. Pages of other
 * origins are refused. Requests cannot change anything.
 *
 * Errors: `HW_HTTP_CONNECT` if it cannot listen; errors of `update$`, after listeners have been told.
 *
 * @param update$ the updates of the training
 * @throws HeadwaterError `HW_USAGE` if an option is invalid
 * @see docs/training.md for the protocol
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { fit, serveTraining, type BatchSource } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 *
 * const source: BatchSource = {
 *   rows: { train: 4, validation: 4, test: 0 },
 *   batches: (_side, epoch) => of(labelledBatch({ seed: epoch, size: 4 })),
 * };
 * const event = await lastValueFrom(serveTraining(of(source).pipe(fit(recordingModel(), { epochs: 2 }))));
 * console.log(event.type === 'listening' && event.url.href); // http://127.0.0.1:41234/
 * ```
 */
export const serveTraining = (
  update$: Observable<TrainingUpdate>,
  options: ServeTrainingOptions = {},
): Observable<TrainingServerEvent> => {
  checkOptions('serveTraining', options, 'update$, { port: 8080 }');
  const {
    port = 0,
    stay = false,
    runs = [],
    drain$: asked$ = NEVER,
    heartbeatMs = 4000,
    scheduler = asyncScheduler,
  } = options;
  checkPort('serveTraining', port);
  checkTypes('serveTraining', { stay }, { stay: 'boolean' });
  checkTime('serveTraining', 'heartbeatMs', heartbeatMs);
  checkHeartbeat('serveTraining', heartbeatMs, DEFAULT_LIMITS);

  return new Observable<TrainingServerEvent>((subscriber) => {
    const epoch = randomBytes(6).toString('hex');
    const history = new EventHistory({ ...HISTORY, epoch });
    const listeners = { count: 0 };
    const failed = (error: unknown): void => subscriber.next({ type: 'failed', error });

    let view = UNTOLD;
    const lastEventId = (): string | null => (history.end === 0 ? null : `${epoch}-${history.end - 1}`);
    const tell = (name: string, data: unknown): void => history.add(name, JSON.stringify(data));

    /** Emits once, and again for each later subscriber. */
    const drain$ = new ReplaySubject<void>(1);
    let draining = false;
    const isDraining = (): boolean => draining;
    const heartbeat$ = interval(heartbeatMs).pipe(share());
    const routes = new Map<string, Route>([
      ...pageRoutes('training'),
      ['/training', { handlers: jsonHandlers(() => snapshotOf(view, lastEventId())), probe: false }],
      [
        '/events',
        {
          handlers: {
            GET: eventsHandler({
              history,
              heartbeat$,
              drain$,
              missed: () => undefined,
              limits: DEFAULT_LIMITS,
              listeners,
            }),
          },
          probe: false,
        },
      ],
      ['/runs', { handlers: jsonHandlers(() => runs), probe: false }],
      ['/healthz', { handlers: jsonHandlers(() => ({ status: 'ok' })), probe: true }],
    ]);
    const { connections, listen } = loopbackServer({ routes, port, isDraining, failed }, subscriber);
    subscriber.add(() => drain$.complete());

    const rejected$ = new Subject<void>();
    const rejecting = rejected$
      .pipe(auditTime(REJECTIONS_MS, scheduler))
      .subscribe(() => tell('rejections', view.snapshot.rejections));
    subscriber.add(rejecting);
    const learn = (fact: TrainingFact): void => {
      view = viewAfter(view, fact);
      switch (fact.type) {
        case 'training':
          tell('training', fact.news);
          break;
        case 'metrics':
          tell('metrics', fact.metrics);
          break;
        case 'rejection':
          rejected$.next();
          break;
        case 'report':
          tell('report', fact.report);
          break;
        case 'ended':
          // Listeners may not have received the last rows yet.
          rejecting.unsubscribe();
          if (view.snapshot.rejections.total > 0) tell('rejections', view.snapshot.rejections);
          tell('ended', { error: fact.error } satisfies TrainingOver);
          break;
        case 'flow':
          tell('flow', fact);
          break;
        case 'prepared':
          break;
      }
    };

    const drain = (ended: () => void): void => {
      draining = true;
      const late = setTimeout(ended, DRAIN_MS);
      subscriber.add(() => clearTimeout(late));
      drain$.next();
      connections.end(0, ended);
    };
    const end = (): void => {
      learn({ type: 'ended' });
      const complete = (): void => subscriber.complete();
      if (!stay || listeners.count === 0) {
        drain(complete);
        return;
      }
      subscriber.next({ type: 'staying', listeners: listeners.count });
      subscriber.add(asked$.pipe(take(1)).subscribe(() => drain(complete)));
    };
    const pacer = new StepPacer();
    const follow = (): void => {
      subscriber.add(
        update$.subscribe({
          next: (update) => {
            for (const fact of trainingFacts(update, pacer, scheduler.now())) learn(fact);
          },
          error: (error: unknown) => {
            learn({ type: 'ended', error: messageOf(error) });
            drain(() => subscriber.error(error));
          },
          complete: end,
        }),
      );
    };

    listen((url) => {
      subscriber.next({ type: 'listening', url });
      follow();
    });
  });
};
