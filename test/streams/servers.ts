import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';

const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
    });
  });

/** A local HTTP server that lives until the test ends. Resolves to its origin. */
export const serve = (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  running.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return listening(server);
};

/** A local server that speaks HTTP as badly as a test wants: it is given each connection once its request has come. */
export const serveRaw = (answer: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  running.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listening(server);
};

/** Answers everything with one body. */
export const serveBody = (body: Uint8Array | string, headers: Record<string, string> = {}): Promise<string> =>
  serve((_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, headers).end(body);
  });
