import { concatMap, defer, finalize, map, mergeMap, NEVER, of, type Observable, type SchedulerLike } from 'rxjs';
import { ConcurrencyLimit } from './ConcurrencyLimit.js';
import { waitFor } from './waitFor.js';

interface Host {
  readonly line: ConcurrencyLimit;
  /** Nothing is asked of it before this time. */
  until: number;
}

/** One request a host at a time, and none to a host that has asked to be left alone. */
export class OneRequestPerHost {
  readonly #scheduler: SchedulerLike;
  readonly #hosts = new Map<string, Host>();
  #closed = false;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  /**
   * Waits until it is one's turn at a host, then does something there. The turn is over when that ends, or is
   * unsubscribed from.
   */
  atTurn<T>(name: string, work: () => Observable<T>): Observable<T> {
    return defer(() => {
      const host = this.#host(name);
      return host.line.enter().pipe(
        mergeMap((leave) =>
          (this.#closed ? NEVER : this.#quiet(host)).pipe(
            concatMap(work),
            finalize(() => {
              leave();
              this.#forget(name, host);
            }),
          ),
        ),
        finalize(() => this.#forget(name, host)),
      );
    });
  }

  /** Leaves a host alone for so many milliseconds. */
  hold(name: string, ms: number): void {
    const host = this.#host(name);
    host.until = Math.max(host.until, this.#scheduler.now() + ms);
  }

  /** Grants no more turns. */
  close(): void {
    this.#closed = true;
  }

  #host(name: string): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host = { line: new ConcurrencyLimit(1), until: 0 };
    this.#hosts.set(name, host);
    return host;
  }

  /** Emits once when the host may be asked. */
  #quiet(host: Host): Observable<undefined> {
    const wait = host.until - this.#scheduler.now();
    return wait <= 0 ? of(undefined) : waitFor(wait, this.#scheduler).pipe(map(() => undefined));
  }

  #forget(name: string, host: Host): void {
    if (host.line.idle && host.until <= this.#scheduler.now() && this.#hosts.get(name) === host)
      this.#hosts.delete(name);
  }
}
