import { checkOptions } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { NEVER, Observable, take } from 'rxjs';
import type { ModelView } from '../../contracts/training/TrainingView.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { pageRoutes } from '../pageFiles.js';
import type { Route } from '../http/Route.js';
import { checkPort } from '../http/checkPort.js';
import { jsonHandlers, loopbackServer } from './loopbackServer.js';
import type { TrainingServerEvent } from './serveTraining.js';

/** The options of `serveRuns`. */
export interface ServeRunsOptions {
  /** The port. With 0, the system chooses one. Default 0. */
  readonly port?: number | undefined;
  /** The first emission ends the server. Default: never. */
  readonly drain$?: Observable<unknown> | undefined;
}

/** The maximum number of runs that a page compares. */
export const MOST_RUNS = 8;

/**
 * Shows finished trainings in a browser: their curves in comparison, their options, and their results.
 *
 * ```marbles drawn
 * subscription:  ^------------
 * drain$:        ------------x
 * result:        -l----------|      l: listening, at a URL
 * ```
 *
 * Cold: subscribing starts a server on loopback; unsubscribing closes it. The page is at `GET /`, the runs at `GET
 * /runs`. Requests cannot change anything.
 *
 * Errors: `HW_HTTP_CONNECT` if it cannot listen.
 *
 * @param runs from 1 to 8 runs, each with its own name
 * @throws HeadwaterError `HW_USAGE` if the number of runs or an option is invalid
 *
 * @example
 * ```ts
 * import { firstValueFrom } from 'rxjs';
 * import { serveRuns } from 'headwater';
 *
 * const run = {
 *   name: 'models/news',
 *   modelId: null,
 *   classes: ['Sports', 'World'],
 *   config: null,
 *   performance: null,
 *   training: null,
 * };
 * const event = await firstValueFrom(serveRuns([run]));
 * console.log(event.type === 'listening' && event.url.href); // http://127.0.0.1:41234/
 * ```
 */
export const serveRuns = (
  runs: readonly ModelView[],
  options: ServeRunsOptions = {},
): Observable<TrainingServerEvent> => {
  checkOptions('serveRuns', options, 'runs, { port: 8080 }');
  const { port = 0, drain$ = NEVER } = options;
  checkArgument('serveRuns', 'runs', runs, 'a list of saved models', ['length']);

  if (runs.length === 0 || runs.length > MOST_RUNS)
    throw new HeadwaterError('HW_USAGE', `serveRuns: there are ${runs.length} runs. Give from 1 to ${MOST_RUNS}.`);
  checkPort('serveRuns', port);
  return new Observable<TrainingServerEvent>((subscriber) => {
    const routes = new Map<string, Route>([
      ...pageRoutes('runs'),
      ['/runs', { handlers: jsonHandlers(() => runs), probe: false }],
      ['/healthz', { handlers: jsonHandlers(() => ({ status: 'ok' })), probe: true }],
    ]);
    const { listen } = loopbackServer(
      {
        routes,
        port,
        failed: (error) => subscriber.next({ type: 'failed', error }),
      },
      subscriber,
    );
    listen((url) => subscriber.next({ type: 'listening', url }));
    subscriber.add(drain$.pipe(take(1)).subscribe(() => subscriber.complete()));
  });
};
