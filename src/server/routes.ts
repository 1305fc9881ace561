import type { Observable } from 'rxjs';
import { flowMetrics } from '../sinks/flow/flowMetrics.js';
import { sendText } from './answers/answer.js';
import { answerDocument } from './answers/answerDocument.js';
import { answerExplanation } from './answers/answerExplanation.js';
import { answerLines } from './answers/answerLines.js';
import type { ClassifyQueue } from './queue/ClassifyQueue.js';
import type { EventHistory } from './events/EventHistory.js';
import { eventsHandler } from './events/eventsHandler.js';
import type { FlowHistory } from './flow/FlowHistory.js';
import { flowRoute } from './flow/flowRoute.js';
import { feedRoutes } from './feeds/feedRoutes.js';
import type { ServedFeeds } from './feeds/ServedFeeds.js';
import { adminRoutes } from './answers/adminRoutes.js';
import type { Generations } from './generations/Generations.js';
import type { Reloaded } from './generations/reloading.js';
import { answerLabel, type LabelAnswers } from './labels/answerLabel.js';
import type { KeepLabel } from './generations/Label.js';
import { answerForm, requestForm } from './http/mediaTypes.js';
import type { Json } from './openapi/parts.js';
import { pageRoutes } from './pageFiles.js';
import { Refusal } from './http/Refusal.js';
import type { Handler, Route } from './http/Route.js';
import type { ServerLimits } from './queue/ServerLimits.js';
import type { ServerMetrics } from './queue/serverMetrics.js';

/** What the routes need. */
export interface RoutesOptions {
  readonly queue: ClassifyQueue;
  readonly history: EventHistory;
  /** The recent snapshots of the pipelines in the process. */
  readonly flow: FlowHistory;
  readonly metrics: ServerMetrics;
  readonly limits: ServerLimits;
  readonly description: () => Json;
  readonly generations: Generations;
  /** Stores the labels that people give; undefined if labels are refused. */
  readonly keepLabel: KeepLabel | undefined;
  readonly labelled: LabelAnswers['labelled'];
  /** Loads the model again and puts it in use. */
  readonly reload: () => Promise<Reloaded>;
  /** The feeds, if they can be changed. */
  readonly feeds: ServedFeeds | undefined;
  readonly hasToken: boolean;
  readonly heartbeat$: Observable<unknown>;
  /** Emits once, when listeners must disconnect; late subscribers get the emission at once. */
  readonly leave$: Observable<unknown>;
  /**
   * Emits once, when no more lines are read, and listeners that do not read are cut off; late subscribers get the
   * emission at once.
   */
  readonly cut$: Observable<unknown>;
  /** Whether load balancers should send requests to this server. */
  readonly readiness: () => 'ready' | 'warming' | 'draining';
  /** Whether listeners had to disconnect. */
  readonly isLeft: () => boolean;
  /** The number of listeners. The handler updates it. */
  readonly listeners: { count: number };
  readonly failed: (error: unknown) => void;
}

/** The routes of the server. */
export const routes = ({
  queue,
  history,
  flow,
  metrics,
  limits,
  description,
  generations,
  keepLabel,
  labelled,
  reload,
  feeds,
  hasToken,
  heartbeat$,
  leave$,
  cut$,
  readiness,
  isLeft,
  listeners,
  failed,
}: RoutesOptions): ReadonlyMap<string, Route> => {
  const ok = JSON.stringify({ status: 'ok' });

  const classify: Handler = (request, response) => {
    const form = requestForm(request);
    const wanted = answerForm(request, form);
    return form === 'json'
      ? answerDocument(request, response, wanted, { queue, limits, dropped: metrics.dropped })
      : answerLines(request, response, wanted, { queue, limits, cut$, failed });
  };

  const explain: Handler = (request, response) => {
    if (requestForm(request) !== 'json')
      throw new Refusal('media-type', 'Send one headline, as application/json.', {
        headers: { accept: 'application/json' },
      });
    return answerExplanation(request, response, { queue, limits, dropped: metrics.dropped, generations });
  };

  const ending = (): Refusal =>
    new Refusal('draining', 'The server is shutting down. Try again later.', { headers: { 'retry-after': '5' } });

  const listen = eventsHandler({
    history,
    heartbeat$,
    drain$: leave$,
    cut$,
    missed: metrics.missed,
    limits,
    listeners,
  });

  const label: Handler = (request, response) =>
    answerLabel(request, response, {
      queue,
      limits,
      generations,
      keep: keepLabel,
      labelled,
      dropped: metrics.dropped,
    });

  const events: Handler = (request, response) => {
    if (isLeft()) throw ending();
    return listen(request, response);
  };

  const ready: Handler = (_request, response) => {
    const state = readiness();
    if (state === 'draining') throw ending();
    if (state === 'warming')
      throw new Refusal('warming', 'The model is being warmed up. Try again in a moment.', {
        headers: { 'retry-after': '1' },
      });
    sendText(response, 200, 'application/json', ok);
  };

  return new Map<string, Route>([
    ...pageRoutes('model'),
    ...adminRoutes({ generations, reload, failed }),
    ...feedRoutes({ feeds, hasToken, limits }),
    ['/classify', { handlers: { POST: classify }, probe: false, scope: 'classify' }],
    ['/labels', { handlers: { POST: label }, probe: false, scope: 'label' }],
    ['/explain', { handlers: { POST: explain }, probe: false, scope: 'classify' }],
    [
      '/model',
      {
        handlers: {
          GET: (_request, response) =>
            sendText(response, 200, 'application/json', JSON.stringify(generations.inUse.view())),
        },
        probe: false,
      },
    ],
    ['/events', { handlers: { GET: events }, probe: false }],
    flowRoute(flow),
    [
      '/metrics',
      {
        handlers: {
          GET: async (_request, response) => {
            const { last } = flow;
            const all = `${await metrics.expose()}${last === undefined ? '' : flowMetrics(last)}`;
            sendText(response, 200, metrics.contentType, all);
          },
        },
        probe: false,
        scope: 'metrics',
      },
    ],
    [
      '/openapi.json',
      {
        handlers: {
          GET: (_request, response) =>
            sendText(response, 200, 'application/json', JSON.stringify(description(), null, 2)),
        },
        probe: false,
      },
    ],
    [
      '/healthz',
      { handlers: { GET: (_request, response) => sendText(response, 200, 'application/json', ok) }, probe: true },
    ],
    ['/readyz', { handlers: { GET: ready }, probe: true }],
  ]);
};
