import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { codeOf } from '../../contracts/codeOf.js';
import { PROBLEM_JSON, problem, type Problem } from '../http/problem.js';

/** All methods that some path allows. */
export const METHODS = 'GET, HEAD, POST, OPTIONS';

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

/** Answers with a problem directly on the socket, and closes the socket. */
const endWith = (socket: Duplex, answer: Problem, headers = ''): void => {
  const { status } = answer;
  const body = JSON.stringify(answer);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n` +
      `content-type: ${PROBLEM_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `${headers}cache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
  );
};

/** Answers CONNECT, for which Node gives a socket and no response. */
export const answerConnect = (socket: Duplex): void => {
  socket.on('error', () => socket.destroy());
  endWith(socket, problem('method', 'This server is no proxy.'), `allow: ${METHODS}\r\n`);
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
  endWith(socket, problemOf(error));
};
