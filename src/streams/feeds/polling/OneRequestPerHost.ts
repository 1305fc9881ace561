import { concatMap, defer, finalize, map, mergeMap, NEVER, of, type Observable, type SchedulerLike } from 'rxjs';
import { ConcurrencyLimit } from './ConcurrencyLimit.js';
import { waitFor } from './waitFor.js';

interface Host {
  readonly line: ConcurrencyLimit;
  /** No request is sent to the host before this time. */
  until: number;
}

/** Allows one request per host at a time, and none to a host while it is on hold. */
export class OneRequestPerHost {
  readonly #scheduler: SchedulerLike;
  readonly #hosts = new Map<string, Host>();
  #closed = false;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  /** Waits for its turn at a host, then runs `work`. The turn ends when `work` ends or is unsubscribed from. */
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

  /** Sends no requests to a host for the given number of milliseconds. */
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

  /** Emits once when the host's hold is over. */
  #quiet(host: Host): Observable<undefined> {
    const wait = host.until - this.#scheduler.now();
    return wait <= 0 ? of(undefined) : waitFor(wait, this.#scheduler).pipe(map(() => undefined));
  }

  #forget(name: string, host: Host): void {
    if (host.line.idle && host.until <= this.#scheduler.now() && this.#hosts.get(name) === host)
      this.#hosts.delete(name);
  }
}
