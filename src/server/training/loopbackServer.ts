import type { Subscriber } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { sendText } from '../answers/answer.js';
import { dispatcher } from '../dispatcher.js';
import { hostGuard } from '../guards/hostGuard.js';
import { originGuard } from '../guards/originGuard.js';
import type { Connections } from '../http/Connections.js';
import type { Route } from '../http/Route.js';
import { httpServer } from '../httpServer.js';
import { DEFAULT_LIMITS } from '../queue/ServerLimits.js';

/** The options of a loopback server. */
export interface LoopbackServerOptions {
  readonly routes: ReadonlyMap<string, Route>;
  /** The port. With 0, the system chooses one. */
  readonly port: number;
  readonly isDraining?: (() => boolean) | undefined;
  /** Called with errors that are not refusals. */
  readonly failed: (error: unknown) => void;
}

/** A server that only this machine can reach. */
export interface LoopbackServer {
  readonly connections: Connections;
  /** Starts to listen, and calls back with the address afterwards. */
  readonly listen: (listening: (url: URL) => void) => void;
}

const HOST = '127.0.0.1';

/** The handlers of a path that answers JSON. */
export const jsonHandlers = (make: () => unknown): Route['handlers'] => ({
  GET: (_request, response) => sendText(response, 200, 'application/json', JSON.stringify(make())),
});

/**
 * Makes a server on loopback for read-only pages. It needs no token. The Host must be the address or `localhost`, and
 * pages of other origins are refused.
 *
 * It closes when the subscriber is unsubscribed. Errors of the subscriber: `HW_HTTP_CONNECT` if it cannot listen.
 */
export const loopbackServer = (
  { routes, port, isDraining, failed }: LoopbackServerOptions,
  subscriber: Pick<Subscriber<never>, 'add' | 'error'>,
): LoopbackServer => {
  const { server, connections } = httpServer(DEFAULT_LIMITS);
  server.on(
    'request',
    dispatcher({
      routes,
      connections,
      checkHost: hostGuard(HOST),
      checkOrigin: originGuard([]),
      checkToken: () => undefined,
      isDraining,
      answered: () => undefined,
      isTraced: false,
      failed,
    }),
  );
  server.on('error', (cause) =>
    subscriber.error(
      new HeadwaterError(
        'HW_HTTP_CONNECT',
        `Cannot listen at ${HOST}, port ${port}: ${cause.message}. Choose another port.`,
        { cause, where: `${HOST}:${port}` },
      ),
    ),
  );
  subscriber.add(() => {
    server.close();
    connections.cut();
  });
  return {
    connections,
    listen: (listening) =>
      server.listen(port, HOST, () => {
        const address = server.address();
        if (address === null || typeof address === 'string') return;
        listening(new URL(`http://${HOST}:${address.port}/`));
      }),
  };
};
