import {
  type Connection,
  connectionAfter,
  connectionAt,
  connectionWithoutNews,
  describeConnection,
} from './connection.js';
import { element, setText } from '../elements/element.js';
import type { StreamNews } from './reconnecting.js';

/** Shows the state of the connection. It is always visible, and changes are announced to screen readers. */
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
    // Updates the remaining seconds until the next attempt.
    setInterval(() => {
      this.#become(connectionWithoutNews(this.#connection, Date.now()));
      this.#show();
    }, 500);
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Processes an event of the stream. */
  heard(news: StreamNews): void {
    this.#become(connectionAfter(this.#connection, news, Date.now()));
  }

  /** Processes the time at which the server answered a received headline. */
  heardHeadline(answeredAt: number): void {
    this.#become(connectionAt(this.#connection, answeredAt, Date.now()));
  }

  /** Sets whether none of the server's sources can be read. Then no headlines arrive, although the connection works. */
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
