import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TOLD } from './connectionRoom.js';

/**
 * Makes a response the last of its connection (`Connection: close`). If an earlier response was to be the last and has
 * not started, it is the last no more: the client sent the next request before it could know.
 */
const sayClose = (response: ServerResponse, before: ReadonlySet<ServerResponse>): void => {
  for (const earlier of before) if (!earlier.headersSent) earlier.setHeader('connection', 'keep-alive');
  response.setHeader('connection', 'close');
};

/** How many turns of the event loop a busy server may take before it stops listening in any case. */
const TURNS = 200;

/**
 * How long a client that has closed its sending side may wait for the next part of its answer. A client that has gone
 * looks the same, and its headlines should not be classified. Milliseconds.
 */
const HALF_OPEN_MS = 1000;

/** Closes a socket on which nothing was written for a time. */
const closeWhenSilent = (socket: Socket): void => {
  let written = socket.bytesWritten;
  const look = setInterval(() => {
    if (socket.bytesWritten === written) socket.destroy();
    written = socket.bytesWritten;
  }, HALF_OPEN_MS);
  socket.once('close', () => clearInterval(look));
};

/** The maximum duration of a quiet turn. Milliseconds. */
const QUIET_MS = 0.5;

/**
 * Calls back after a quiet turn of the event loop, in which no connection arrived. The event loop accepts only one
 * connection in each turn. When a server stops listening, the system resets the connections that are not yet accepted,
 * together with their requests.
 *
 * @param arrived the number of connections that have arrived so far
 */
const whenQuiet = (arrived: () => number, then: () => void, turns = TURNS): void => {
  const [before, begun] = [arrived(), performance.now()];
  setImmediate(() => {
    const isQuiet = arrived() === before && performance.now() - begun < QUIET_MS;
    if (turns === 0 || isQuiet) then();
    else whenQuiet(arrived, then, turns - 1);
  });
};

/** A server's connections, and the responses that are in progress on them. */
export class Connections {
  readonly #server: Server;
  /** The open connections with their responses in progress. A connection has several if requests are pipelined. */
  readonly #open = new Map<Duplex, Set<ServerResponse>>();
  readonly #excess = new WeakSet<Duplex>();
  /** Whether each response announces that its connection closes. */
  #closing = false;
  /** Whether a connection is closed when no response is in progress on it. */
  #ending = false;
  /** The connections that are not read for the moment; undefined while all are read. */
  #held: Set<Duplex> | undefined;
  #arrived = 0;

  /** @param most the maximum number of served connections */
  constructor(server: Server, most: number) {
    this.#server = server;
    server.maxConnections = most + TOLD;
    server.on('drop', () => {
      this.#arrived += 1;
    });
    server.on('connection', (socket) => {
      this.#arrived += 1;
      if (this.#open.size >= most) this.#excess.add(socket);
      const answers = new Set<ServerResponse>();
      this.#open.set(socket, answers);
      socket.once('end', () => {
        if (!socket.destroyed) closeWhenSilent(socket);
      });
      // Node starts to read after this event.
      process.nextTick(() => this.#hold(socket));
      socket.once('close', () => {
        this.#open.delete(socket);
        // Node emits 'close' only on the response that has the socket, not on those that wait behind it. Without this,
        // they would wait and be counted forever.
        setImmediate(() => {
          for (const response of answers) response.destroy().emit('close');
        });
      });
    });
    server.on('request', ({ socket }, response: ServerResponse) => {
      const answers = this.#open.get(socket);
      if (this.#closing && answers !== undefined) sayClose(response, answers);
      answers?.add(response);
      response.once('close', () => {
        answers?.delete(response);
        // A keep-alive connection would keep the server alive too.
        if (this.#ending) setImmediate(() => this.#closeIdle(socket));
      });
    });
  }

  /** The number of open connections. */
  get open(): number {
    return this.#open.size;
  }

  /** The number of connections that have arrived so far, with those that were dropped. */
  get arrived(): number {
    return this.#arrived;
  }

  /** The number of requests in progress. */
  get answering(): number {
    return [...this.#open.values()].reduce((sum, answers) => sum + answers.size, 0);
  }

  /** Whether a connection was opened beyond the limit. */
  isExcess(socket: Duplex): boolean {
    return this.#excess.has(socket);
  }

  /** Whether a response on this connection has started and has not ended. */
  isAnswering(socket: Duplex): boolean {
    return [...(this.#open.get(socket) ?? [])].some((response) => response.headersSent && !response.writableFinished);
  }

  /** From now on, responses have `Connection: close`. Clients then send their next request elsewhere. */
  close(): void {
    this.#closing = true;
    for (const answers of this.#open.values()) {
      const last = [...answers].at(-1);
      if (last?.headersSent === false) last.setHeader('connection', 'close');
    }
  }

  /**
   * Accepts no new connections, and calls back when the last connection is closed.
   *
   * An idle connection is kept open for a time, because its client may be sending a request at this moment, which would
   * be lost. Such a request is answered, and then the connection is closed.
   *
   * @param idleMs how long an idle connection is kept. Milliseconds; 0 closes it at once
   */
  end(idleMs: number, ended: () => void): void {
    this.close();
    let late: NodeJS.Timeout | undefined;
    const closeIdle = (): void => {
      this.#ending = true;
      for (const socket of this.#open.keys()) this.#closeIdle(socket);
    };
    // Under load no turn would be quiet. So requests wait in the system until the server has stopped listening.
    this.#held = new Set();
    for (const socket of this.#open.keys()) this.#hold(socket);
    const stopListening = (): void => {
      // `close` of HTTP servers would also close idle connections. In Bun, servers have no other `close`.
      const owner: NetServer = this.#server instanceof NetServer ? NetServer.prototype : this.#server;
      owner.close.call(this.#server, () => {
        clearTimeout(late);
        // Stops Node's check for slow connections. The server is already closed; the callback receives the resulting
        // error.
        this.#server.close(() => undefined);
        ended();
      });
      for (const socket of this.#held ?? []) socket.resume();
      this.#held = undefined;
      if (idleMs === 0) closeIdle();
      else late = setTimeout(closeIdle, idleMs);
    };
    // In the first turn, events are handled that arrived while the connections were still read.
    setImmediate(() => whenQuiet(() => this.#arrived, stopListening));
  }

  /** Closes all connections at once. */
  cut(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #hold(socket: Duplex): void {
    if (this.#held === undefined || socket.isPaused()) return;
    socket.pause();
    this.#held.add(socket);
  }

  /**
   * Closes a connection without a response in progress. Node's `closeIdleConnections` would also close one whose client
   * reads slowly, with the rest of the response.
   */
  #closeIdle(socket: Duplex): void {
    if (this.#open.get(socket)?.size === 0) socket.destroy();
  }
}
