import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What was asked of a proxy: `CONNECT news.example:80`, or `GET http://news.example/table.csv`. */
export interface HttpProxy {
  readonly address: string;
  readonly asked: readonly string[];
  /** The values of `Proxy-Authorization` that came. */
  readonly authorizations: readonly (string | undefined)[];
}

/** A proxy that knows one name, and leads it to a port of this machine. */
export const httpProxy = async (
  port: number,
  refuse?: { readonly connect?: number; readonly request?: number },
): Promise<HttpProxy> => {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    if (refuse?.request !== undefined) {
      response.writeHead(refuse.request).end();
      return;
    }
    const { pathname, search, host } = new URL(request.url ?? '');
    const passed = httpRequest(
      { port, host: '127.0.0.1', path: `${pathname}${search}`, headers: { host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    passed.end();
  });
  server.on('connect', (request, socket: Socket) => {
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    socket.on('error', () => undefined);
    sockets.add(socket);
    if (refuse?.connect !== undefined) {
      socket.end(`HTTP/1.1 ${refuse.connect} No\r\n\r\n`);
      return;
    }
    const tunnel = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnel.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked, authorizations };
};
