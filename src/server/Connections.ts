import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many connections beyond the limit are still answered that there are too many; those beyond that are dropped. */
const TOLD = 64;

/** A server's connections, and what is being answered on them. */
export class Connections {
  readonly #server: Server;
  readonly #open = new Set<Duplex>();
  readonly #excess = new WeakSet<Duplex>();
  readonly #answers = new Map<Duplex, ServerResponse>();
  #ending = false;

  /** @param most how many are served */
  constructor(server: Server, most: number) {
    this.#server = server;
    server.maxConnections = most + TOLD;
    server.on('connection', (socket) => {
      if (this.#open.size >= most) this.#excess.add(socket);
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#answers.delete(socket);
      });
    });
    server.on('request', (request, response: ServerResponse) => {
      const { socket } = request;
      this.#answers.set(socket, response);
      response.once('close', () => {
        if (this.#answers.get(socket) === response) this.#answers.delete(socket);
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
    return this.#answers.size;
  }

  /** Whether a connection came when there were as many as are served. */
  isExcess(socket: Duplex): boolean {
    return this.#excess.has(socket);
  }

  /** Whether an answer has begun on a connection, and has not ended. */
  isAnswering(socket: Duplex): boolean {
    const response = this.#answers.get(socket);
    return response !== undefined && response.headersSent && !response.writableFinished;
  }

  /** Takes no further ones, closes those that nothing is being answered on, and calls back when the last of the others is closed. */
  end(ended: () => void): void {
    this.#ending = true;
    this.#server.close(ended);
    // Those that have never sent anything are not idle to Node.
    for (const socket of this.#open) if (!this.#answers.has(socket)) socket.destroy();
  }

  /** Closes all at once. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
