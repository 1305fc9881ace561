import { Observable } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { WorkerStatus } from '../../contracts/live/WorkerStatus.js';
import { sendText } from '../answers/answer.js';
import { dispatcher } from '../dispatcher.js';
import { hostGuard, isLoopback } from '../guards/hostGuard.js';
import { originGuard } from '../guards/originGuard.js';
import type { Route } from '../http/Route.js';
import { httpServer } from '../httpServer.js';
import { pageRoutes } from '../pageFiles.js';
import { DEFAULT_LIMITS } from '../queue/ServerLimits.js';
import { workersMetrics } from './workersMetrics.js';

/** The options of `serveWorkers`. */
export interface ServeWorkersOptions {
  /** The current statuses of the workers. */
  readonly statuses: () => readonly WorkerStatus[];
  readonly host: string;
  /** With 0, the system chooses a port. */
  readonly port: number;
}

/**
 * Shows workers over HTTP: a page at `GET /`, their statuses and the server's time as JSON at `GET /workers`,
 * `GET /metrics` for Prometheus and `GET /healthz`. Emits its address when it listens; unsubscribing closes it.
 *
 * Requests cannot change anything. On a loopback address, the Host must name this machine, so that websites cannot
 * reach it by DNS rebinding.
 *
 * Errors: `HW_HTTP_CONNECT` if it cannot listen.
 */
export const serveWorkers = ({ statuses, host, port }: ServeWorkersOptions): Observable<URL> =>
  new Observable((subscriber) => {
    const { server, connections } = httpServer(DEFAULT_LIMITS);
    const metrics = workersMetrics(statuses);
    const get = (type: string, make: () => string | Promise<string>): Route => ({
      handlers: { GET: async (_request, response) => sendText(response, 200, type, await make()) },
      probe: true,
    });
    const checkHost = hostGuard(host);
    server.on(
      'request',
      dispatcher({
        routes: new Map<string, Route>([
          ...pageRoutes('workers'),
          ['/workers', get('application/json', () => JSON.stringify({ at: Date.now(), workers: statuses() }))],
          ['/metrics', get(metrics.contentType, () => metrics.metrics())],
          ['/healthz', get('application/json', () => '{"status":"ok"}')],
        ]),
        connections,
        checkHost: (request) => {
          if (isLoopback(host)) checkHost(request);
        },
        checkOrigin: originGuard([]),
        checkToken: () => undefined,
        isDraining: () => false,
        answered: () => undefined,
        isTraced: false,
        failed: () => undefined,
      }),
    );
    server.on('error', (cause) =>
      subscriber.error(
        new HeadwaterError(
          'HW_HTTP_CONNECT',
          `Cannot listen at ${host}, port ${port}: ${cause.message}. Choose another port.`,
          { cause, where: `${host}:${port}` },
        ),
      ),
    );
    subscriber.add(() => {
      server.close();
      connections.cut();
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return;
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      subscriber.next(new URL(`http://${name}:${address.port}/`));
    });
  });
