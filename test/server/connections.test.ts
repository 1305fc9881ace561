import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { NEVER, of } from 'rxjs';
import { codeOf } from '../../src/contracts/codeOf.js';
import { answerEvents } from '../../src/server/events/answerEvents.js';
import { EventHistory } from '../../src/server/events/EventHistory.js';
import { Connections } from '../../src/server/http/Connections.js';
import { rawClient } from './serving.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

const listening = async (answer: RequestListener) => {
  const server = createServer();
  servers.push(server);
  const connections = new Connections(server, 100);
  server.on('request', answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { server, connections, port, url: new URL(`http://127.0.0.1:${port}/`) };
};

/** More than the system keeps for a connection. */
const MUCH = 16 * 2 ** 20;

it('closes idle connections at the end, but none on which an answer is still being read', async () => {
  const body = Buffer.alloc(MUCH, 'x');
  const { connections, url } = await listening((_request, response) => response.end(body));
  const [idle, slow] = [rawClient(url), rawClient(url)];
  slow.socket.pause();
  slow.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(() => connections.answering).toBe(1);
  const ended = new Promise<void>((done) => connections.end(10, done));
  await idle.closed;
  slow.socket.resume();
  expect((await slow.closed).length).toBeGreaterThan(MUCH);
  await ended;
});

it('cuts off a listener that has not read everything, when it is told to', async () => {
  const history = new EventHistory({ events: 10, bytes: 2 * MUCH, epoch: 'e' });
  for (let event = 0; event < 8; event++) history.add('prediction', JSON.stringify('x'.repeat(MUCH / 8)));
  const { connections, url } = await listening((_request, response) =>
    answerEvents(response, {
      history,
      heartbeat$: NEVER,
      drain$: NEVER,
      cut$: of(undefined),
      lastEventId: undefined,
      last: 10,
      missed: () => undefined,
    }),
  );
  const listener = rawClient(url);
  listener.socket.pause();
  listener.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise<void>((done) => connections.end(10_000, done));
});

it('resets no connection that comes while a busy server stops listening', async () => {
  let answers = 0;
  let end: (() => void) | undefined;
  const { server, connections, port } = await listening((_request, response) => {
    const since = performance.now();
    while (performance.now() - since < 2);
    response.end();
    answers += 1;
    if (answers === 20) end?.();
    // So a connection always waits to be accepted, until there is nobody to accept it.
    if (server.listening) ask();
  });
  const failures: unknown[] = [];
  const ask = (): void => {
    request({ host: '127.0.0.1', port, agent: false }, (response) => response.resume())
      .on('error', (error) => failures.push(codeOf(error)))
      .end();
  };
  for (let clients = 0; clients < 4; clients++) ask();
  await new Promise<void>((done) => {
    end = () => connections.end(60_000, done);
  });
  expect(failures.filter((code) => code !== 'ECONNREFUSED')).toEqual([]);
});
