import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { codeOf } from '../../sinks/internal/codeOf.js';
import { PROBLEM_JSON, problem, type Problem } from '../http/problem.js';

const problemOf = (error: Error): Problem => {
  switch (codeOf(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return problem('header-too-large', 'The header is longer than 16 KiB.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('slow', 'The header did not arrive in time.');
    default:
      return problem('malformed', 'This is no HTTP request.');
  }
};

/**
 * Answers input that is not an HTTP request, directly on the socket, and closes the socket.
 *
 * @param answering whether another response is being written to the socket; the error text would then corrupt it
 */
export const answerBroken = (error: Error, socket: Duplex, answering: boolean): void => {
  if (!socket.writable || answering || codeOf(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const broken = problemOf(error);
  const { status } = broken;
  const body = JSON.stringify(broken);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: ` +
      `${PROBLEM_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\ncache-control: ` +
      `no-store\r\nconnection: close\r\n\r\n${body}`,
  );
};
