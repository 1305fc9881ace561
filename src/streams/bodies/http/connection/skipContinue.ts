import type { Socket } from 'node:net';

/** How an answer begins that says no more than that a body may be sent. */
const STARTS = ['HTTP/1.1 100', 'HTTP/1.0 100'];

const END = '\r\n\r\n';

/** The longest `100 Continue` with its headers. Bytes. */
const LONGEST = 16_384;

/**
 * Removes `100 Continue` from the start of what a connection reads. A client must accept it also if it did not ask for
 * it (RFC 9110, section 15.2), but undici closes the connection.
 *
 * @param socket a new connection, of which nothing was read
 */
export const skipContinue = (socket: Socket): void => {
  const read = socket.read.bind(socket);
  let held = Buffer.alloc(0);
  socket.read = (size) => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Buffer)) return chunk;
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const text = held.toString('latin1', 0, LONGEST);
      if (!STARTS.some((start) => text.startsWith(start.slice(0, text.length)))) break;
      const end = text.indexOf(END);
      if (end < 0 && held.length < LONGEST) return null;
      if (end < 0) break;
      held = held.subarray(end + END.length);
    }
    socket.read = read;
    return held;
  };
};
