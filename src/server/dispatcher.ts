import type { IncomingMessage, ServerResponse } from 'node:http';
import { parsedUrl } from '../contracts/runtime/parsedUrl.js';
import { linger, sendProblem } from './answers/answer.js';
import { METHODS } from './answers/answerBroken.js';
import type { Connections } from './http/Connections.js';
import { problem } from './http/problem.js';
import { Refusal } from './http/Refusal.js';
import type { Route } from './http/Route.js';
import type { Answered } from './access/Answered.js';
import { traceContext, traceResponse } from './access/traceContext.js';
import type { CheckToken } from './guards/tokenGuard.js';
import type { CorsHeaders } from './guards/originGuard.js';

/** The checks that each request passes before its handler, and the listeners for its outcome. */
export interface DispatcherOptions {
  readonly routes: ReadonlyMap<string, Route>;
  readonly connections: Connections;
  readonly checkHost: (request: IncomingMessage) => void;
  readonly checkOrigin: (request: IncomingMessage) => CorsHeaders;
  readonly checkToken: CheckToken;
  /** Whether only probes are still answered. Default: never. */
  readonly isDraining?: (() => boolean) | undefined;
  /** Called for each answer when it is complete or its client has disconnected. */
  readonly answered: (request: IncomingMessage, answered: Answered) => void;
  /** Whether responses have the trace headers of their request. */
  readonly isTraced: boolean;
  /** Called with errors that are not refusals, and with the trace id of the request. */
  readonly failed: (error: unknown, traceId: string) => void;
}

/** The status for a client that disconnected before its answer, as in nginx. */
const LEFT = 499;

const ALWAYS: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
];

/** Decodes the characters that need no percent encoding, so that a path has one form (RFC 3986, section 6.2.2.2). */
const plainPath = (path: string): string =>
  path.replace(/%([2-7][\da-f])/gi, (encoded, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.~-]/.test(character) ? character : encoded;
  });

/** The path of a request target. The target may be an absolute URL. */
const pathOf = (target: string): string => {
  const path = target.split('?', 1).join('');
  return plainPath(path.startsWith('/') ? path : (parsedUrl(path)?.pathname ?? path));
};

const allowedBy = ({ handlers }: Route): string =>
  [...Object.keys(handlers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');

/** Answers a CORS preflight request. */
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
 * Makes the function that handles all requests. It checks whether the client may send the request, finds the handler,
 * and answers errors with a problem.
 *
 * The cheapest checks run first. The token is checked before the body is read.
 */
export const dispatcher = ({
  routes,
  connections,
  checkHost,
  checkOrigin,
  checkToken,
  isDraining = () => false,
  answered,
  isTraced,
  failed,
}: DispatcherOptions) => {
  const admit = (
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    route: Route | undefined,
    letIn: (token: string | undefined) => void,
  ): void | Promise<void> => {
    for (const [name, value] of ALWAYS) response.setHeader(name, value);
    const isExcess = connections.isExcess(request.socket);
    if (isExcess) response.setHeader('connection', 'close');
    checkHost(request);
    // The origin is checked before all other refusals: a page of an allowed origin can read a refusal only if it has
    // the CORS headers.
    const cors = checkOrigin(request);
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    if (isExcess)
      throw new Refusal('connections', 'The server has reached its limit of connections. Try again later.', {
        headers: { 'retry-after': '5' },
      });
    if (path === '*' && request.method === 'OPTIONS') {
      response.writeHead(204, { allow: METHODS }).end();
      return;
    }
    if (route === undefined)
      throw new Refusal(
        'not-found',
        'There is nothing at ' +
          `${path.slice(0, 100)}.${routes.has('/openapi.json') ? ' GET /openapi.json lists what there is.' : ''}`,
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
    if (!route.probe) letIn(checkToken(request, route.scope ?? 'read'));
    return handler(request, response);
  };

  const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown, traceId: string): void => {
    if (error instanceof Refusal) {
      sendProblem(request, response, error.problem, error.headers);
      return;
    }
    failed(error, traceId);
    sendProblem(request, response, problem('failed', 'The server failed. Its log has the reason.'));
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    const begun = performance.now();
    const path = pathOf(request.url ?? '');
    const route = routes.get(path);
    const trace = traceContext(request.headers['traceparent']);
    if (isTraced) response.setHeader('traceresponse', traceResponse(trace));
    const { socket } = request;
    const { bytesWritten, remoteAddress: address } = socket;
    let token: string | undefined;
    response.once('close', () =>
      answered(request, {
        route: route === undefined ? 'other' : path,
        path,
        status: response.headersSent ? response.statusCode : LEFT,
        seconds: (performance.now() - begun) / 1000,
        bytes: socket.bytesWritten - bytesWritten,
        address,
        token,
        trace,
      }),
    );
    response.once('finish', () => {
      // A body that no handler reads, as that of a GET.
      if (!request.complete) linger(request);
    });
    const letIn = (name: string | undefined): void => {
      token = name;
    };
    const fail = (error: unknown): void => refuse(request, response, error, trace.traceId);
    try {
      admit(request, response, path, route, letIn)?.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
};
