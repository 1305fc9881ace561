import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many connections beyond the limit are still answered that there are too many; those beyond that are dropped. */
const TOLD = 64;

/** A server's connections, and what is being answered on them. */
export class Connections {
  readonly #server: Server;
  /** Those that are open, each with its answers under way: several where requests were sent ahead. */
  readonly #open = new Map<Duplex, Set<ServerResponse>>();
  readonly #excess = new WeakSet<Duplex>();
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

  /**
   * Takes no further ones, closes those that nothing is being answered on, and calls back when the last of the others
   * is closed.
   */
  end(ended: () => void): void {
    this.#ending = true;
    this.#server.close(ended);
    // Those that have never sent anything are not idle to Node.
    for (const [socket, answers] of this.#open) if (answers.size === 0) socket.destroy();
  }

  /** Closes all at once. */
  cut(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}
