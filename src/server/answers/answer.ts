import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptedEncoding, compressed, LEAST_BYTES } from '../http/encodings.js';
import { PROBLEM_JSON, type Problem } from '../http/problem.js';

/** How long a client that was refused may go on sending before it is cut off. Milliseconds. */
const LINGER_MS = 2000;

/** Sends text whole, compressed where it is large and the client accepts that. */
export const sendText = (
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
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
      // It goes out as it is.
      () => send(body),
    );
};

/**
 * Lets the rest of a body come, and throws it away.
 *
 * Closing a connection on which bytes are still arriving resets it, and the client may lose the answer that tells it
 * what was wrong. So it gets some time to read it and stop.
 */
export const linger = (request: IncomingMessage): void => {
  request.resume();
  const cut = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(cut)).once('end', () => clearTimeout(cut));
};

/**
 * Answers with a problem; one that comes when the answer has begun cuts it off, so that the client sees that it is not
 * whole.
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
