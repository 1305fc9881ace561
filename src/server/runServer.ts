import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { concat, concatMap, filter, interval, share, type Subscriber, take } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { accessEntry } from './access/AccessEntry.js';
import { warmUp } from './answers/warmUp.js';
import { dispatcher } from './dispatcher.js';
import { EventHistory } from './events/EventHistory.js';
import { liveFeeds } from './events/liveFeeds.js';
import { FlowHistory } from './flow/FlowHistory.js';
import { candidateLoading } from './generations/candidateLoading.js';
import type { Generation } from './generations/Generation.js';
import { Generations } from './generations/Generations.js';
import { reloading } from './generations/reloading.js';
import { isLoopback } from './guards/hostGuard.js';
import { REQUEST_SOURCE } from './http/requestSource.js';
import { httpServer } from './httpServer.js';
import { feedback } from './labels/feedback.js';
import { openApi } from './openapi/openApi.js';
import type { Json } from './openapi/parts.js';
import { ClassifyQueue } from './queue/ClassifyQueue.js';
import type { serverMetrics } from './queue/serverMetrics.js';
import { turnScheduler } from './queue/turnScheduler.js';
import { routes } from './routes.js';
import type { ServeModelOptions, ServerEvent } from './ServeModelOptions.js';
import type { ServeSettings } from './serveSettings.js';
import { Shutdown } from './Shutdown.js';

/** The maximum size of the events for listeners that reconnect. Bytes. */
const HISTORY_BYTES = 8 * 1_048_576;

/**
 * Starts a server whose events go to `subscriber`. Unsubscribing closes the server and all connections at once.
 *
 * @param first the model that is in use at the start
 */
export const runServer = (
  subscriber: Subscriber<ServerEvent>,
  options: ServeModelOptions,
  settings: ServeSettings,
  first: Generation,
  metricsOf: typeof serverMetrics,
): void => {
  const { host, port, batchSize, maxWaitMs, events, heartbeatMs, warmUpMs, asked$, limits, isOpen, exposed } = settings;
  const { checkTokenOf, checkHost, checkOrigin } = settings;
  let { checkToken } = settings;
  const flow = new FlowHistory();
  // This subscription comes first: a watch sees only subscriptions that start after it.
  subscriber.add(
    options.flow$?.subscribe({
      next: (snapshot) => flow.add(snapshot),
      error: (error: unknown) => subscriber.error(error),
    }),
  );
  const failed = (error: unknown): void => subscriber.next({ type: 'failed', error });
  const generations = new Generations(first, { failed, later: (work) => void turnScheduler.schedule(work) });
  const { classify } = generations;
  const { server, connections } = httpServer(limits);
  const queue = new ClassifyQueue({
    classify,
    batchSize,
    maxWaitMs,
    capacity: limits.queue,
    document: limits.batch,
    arrived: () => connections.arrived,
    scheduler: options.turns,
  });
  const log = options.kept;
  const epoch = log?.epoch ?? randomBytes(6).toString('hex');
  const history = new EventHistory({ events, bytes: HISTORY_BYTES, epoch, log });
  const listeners = { count: 0 };
  const metrics = metricsOf({
    waiting: () => queue.waiting,
    connections: () => connections.open,
    listeners: () => listeners.count,
    models: () => generations.view(),
  });
  /** Adds an event to the history. The server ends if it stores its events and cannot store this one. */
  const tell = (type: string, event: object): void => {
    try {
      history.add(type, JSON.stringify(event));
    } catch (error) {
      subscriber.error(error);
    }
  };

  subscriber.add(
    options.tokens$?.subscribe((tokens) => {
      try {
        checkToken = checkTokenOf(tokens);
      } catch (error) {
        failed(error);
      }
    }),
  );

  const shutdown = new Shutdown(subscriber, connections, listeners, settings);
  let warm = false;

  const reload = reloading(generations, options.load, options.learn);
  const loadCandidate =
    options.candidate && candidateLoading(generations, options.candidate, () => subscriber.closed, options.learn);
  subscriber.add(
    options.reload$?.subscribe(() => {
      reload.signalled().catch(failed);
      loadCandidate?.().catch(failed);
    }),
  );
  subscriber.add(
    generations.change$.subscribe((change) => {
      tell('model', { ...change, at: Date.now() });
      subscriber.next({ type: 'model', change });
      const { inUse, before, candidate } = generations.view();
      const kept = [inUse, ...(before === null ? [] : [before]), ...(candidate === null ? [] : [candidate.model])];
      metrics.keepModels(kept).catch(failed);
    }),
  );
  subscriber.add(() => generations.dispose());
  // A candidate that fails its test is only told: the model in use can serve without it.
  loadCandidate?.().catch(failed);

  const fed = feedback(
    generations,
    queue.batch$.pipe(
      concatMap(({ predictions }) => predictions),
      filter(({ headline, modelId }) => headline.source !== REQUEST_SOURCE && modelId === generations.inUse.id),
    ),
    {
      drifted: (drift) => {
        metrics.drifted(drift.of, generations.inUse.id);
        tell('drift', { ...drift, model: generations.inUse.id, at: Date.now() });
        subscriber.next({ type: 'drift', drift });
      },
      labelled: (label, scores) => {
        metrics.labelled(label);
        const { category, predicted, model, key } = label;
        tell('label', { class: category, predicted, key, ...scores, model });
      },
      learnt: () => metrics.learnt(generations.inUse.id),
      tried: (ended) => {
        metrics.tried(ended.type === 'rolled-back', generations.inUse.id);
        tell('trial', { ...ended, model: generations.inUse.id, at: Date.now() });
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
        labelled: (label, prediction) => {
          generations.labelled(label.category, prediction);
          return fed.take(label);
        },
        reload: reload.asked,
        feeds: options.feeds,
        hasToken: !isOpen,
        heartbeat$,
        leave$: shutdown.leave$,
        cut$: shutdown.cut$,
        readiness: () => (shutdown.isDraining ? 'draining' : warm ? 'ready' : 'warming'),
        isLeft: () => shutdown.isLeft,
        listeners,
        failed,
      }),
      connections,
      checkHost,
      checkOrigin,
      checkToken: (request, scope) => checkToken(request, scope),
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
    shutdown.complete();
    server.close();
    connections.cut();
  });
  subscriber.add(
    queue.batch$.subscribe((batch) => {
      metrics.classified(batch);
      generations.compare(batch.predictions);
    }),
  );
  subscriber.add(queue.run().subscribe({ error: (error: unknown) => subscriber.error(error) }));

  const feed$ = liveFeeds(subscriber, {
    headlines: options.headlines,
    metrics,
    shows: options.shows,
    queue,
    history,
    limits,
    batchSize,
    maxWaitMs,
    failed,
  });
  const startFeeds = (): void => {
    const feeds = feed$.subscribe({ error: (error: unknown) => subscriber.error(error) });
    subscriber.add(feeds);
    shutdown.leave$.subscribe(() => feeds.unsubscribe());
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
    subscriber.add(asked$.pipe(take(1)).subscribe(() => shutdown.start()));
  });
};
