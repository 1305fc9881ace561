import { checkArgument } from '../contracts/checkArgument.js';
import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import {
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  interval,
  NEVER,
  Observable,
  ReplaySubject,
  share,
  Subject,
  type Subscriber,
  switchMap,
  take,
} from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { SourceEvent } from '../contracts/live/Live.js';
import type { Rejection } from '../contracts/rows/Rejection.js';
import { checkOptions, checkTime, checkTypes, checkWhole } from '../contracts/checkOption.js';
import { REQUEST_SOURCE } from './http/requestSource.js';
import { valve } from '../streams/valve.js';
import { ClassifyQueue } from './queue/ClassifyQueue.js';
import { classifyFeeds } from './events/classifyFeeds.js';
import { dispatcher } from './dispatcher.js';
import { EventHistory } from './events/EventHistory.js';
import { tellSource } from './events/tellSource.js';
import { FlowHistory } from './flow/FlowHistory.js';
import { hostGuard, isLoopback } from './guards/hostGuard.js';
import { httpServer } from './httpServer.js';
import { feedback } from './labels/feedback.js';
import { generationOf } from './generations/Generation.js';
import { Generations } from './generations/Generations.js';
import { reloading } from './generations/reloading.js';
import { openApi } from './openapi/openApi.js';
import type { Json } from './openapi/parts.js';
import { originGuard } from './guards/originGuard.js';
import { routes } from './routes.js';
import type { ServeModelOptions, ServerEvent } from './ServeModelOptions.js';
import { checkHeartbeat, serverLimits } from './queue/ServerLimits.js';
import type { serverMetrics } from './queue/serverMetrics.js';
import { turnScheduler } from './queue/turnScheduler.js';
import { warmUp } from './answers/warmUp.js';
import { accessEntry } from './access/AccessEntry.js';
import { SCOPES } from './http/AccessToken.js';
import { checkPort } from './http/checkPort.js';
import { tokenGuard } from './guards/tokenGuard.js';

/** The maximum size of the events for listeners that reconnect. Bytes. */
const HISTORY_BYTES = 8 * 1_048_576;

/**
 * Serves a model over HTTP: a page at `GET /`, `POST /classify` and `/explain`, `GET /events`, `/model`, `/metrics`,
 * `/healthz`, `/readyz` and `/openapi.json`.
 *
 * ```
 * subscription    ^------------------------------!
 * drain$          -----------------------x
 * result          -l---------------------d-----|       l: listening, at a URL;  d: draining, until all is answered
 * ```
 *
 * Cold: subscribing starts a server; unsubscribing closes it and all connections at once. Headlines of many clients are
 * classified together. Each headline waits at most `maxWaitMs` for others. The queue is bounded. Requests that do not
 * fit, and all invalid requests, are refused with a status and a problem (RFC 9457). The headlines of a client that
 * disconnects are not classified. See docs/serve.md for the protocol.
 *
 * **Closed by default.** It listens on loopback; any other address requires a token, which is compared in constant
 * time. The Host must be the local address of the connection or an allowed name, so that websites cannot reach the
 * server by DNS rebinding. Pages of other origins are refused.
 *
 * Errors: `HW_HTTP_CONNECT` if it cannot listen; `HW_HTTP_TIMEOUT` if answers had to be cut off at the end; errors of
 * `headlines`.
 *
 * @throws HeadwaterError `HW_USAGE` if an option is invalid
 *
 * @example
 * ```ts
 * import { lastValueFrom, of, Subject } from 'rxjs';
 * import { LabelEncoder, serveModel, Tokenizer } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 *
 * const tokenizer = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * const drain$ = new Subject<void>();
 * await new Promise<void>((complete) => {
 *   serveModel({
 *     model: recordingModel(),
 *     tokenizer,
 *     labelEncoder: LabelEncoder.of(['Sports', 'World']),
 *     port: 0,
 *     drain$,
 *   }).subscribe({
 *     next: async (event) => {
 *       if (event.type !== 'listening') return;
 *       const answer = await fetch(new URL('/classify', event.url), {
 *         method: 'POST',
 *         headers: { 'content-type': 'application/json' },
 *         body: '{"title":"Ferry at the port"}',
 *       });
 *       console.log(await answer.json());
 *       // { title: 'Ferry at the port', class: 'Sports', probabilities: { … }, latencyMs: 3 }
 *       drain$.next();
 *     },
 *     complete,
 *   });
 * });
 * ```
 */
