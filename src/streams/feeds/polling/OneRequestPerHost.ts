import { defer, finalize, mergeMap, NEVER, type Observable, type SchedulerLike } from 'rxjs';
import { ConcurrencyLimit } from './ConcurrencyLimit.js';

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

  /**
   * Waits for its turn at a host, then runs `work`. The turn ends when `work` ends or is unsubscribed from.
   *
   * @param work receives how long the host is still on hold, in milliseconds. It sends no request before that
   */
  atTurn<T>(name: string, work: (heldMs: number) => Observable<T>): Observable<T> {
    return defer(() => {
      const host = this.#host(name);
      return host.line.enter().pipe(
        mergeMap((leave) =>
          (this.#closed ? NEVER : work(Math.max(0, host.until - this.#scheduler.now()))).pipe(
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

  #forget(name: string, host: Host): void {
    if (host.line.idle && host.until <= this.#scheduler.now() && this.#hosts.get(name) === host)
      this.#hosts.delete(name);
  }
}
