import { type Observable, Subscription } from 'rxjs';

/** Decides when checkpoints of a training are taken: after a number of steps, or when an Observable emits. */
export class CheckpointRequests {
  readonly #every: number | Observable<unknown>;
  /** The number of steps when the last checkpoint was taken. */
  #taken: number;
  #asked = false;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param every a number of steps, or an Observable that emits to request a checkpoint
   * @param steps the number of steps made before
   */
  constructor(every: number | Observable<unknown>, steps: number) {
    this.#every = every;
    this.#taken = steps;
  }

  /** Subscribes to the requests for checkpoints, until it is unsubscribed from. */
  listen(): Subscription {
    if (typeof this.#every === 'number') return new Subscription();
    return this.#every.subscribe({
      next: () => (this.#asked = true),
      error: (error: unknown) => (this.#failure = { error }),
    });
  }

  /**
   * Whether a checkpoint is due now. If so, it counts as taken.
   *
   * @param steps the number of steps so far
   * @throws the error of the Observable that requests checkpoints
   */
  take(steps: number): boolean {
    if (this.#failure !== undefined) throw this.#failure.error;
    const due = typeof this.#every === 'number' ? steps - this.#taken >= this.#every : this.#asked;
    if (!due) return false;
    this.#asked = false;
    this.#taken = steps;
    return true;
  }
}