export const serveModel = (options: ServeModelOptions): Observable<ServerEvent> => {
  checkOptions('serveModel', options, '{ model, tokenizer, labelEncoder }');
  checkArgument('serveModel', 'model', options.model, 'a model, such as restoreModel() makes');
  const {
    host = '127.0.0.1',
    port = 8080,
    token,
    batchSize = 256,
    maxWaitMs = 2,
    history: events = 1000,
    heartbeatMs = 4000,
    warmUpMs = 0,
    drainDelayMs = 0,
    drainMs = 10_000,
    drainIdleMs = 2000,
    drain$: asked$ = NEVER,
  } = options;
  const limits = serverLimits(options.limits ?? {});
  checkTypes('serveModel', options, { host: 'string', token: 'string' });
  checkWhole('serveModel', 'batchSize', batchSize, 1);
  checkWhole('serveModel', 'history', events, 1);
  for (const [name, value] of Object.entries({ maxWaitMs, heartbeatMs, drainMs, drainIdleMs }))
    checkTime('serveModel', name, value);
  for (const [name, value] of Object.entries({ warmUpMs, drainDelayMs })) checkTime('serveModel', name, value, true);
  checkHeartbeat('serveModel', heartbeatMs, limits);
  checkPort('serveModel', port);
  const exposed = (): HeadwaterError =>
    new HeadwaterError(
      'HW_USAGE',
      `serveModel: other machines can reach ${host}, so the server needs ` +
        'a token. Give one (--token), or listen on 127.0.0.1.',
      { where: host },
    );
  const tokens = [
    ...(token === undefined ? [] : [{ name: 'token', token, scopes: SCOPES }]),
    ...(options.tokens ?? []),
  ];
  const isOpen = tokens.length === 0;
  if (isOpen && !(host === 'localhost' || isLoopback(host))) throw exposed();
  const checkToken = tokenGuard(tokens);
  const checkHost = hostGuard(host, options.allowHosts ?? []);
  const checkOrigin = originGuard(options.allowOrigins ?? []);
  const first = generationOf(options, options.learn);

  const start = (subscriber: Subscriber<ServerEvent>, metricsOf: typeof serverMetrics): void => {
    const flow = new FlowHistory();
    // This subscription comes first: a watch sees only subscriptions that start after it.
    subscriber.add(
      options.flow$?.subscribe({
        next: (snapshot) => flow.add(snapshot),
        error: (error: unknown) => subscriber.error(error),
      }),
    );
    const generations = new Generations(first);
    if (options.candidate !== undefined) {
      const { served, role = { type: 'shadow' } } = options.candidate;
      generations.setCandidate(generationOf(served, options.learn), role);
    }
    const { classify } = generations;
    const queue = new ClassifyQueue({
      classify,
      batchSize,
      maxWaitMs,
      capacity: limits.queue,
      document: limits.batch,
      scheduler: options.turns,
    });
    const log = options.kept;
    const epoch = log?.epoch ?? randomBytes(6).toString('hex');
    const history = new EventHistory({ events, bytes: HISTORY_BYTES, epoch, log });
    const { server, connections } = httpServer(limits);
    const listeners = { count: 0 };
    const metrics = metricsOf({
      waiting: () => queue.waiting,
      connections: () => connections.open,
      listeners: () => listeners.count,
      models: () => generations.view(),
    });
    const failed = (error: unknown): void => subscriber.next({ type: 'failed', error });

    /** Whether the server has begun to end: it is no longer ready, but still serves. */
    let draining = false;
    let warm = false;
    /** Emits when the listeners must disconnect: once, and again for each later subscriber. */
    const leave$ = new ReplaySubject<void>(1);
    /** Emits when no more lines are read. */
    const cut$ = new ReplaySubject<void>(1);
    /** Whether listeners had to disconnect. */
    let left = false;

    const reload = reloading(generations, options.load, options.learn);
    subscriber.add(
      options.reload$?.subscribe(() => {
        reload().catch(failed);
      }),
    );
    subscriber.add(
      generations.change$.subscribe((change) => {
        history.add('model', JSON.stringify({ ...change, at: Date.now() }));
        subscriber.next({ type: 'model', change });
        const { inUse, before, candidate } = generations.view();
        const kept = [inUse, ...(before === null ? [] : [before]), ...(candidate === null ? [] : [candidate.model])];
        metrics.keepModels(kept).catch(failed);
      }),
    );
    subscriber.add(() => generations.dispose());

    const fed = feedback(
      generations,
      queue.batch$.pipe(
        concatMap(({ predictions }) => predictions),
        filter(({ headline }) => headline.source !== REQUEST_SOURCE),
      ),
      {
        drifted: (drift) => {
          metrics.drifted(drift.of);
          history.add('drift', JSON.stringify({ ...drift, model: generations.inUse.id, at: Date.now() }));
          subscriber.next({ type: 'drift', drift });
        },
        labelled: (label, scores) => {
          metrics.labelled(label);
          const { category, predicted, model } = label;
          history.add('label', JSON.stringify({ class: category, predicted, ...scores, model }));
        },
        learnt: metrics.learnt,
        tried: (ended) => {
          metrics.tried(ended.type === 'rolled-back');
          history.add('trial', JSON.stringify({ ...ended, model: generations.inUse.id }));
          subscriber.next({ type: 'trial', ended });
        },
        failed,
      },
    );
    subscriber.add(fed.watching);

    const description = (): Json => openApi(limits, generations.inUse.labelEncoder.classes, !isOpen);
    // One timer for all listeners.
    const heartbeat$ = interval(heartbeatMs).pipe(share());
    server.on(
      'request',
      dispatcher({
        routes: routes({
          queue,
          history,
          flow,
          metrics,
          limits,
          description,
          generations,
          keepLabel: options.labels,
          labelled: fed.take,
          reload,
          feeds: options.feeds,
          hasToken: !isOpen,
          heartbeat$,
          leave$,
          cut$,
          readiness: () => (draining ? 'draining' : warm ? 'ready' : 'warming'),
          isLeft: () => left,
          listeners,
          failed,
        }),
        connections,
        checkHost,
        checkOrigin,
        checkToken,
        isDraining: () => false,
        answered: (request, answered) => {
          metrics.answered(answered.route, answered.status, answered.seconds);
          options.accessLog?.(accessEntry(request, answered));
        },
        isTraced: options.accessLog !== undefined,
        failed: (error, traceId) =>
          subscriber.next({ type: 'failed', error, ...(options.accessLog === undefined ? {} : { traceId }) }),
      }),
    );
    server.on('error', (cause) =>
      subscriber.error(
        new HeadwaterError(
          'HW_HTTP_CONNECT',
          `Cannot listen at ${host}, port ${port}: ${cause.message}. Choose another address or port.`,
          { cause, where: `${host}:${port}` },
        ),
      ),
    );

    subscriber.add(() => {
      leave$.complete();
      cut$.complete();
      server.close();
      connections.cut();
    });
    subscriber.add(
      queue.batch$.subscribe((batch) => {
        metrics.classified(batch);
        generations.compare(batch.predictions, (work) => turnScheduler.schedule(work), failed);
      }),
    );
    subscriber.add(queue.run().subscribe({ error: (error: unknown) => subscriber.error(error) }));

    const source$ = new Subject<SourceEvent>();
    const rejection$ = new Subject<Rejection>();
    subscriber.add(
      source$.subscribe((event) => {
        metrics.heard(event);
        tellSource(history, event);
      }),
    );
    subscriber.add(rejection$.subscribe(({ source }) => metrics.rejected(source)));
    const brake = valve();
    const headline$ =
      options.headlines?.({
        valve: brake,
        events: source$,
        rejections: rejection$,
        repeats: {
          next: ({ type, by }) => metrics.dropped(type === 'correction' ? 'correction' : `repeat-${by}`, 1),
        },
      }) ?? EMPTY;
    const startFeeds = (): void => {
      const feeds = classifyFeeds(headline$, {
        shows: options.shows,
        queue,
        history,
        limits,
        valve: brake,
        batchSize,
        maxWaitMs,
        dropped: metrics.dropped,
        failed,
      }).subscribe({ error: (error: unknown) => subscriber.error(error) });
      subscriber.add(feeds);
      leave$.subscribe(() => feeds.unsubscribe());
    };

    const finish = (): void => {
      const late = setTimeout(() => {
        subscriber.error(
          new HeadwaterError(
            'HW_HTTP_TIMEOUT',
            `${connections.answering} requests were not answered within ${drainMs} ms of ` +
              'the shutdown, and were closed. Allow more time with --drain.',
          ),
        );
      }, drainMs);
      const cut = setTimeout(() => cut$.next(), drainMs / 2);
      subscriber.add(() => {
        clearTimeout(late);
        clearTimeout(cut);
      });
      left = true;
      leave$.next();
      connections.end(Math.min(drainIdleMs, drainMs / 2), () => subscriber.complete());
    };

    const drain = (): void => {
      draining = true;
      subscriber.next({ type: 'draining', requests: connections.answering - listeners.count });
      connections.close();
      const delayed = setTimeout(finish, drainDelayMs);
      subscriber.add(() => clearTimeout(delayed));
    };

    // Node's default of 511 would drop clients that connect together, before the limit of connections is reached.
    server.listen({ port, host, backlog: limits.connections }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return;
      // The name localhost can resolve to another address.
      if (isOpen && !isLoopback(address.address)) {
        subscriber.error(exposed());
        return;
      }
      subscriber.next({
        type: 'listening',
        url: new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${address.port}/`),
      });
      startFeeds();
      const warming = concat(fed.learnAgain(options.learn?.past ?? []), warmUp(classify, limits, warmUpMs)).subscribe({
        // An error of the warm-up is ignored: the first client gets the same error, and the warm-up does not decide
        // whether the model works.
        error: (error: unknown) => {
          warm = true;
          failed(error);
        },
        complete: () => {
          warm = true;
        },
      });
      subscriber.add(warming);
      subscriber.add(asked$.pipe(take(1)).subscribe(drain));
    });
  };

  // Loaded when a server starts, so that programs without a server do not load the metrics package.
  return defer(() => import('./queue/serverMetrics.js')).pipe(
    switchMap((loaded) => new Observable<ServerEvent>((subscriber) => start(subscriber, loaded.serverMetrics))),
  );
};
