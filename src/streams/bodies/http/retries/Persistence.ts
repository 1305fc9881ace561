import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { ConnectionLost } from '../faults/ConnectionLost.js';
import { brokenOff } from '../faults/httpError.js';
import { mayPass } from '../faults/mayPass.js';
import type { CheckedRetryOptions } from './RetryOptions.js';
import { TimeLimit } from './TimeLimit.js';

/** Asks again for what failed, so often and so long as it may, and tells each failure. */
export class Persistence {
  readonly #name: string;
  readonly #retry: CheckedRetryOptions;
  readonly #waitBefore: (attempt: number) => number;
  readonly #signal: AbortSignal;
  /** Closes what is under way: whoever reads has left, or the time is over. */
  readonly #abort = new AbortController();
  readonly #limit: TimeLimit;
  #failures = 0;
  /** The first of the failures in a row. */
  #first: unknown;
  #answered = false;
  #late = false;

  /**
   * @param name what the address is called in messages
   * @param signal whoever reads has left
   */
  constructor(name: string, retry: CheckedRetryOptions, signal: AbortSignal) {
    this.#name = name;
    this.#retry = retry;
    this.#signal = signal;
    this.#waitBefore = retry.waits(retry.scheduler.now());
    this.#limit = new TimeLimit(retry.totalTimeout, retry.scheduler, () => {
      this.#late = true;
      this.#abort.abort();
    });
    const leave = (): void => this.#abort.abort();
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  /** The time, in milliseconds since 1970. */
  get now(): number {
    return this.#retry.scheduler.now();
  }

  /** Waits for the server, for as long as there is time. */
  async awaiting<T>(work: (aborted: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.#limit.spend(() => work(this.#abort.signal));
    } catch (error) {
      if (!this.#late || this.#signal.aborted) throw error;
      throw new HeadwaterError(
        'HW_HTTP_TIMEOUT',
        `${this.#name} did not send the whole in ${this.#retry.totalTimeout} ms of waiting. Try again, or allow more by totalTimeout (--total-timeout of the command, in seconds).`,
        { cause: error, where: this.#name },
      );
    }
  }

  /** A new byte has come: failures are counted anew. */
  advanced(): void {
    this.#answered = true;
    this.#failures = 0;
  }

  /** Sends a request until it is answered. */
  async answer<T>(ask: (aborted: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await this.awaiting(ask);
        this.#answered = true;
        return answer;
      } catch (error) {
        await this.pause(error, 'nothing');
      }
    }
  }

  /**
   * Waits until it is time to ask again after a failure.
   *
   * @param progress what had come by then, in words
   * @throws the error, where asking again is of no use or there is no time for it
   */
  async pause(error: unknown, progress: string): Promise<void> {
    const told = error instanceof ConnectionLost ? error.error : error;
    if (error instanceof ConnectionLost) this.#answered = true;
    if (this.#failures++ === 0) this.#first = told;
    if (this.#late || this.#signal.aborted || !mayPass(error, this.#answered)) throw told;
    // What went wrong first says more than that it could not be mended: a body broke off, and then nobody was there.
    if (this.#failures > this.#retry.maxRetries) throw this.#first;
    const { scheduler, events } = this.#retry;
    const ms = (error instanceof ConnectionLost ? error.atLeastMs : 0) + this.#waitBefore(this.#failures);
    // Who asks for more patience than there is gets none.
    if (ms >= this.#limit.left) throw this.#first;
    const { code, message } = told instanceof HeadwaterError ? told : brokenOff(this.#name, told, progress, '');
    events?.next({ type: 'failed', source: this.#name, at: scheduler.now(), code, message, nextInMs: ms });
    await this.awaiting(
      (aborted) =>
        new Promise<void>((resolve, reject) => {
          const timer = scheduler.schedule(() => resolve(), ms);
          aborted.addEventListener('abort', () => {
            timer.unsubscribe();
            reject(aborted.reason as Error);
          });
        }),
    );
  }
}
