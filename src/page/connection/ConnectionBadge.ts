import { type Connection, connectionAfter, connectionAt, describeConnection } from './connection.js';
import { element, setText } from '../elements/element.js';
import type { StreamNews } from './reconnecting.js';

/** Says how the page is connected: to be seen all the time, and read out when it changes. */
export class ConnectionBadge {
  readonly node: HTMLElement;
  readonly #label = element('span', {});
  readonly #announcer: HTMLElement;
  #connection: Connection = { state: 'connecting' };
  #isDry = false;

  /** @param announcer a live region */
  constructor(announcer: HTMLElement) {
    this.#announcer = announcer;
    this.node = element('p', { class: 'badge' }, element('span', { class: 'dot', 'aria-hidden': 'true' }), this.#label);
    this.#show();
    // The seconds until the next attempt pass.
    setInterval(() => this.#show(), 500);
  }

  /** How the page is connected. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Something happened to the stream. */
  heard(news: StreamNews): void {
    this.#become(connectionAfter(this.#connection, news, Date.now()));
  }

  /** A headline came that the server had answered at this time. */
  heardHeadline(answeredAt: number): void {
    this.#become(connectionAt(this.#connection, answeredAt, Date.now()));
  }

  /** Whether none of the server's sources can be read: then nothing comes, however good the connection is. */
  dry(isDry: boolean): void {
    this.#isDry = isDry;
    this.#show();
  }

  #become(connection: Connection): void {
    const changed = connection.state !== this.#connection.state;
    this.#connection = connection;
    if (!changed) return;
    this.#show();
    setText(this.#announcer, describeConnection(connection, Date.now()).announcement);
  }

  #show(): void {
    const { state } = this.#connection;
    const isDry = this.#isDry && state === 'live';
    this.node.dataset['state'] = isDry ? 'dry' : state;
    setText(
      this.#label,
      isDry ? 'Connected, no feed can be read' : describeConnection(this.#connection, Date.now()).label,
    );
  }
}
