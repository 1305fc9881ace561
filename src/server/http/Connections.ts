import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';

/** How many connections beyond the limit are still answered that there are too many; those beyond that are dropped. */
const TOLD = 64;

/**
 * Makes an answer the last one of its connection. One that was to be the last until now, and has not begun, is not: the
 * next request was sent ahead, before its client could know.
 */
const sayClose = (response: ServerResponse, before: ReadonlySet<ServerResponse>): void => {
  for (const earlier of before) if (!earlier.headersSent) earlier.setHeader('connection', 'keep-alive');
  response.setHeader('connection', 'close');
};

/** The turns of the event loop in which a server may be busy before it stops listening all the same. */
const TURNS = 100;

/** How long a turn takes in which next to nothing happens, in milliseconds. */
const QUIET_MS = 0.5;

/**
 * Calls back right after the event loop has asked for new connections, in a turn in which it had little to do. The
 * system resets those that have come since it asked when the server stops listening, with the requests on them.
 */
const whenQuiet = (then: () => void, turns = TURNS, begun = -Infinity): void => {
  setImmediate(() => {
    const now = performance.now();
    if (turns === 0 || now - begun < QUIET_MS) then();
    else whenQuiet(then, turns - 1, now);
  });
};

/** A server's connections, and what is being answered on them. */
export class Connections {
  readonly #server: Server;
  /** Those that are open, each with its answers under way: several where requests were sent ahead. */
  readonly #open = new Map<Duplex, Set<ServerResponse>>();
  readonly #excess = new WeakSet<Duplex>();
  /** Whether every answer says that its connection is closed after it. */
  #closing = false;
  /** Whether connections are closed as soon as nothing is being answered on them. */
  #ending = false;

  /** @param most how many are served */
  constructor(server: Server, most: number) {
    this.#server = server;
    server.maxConnections = most + TOLD;
    server.on('connection', (socket) => {
      if (this.#open.size >= most) this.#excess.add(socket);
      const answers = new Set<ServerResponse>();
      this.#open.set(socket, answers);
      socket.once('close', () => {
        this.#open.delete(socket);
        // Node tells the one answer that has the socket, and none of those that wait behind it: whoever waits for their
        // 'close' would wait, and be counted, for good.
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
        // One that is kept alive for a next request would keep the server alive too.
        if (this.#ending) setImmediate(() => server.closeIdleConnections());
      });
    });
  }

  /** How many are open. */
  get open(): number {
    return this.#open.size;
  }

  /** How many requests are being answered. */
  get answering(): number {
    return [...this.#open.values()].reduce((sum, answers) => sum + answers.size, 0);
  }

  /** Whether a connection came when there were as many as are served. */
  isExcess(socket: Duplex): boolean {
    return this.#excess.has(socket);
  }

  /** Whether an answer has begun on a connection, and has not ended. */
  isAnswering(socket: Duplex): boolean {
    return [...(this.#open.get(socket) ?? [])].some((response) => response.headersSent && !response.writableFinished);
  }

  /** From now on the answers say `Connection: close`: clients that obey send their next request elsewhere. */
  close(): void {
    this.#closing = true;
    for (const answers of this.#open.values()) {
      const last = [...answers].at(-1);
      if (last?.headersSent === false) last.setHeader('connection', 'close');
    }
  }

  /**
   * Takes no further ones, and calls back when the last one is closed.
   *
   * A connection on which nothing is being answered is kept for a while: its client may be sending a request just now,
   * which would be lost. The request is answered, and the connection closed after it.
   *
   * @param idleMs how long such a connection is kept. Milliseconds; 0 closes it at once
   */
  end(idleMs: number, ended: () => void): void {
    this.close();
    whenQuiet(() => {
      // That of HTTP servers closes the idle connections too. In Bun they have no other.
      const owner: NetServer = this.#server instanceof NetServer ? NetServer.prototype : this.#server;
      owner.close.call(this.#server, () => {
        clearTimeout(late);
        // Ends what Node looks for slow connections with. It is closed already, which this is told of.
        this.#server.close(() => undefined);
        ended();
      });
    });
    const closeIdle = (): void => {
      this.#ending = true;
      this.#server.closeIdleConnections();
      // Those that have never sent anything are not idle to Node.
      for (const [socket, answers] of this.#open) if (answers.size === 0) socket.destroy();
    };
    const late = setTimeout(closeIdle, idleMs);
    if (idleMs === 0) closeIdle();
  }

  /** Closes all at once. */
  cut(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}
