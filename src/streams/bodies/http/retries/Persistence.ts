import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { ConnectionLost } from '../faults/ConnectionLost.js';
import { brokenOff } from '../faults/httpError.js';
import { mayPass } from '../faults/mayPass.js';
import type { CheckedRetryOptions } from './RetryOptions.js';
import { TimeLimit } from './TimeLimit.js';

/** Retries failed requests within the limits of count and time, and reports each failure. */
export class Persistence {
  readonly #name: string;
  readonly #retry: CheckedRetryOptions;
  readonly #waitBefore: (attempt: number) => number;
  readonly #signal: AbortSignal;
  /** Aborts the current request: the reader has left, or the time limit is reached. */
  readonly #abort = new AbortController();
  readonly #limit: TimeLimit;
  #failures = 0;
  /** The first of the consecutive failures. */
  #first: unknown;
  #answered: boolean;
  #late = false;

  /**
   * @param name the name of the source in messages
   * @param signal is aborted when the reader leaves
   * @param answered whether the server has answered in an earlier pass
   */
  constructor(name: string, retry: CheckedRetryOptions, signal: AbortSignal, answered: boolean) {
    this.#answered = answered;
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

  /** Waits for the server, within the time limit. */
  async awaiting<T>(work: (aborted: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.#limit.spend(() => work(this.#abort.signal));
    } catch (error) {
      if (!this.#late || this.#signal.aborted) throw error;
      throw new HeadwaterError(
        'HW_HTTP_TIMEOUT',
        `${this.#name} did not send the whole in ${this.#retry.totalTimeout} ms of waiting. ` +
          'Try again, or allow more by totalTimeout (--total-timeout of the command, in seconds).',
        { cause: error, where: this.#name },
      );
    }
  }

  /** Resets the count of failures, because a new byte has arrived. */
  advanced(): void {
    this.#answered = true;
    this.#failures = 0;
  }

  /** Sends a request, and retries it until there is a response. */
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
   * Waits after a failure until the next retry.
   *
   * @param progress how much had been read, in words
   * @throws the error, or the first of the consecutive failures, if a retry makes no sense or exceeds the limits
   */
  async pause(error: unknown, progress: string): Promise<void> {
    const told = error instanceof ConnectionLost ? error.error : error;
    if (error instanceof ConnectionLost) this.#answered = true;
    if (this.#failures++ === 0) this.#first = told;
    if (this.#late || this.#signal.aborted || !mayPass(error, this.#answered)) throw told;
    // The first failure says more than the later ones. For example, a body broke off, and then the server was not
    // reachable.
    if (this.#failures > this.#retry.maxRetries) throw this.#first;
    const { scheduler, events } = this.#retry;
    const ms = (error instanceof ConnectionLost ? error.atLeastMs : 0) + this.#waitBefore(this.#failures);
    // If the wait exceeds the remaining time, the pass fails now.
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
