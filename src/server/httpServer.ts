import { createServer, type Server } from 'node:http';
import { sendProblem } from './answers/answer.js';
import { answerBroken, answerConnect } from './answers/answerBroken.js';
import { connectionRoom, mostOpenFiles } from './http/connectionRoom.js';
import { Connections } from './http/Connections.js';
import { noteExpectation } from './http/expectation.js';
import { problem } from './http/problem.js';
import type { ServerLimits } from './queue/ServerLimits.js';

/**
 * How long an idle keep-alive connection is kept open. It is longer than in usual proxies (60 s): the proxy then closes
 * first, so the server never closes a connection on which the proxy sends a request. Milliseconds.
 */
const KEEP_ALIVE_MS = 65_000;

/** How often Node checks for slow connections. Milliseconds. */
const LOOK_MS = 1000;

/**
 * Makes an HTTP server with limits for its connections and their idle time. There are fewer connections if the process
 * may not open so many files. It answers invalid HTTP with a problem. It
 * does not listen yet, and has no request handler.
 */
export const httpServer = (
  limits: Pick<ServerLimits, 'connections' | 'arrivalMs' | 'stallMs'>,
): { readonly server: Server; readonly connections: Connections } => {
  const server = createServer({
    connectionsCheckingInterval: LOOK_MS,
    headersTimeout: limits.arrivalMs,
    requestTimeout: 0,
    requireHostHeader: false,
    keepAlive: true,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  // Closes a connection without activity during a response: the client does not read, or is gone.
  server.timeout = limits.stallMs;
  // A client may close its sending side after its request, and still reads the answer (RFC 9293, section 3.6). Without
  // this, Node drops such a request.
  Object.assign(server, { httpAllowHalfOpen: true });
  const connections = new Connections(server, Math.min(limits.connections, connectionRoom(mostOpenFiles())));
  server.on('checkContinue', (request, response) => {
    noteExpectation(request, response);
    server.emit('request', request, response);
  });
  server.on('connect', (_request, socket) => answerConnect(socket));
  server.on('checkExpectation', (request, response) =>
    sendProblem(request, response, problem('expectation', 'The only supported value of Expect is 100-continue.')),
  );
  server.on('clientError', (error, socket) => answerBroken(error, socket, connections.isAnswering(socket)));
  return { server, connections };
};
