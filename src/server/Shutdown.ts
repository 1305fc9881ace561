import { ReplaySubject, type Subscriber } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { Connections } from './http/Connections.js';
import type { ServerEvent } from './ServeModelOptions.js';
import type { ServeSettings } from './serveSettings.js';

/**
 * Ends a server without losing a request. First it is no longer ready, but still serves, for `drainDelayMs`. Then the
 * listeners disconnect, and the last requests are answered within `drainMs`.
 */
export class Shutdown {
  /** Emits when the listeners must disconnect: once, and again for each later subscriber. */
  readonly leave$ = new ReplaySubject<void>(1);
  /** Emits when no more lines are read, and listeners that do not read are cut off. */
  readonly cut$ = new ReplaySubject<void>(1);
  readonly #subscriber: Subscriber<ServerEvent>;
  readonly #connections: Connections;
  readonly #listeners: { readonly count: number };
  readonly #settings: ServeSettings;
  #draining = false;
  #left = false;

  /**
   * @param subscriber receives `draining`, and completes after the last answer; `HW_HTTP_TIMEOUT` if requests had to be
   *   cut off
   */
  constructor(
    subscriber: Subscriber<ServerEvent>,
    connections: Connections,
    listeners: { readonly count: number },
    settings: ServeSettings,
  ) {
    this.#subscriber = subscriber;
    this.#connections = connections;
    this.#listeners = listeners;
    this.#settings = settings;
  }

  /** Whether the server has begun to end: it is no longer ready, but still serves. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** Whether listeners had to disconnect. */
  get isLeft(): boolean {
    return this.#left;
  }

  /** Begins to end the server. */
  start(): void {
    const connections = this.#connections;
    this.#draining = true;
    this.#subscriber.next({ type: 'draining', requests: connections.answering - this.#listeners.count });
    connections.close();
    const delayed = setTimeout(() => this.#finish(), this.#settings.drainDelayMs);
    this.#subscriber.add(() => clearTimeout(delayed));
  }

  #finish(): void {
    const { drainMs, drainIdleMs } = this.#settings;
    const subscriber = this.#subscriber;
    const connections = this.#connections;
    const late = setTimeout(() => {
      subscriber.error(
        new HeadwaterError(
          'HW_HTTP_TIMEOUT',
          `${connections.answering} requests were not answered within ${drainMs} ms of ` +
            'the shutdown, and were closed. Allow more time with --drain.',
        ),
      );
    }, drainMs);
    const cut = setTimeout(() => this.cut$.next(), drainMs / 2);
    subscriber.add(() => {
      clearTimeout(late);
      clearTimeout(cut);
    });
    this.#left = true;
    this.leave$.next();
    connections.end(Math.min(drainIdleMs, drainMs / 2), () => subscriber.complete());
  }

  /** Completes the signals, when the server has ended or is cut off. */
  complete(): void {
    this.leave$.complete();
    this.cut$.complete();
  }
}
