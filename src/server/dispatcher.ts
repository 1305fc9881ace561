import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendProblem } from './answers/answer.js';
import type { Connections } from './http/Connections.js';
import { problem } from './http/problem.js';
import { Refusal } from './http/Refusal.js';
import type { Route } from './http/Route.js';
import type { CorsHeaders } from './guards/originGuard.js';

/** What every request passes before it comes to its handler, and who hears what became of it. */
export interface DispatcherOptions {
  readonly routes: ReadonlyMap<string, Route>;
  readonly connections: Connections;
  readonly checkHost: (request: IncomingMessage) => void;
  readonly checkOrigin: (request: IncomingMessage) => CorsHeaders;
  readonly checkToken: (request: IncomingMessage) => void;
  /** Whether nothing is answered any more but probes. */
  readonly isDraining: () => boolean;
  /** Told of every answer when it is through, or its client has left. */
  readonly answered: (route: string, status: number, seconds: number) => void;
  /** Told of errors that are no refusals. */
  readonly failed: (error: unknown) => void;
}

/** What a client is counted under that left before it was answered, as nginx has it. */
const LEFT = 499;

const ALWAYS: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
];

/** The path of a request target, which may be a whole address. */
const pathOf = (target: string): string => {
  const path = target.split('?', 1).join('');
  if (path.startsWith('/')) return path;
  return URL.canParse(path) ? new URL(path).pathname : path;
};

const allowedBy = ({ handlers }: Route): string =>
  [...Object.keys(handlers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');

/** Answers a browser that asks what a page may ask. */
const answerOptions = (response: ServerResponse, route: Route, cors: CorsHeaders): void => {
  const allow = allowedBy(route);
  const crossing =
    'access-control-allow-origin' in cors
      ? {
          'access-control-allow-methods': allow,
          'access-control-allow-headers': 'authorization, content-type, last-event-id',
          'access-control-max-age': '600',
        }
      : {};
  response.writeHead(204, { allow, ...crossing }).end();
};

/**
 * Makes the function that takes every request: it checks whether and by whom it may be asked, finds its handler, and
 * answers by a problem where something is wrong.
 *
 * What costs least is checked first, and the token before anything of the body is read.
 */
export const dispatcher = ({
  routes,
  connections,
  checkHost,
  checkOrigin,
  checkToken,
  isDraining,
  answered,
  failed,
}: DispatcherOptions) => {
  const admit = (
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    route: Route | undefined,
  ): void | Promise<void> => {
    for (const [name, value] of ALWAYS) response.setHeader(name, value);
    const isExcess = connections.isExcess(request.socket);
    if (isExcess) response.setHeader('connection', 'close');
    checkHost(request);
    // Before all other refusals: a page of an allowed origin can only read one that says it may.
    const cors = checkOrigin(request);
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    if (isExcess)
      throw new Refusal('connections', 'The server has reached its limit of connections. Try again later.', {
        headers: { 'retry-after': '5' },
      });
    if (route === undefined)
      throw new Refusal(
        'not-found',
        `There is nothing at ${path.slice(0, 100)}.${routes.has('/openapi.json') ? ' What there is, GET /openapi.json tells.' : ''}`,
      );
    if (isDraining() && !route.probe)
      throw new Refusal('draining', 'The server is shutting down. Try again later.', {
        headers: { 'retry-after': '5' },
      });
    const { method = '' } = request;
    if (method === 'OPTIONS') {
      answerOptions(response, route, cors);
      return;
    }
    const handler =
      method === 'POST' ? route.handlers.POST : method === 'GET' || method === 'HEAD' ? route.handlers.GET : undefined;
    if (handler === undefined)
      throw new Refusal('method', `${path} is asked by ${allowedBy(route)}.`, { headers: { allow: allowedBy(route) } });
    if (!route.probe) checkToken(request);
    return handler(request, response);
  };

  const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
    if (error instanceof Refusal) {
      sendProblem(request, response, error.problem, error.headers);
      return;
    }
    failed(error);
    sendProblem(request, response, problem('failed', 'The server failed. Its log has the reason.'));
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    const begun = performance.now();
    const path = pathOf(request.url ?? '');
    const route = routes.get(path);
    response.once('close', () =>
      answered(
        route === undefined ? 'other' : path,
        response.headersSent ? response.statusCode : LEFT,
        (performance.now() - begun) / 1000,
      ),
    );
    try {
      const answering = admit(request, response, path, route);
      answering?.catch((error: unknown) => refuse(request, response, error));
    } catch (error) {
      refuse(request, response, error);
    }
  };
};
