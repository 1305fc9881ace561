import type { IncomingMessage, ServerResponse } from 'node:http';

// The requests whose client waits for `100 Continue` before it sends the body.
const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Notes that a client sends the body only when it is told to (`Expect: 100-continue`). */
export const noteExpectation = (request: IncomingMessage, response: ServerResponse): void => {
  waiting.set(request, response);
};

/** Whether the client of a request still waits before it sends the body. */
export const awaitsContinue = (request: IncomingMessage): boolean => waiting.has(request);

/**
 * Tells a client that waits for it to send the body. Called when the header of a request was accepted, so that a client
 * does not send a body that is refused (RFC 9110, section 10.1.1).
 */
export const sendContinue = (request: IncomingMessage): void => {
  waiting.get(request)?.writeContinue();
  waiting.delete(request);
};
