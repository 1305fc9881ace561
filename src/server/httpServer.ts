import { createServer, type Server } from 'node:http';
import { sendProblem } from './answers/answer.js';
import { answerBroken } from './answers/answerBroken.js';
import { Connections } from './http/Connections.js';
import { problem } from './http/problem.js';
import type { ServerLimits } from './queue/ServerLimits.js';

/**
 * How long a connection is kept that waits for its next request. Longer than proxies keep one (60 s is usual): the side
 * that closes last loses no request, because it closes nothing that the other may be sending on. Milliseconds.
 */
const KEEP_ALIVE_MS = 65_000;

/** How often connections are looked at whether they are too slow. Milliseconds. */
const LOOK_MS = 1000;

/**
 * Makes a server that bounds its connections and their slowness, and answers what is no request by a problem. It does
 * not listen yet, and answers no request.
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
  // Cuts off whoever stands still while it is being answered: a client that does not read, or is no longer there.
  server.timeout = limits.stallMs;
  const connections = new Connections(server, limits.connections);
  server.on('checkExpectation', (request, response) =>
    sendProblem(request, response, problem('expectation', 'The only supported value of Expect is 100-continue.')),
  );
  server.on('clientError', (error, socket) => answerBroken(error, socket, connections.isAnswering(socket)));
  return { server, connections };
};
