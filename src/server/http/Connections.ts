import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * How many connections beyond the limit still get an answer that there are too many. Connections beyond this number are
 * dropped.
 */
const TOLD = 64;

/**
 * Makes a response the last of its connection (`Connection: close`). If an earlier response was to be the last and has
 * not started, it is the last no more: the client sent the next request before it could know.
 */
const sayClose = (response: ServerResponse, before: ReadonlySet<ServerResponse>): void => {
  for (const earlier of before) if (!earlier.headersSent) earlier.setHeader('connection', 'keep-alive');
  response.setHeader('connection', 'close');
};

/** How many turns of the event loop a busy server may take before it stops listening in any case. */
const TURNS = 100;

/** The maximum duration of a quiet turn. Milliseconds. */
const QUIET_MS = 0.5;

/**
 * Calls back directly after the event loop has accepted new connections, in a quiet turn. When a server stops
 * listening, the system resets the connections that are not yet accepted, together with their requests.
 */
const whenQuiet = (then: () => void, turns = TURNS, begun = -Infinity): void => {
  setImmediate(() => {
    const now = performance.now();
    if (turns === 0 || now - begun < QUIET_MS) then();
    else whenQuiet(then, turns - 1, now);
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

  /** @param most the maximum number of served connections */
  constructor(server: Server, most: number) {
    this.#server = server;
    server.maxConnections = most + TOLD;
    server.on('connection', (socket) => {
      if (this.#open.size >= most) this.#excess.add(socket);
      const answers = new Set<ServerResponse>();
      this.#open.set(socket, answers);
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
        if (this.#ending) setImmediate(() => server.closeIdleConnections());
      });
    });
  }

  /** The number of open connections. */
  get open(): number {
    return this.#open.size;
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
    whenQuiet(() => {
      // `close` of HTTP servers would also close idle connections. In Bun, servers have no other `close`.
      const owner: NetServer = this.#server instanceof NetServer ? NetServer.prototype : this.#server;
      owner.close.call(this.#server, () => {
        clearTimeout(late);
        // Stops Node's check for slow connections. The server is already closed; the callback receives the resulting
        // error.
        this.#server.close(() => undefined);
        ended();
      });
    });
    const closeIdle = (): void => {
      this.#ending = true;
      this.#server.closeIdleConnections();
      // For Node, a connection that has never sent anything is not idle.
      for (const [socket, answers] of this.#open) if (answers.size === 0) socket.destroy();
    };
    const late = setTimeout(closeIdle, idleMs);
    if (idleMs === 0) closeIdle();
  }

  /** Closes all connections at once. */
  cut(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}
