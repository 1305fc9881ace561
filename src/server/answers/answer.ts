import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptedEncoding, compressed, LEAST_BYTES } from '../http/encodings.js';
import { awaitsContinue } from '../http/expectation.js';
import { PROBLEM_JSON, type Problem } from '../http/problem.js';

/** How long a refused client may continue to send before its connection is closed. Milliseconds. */
const LINGER_MS = 2000;

const lingering = new WeakSet<IncomingMessage>();

/** Sends a complete text. It is compressed if it is large and the client accepts compression. */
export const sendText = (
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  // A client that still waits may send its body or leave it out, so the next request could not be told from a body.
  if (awaitsContinue(response.req)) response.setHeader('connection', 'close');
  const body = Buffer.from(text);
  const send = (sent: Buffer, more: Readonly<Record<string, string>> = {}): void => {
    if (response.destroyed) return;
    response.writeHead(status, { 'content-type': type, 'content-length': sent.length, ...headers, ...more }).end(sent);
  };
  if (body.length < LEAST_BYTES) {
    send(body);
    return;
  }
  response.appendHeader('vary', 'accept-encoding');
  const encoding = acceptedEncoding(response.req.headers['accept-encoding']);
  if (encoding === undefined) send(body);
  else
    compressed(body, encoding).then(
      (small) => send(small, { 'content-encoding': encoding }),
      // If compression fails, the body is sent uncompressed.
      () => send(body),
    );
};

/**
 * Reads the rest of a request body and discards it.
 *
 * Closing a connection on which bytes still arrive resets it, and the client may lose the answer with the error. So the
 * client gets some time to read the answer and to stop sending.
 */
export const linger = (request: IncomingMessage): void => {
  if (lingering.has(request)) return;
  lingering.add(request);
  request.resume();
  const cut = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(cut)).once('end', () => clearTimeout(cut));
};

/**
 * Answers with a problem. If the response has already started, the connection is closed instead, so that the client
 * sees that the response is incomplete.
 */
export const sendProblem = (
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!request.complete) linger(request);
  sendText(response, problem.status, PROBLEM_JSON, JSON.stringify(problem), headers);
};
