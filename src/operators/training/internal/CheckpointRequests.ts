import { type Observable, Subscription } from 'rxjs';

/** When checkpoints of a training are taken: after each so many steps, or when something emits. */
export class CheckpointRequests {
  readonly #every: number | Observable<unknown>;
  /** The steps that had been made when the last one was taken. */
  #taken: number;
  #asked = false;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param every a number of steps, or what emits when one is wanted
   * @param steps the steps made before
   */
  constructor(every: number | Observable<unknown>, steps: number) {
    this.#every = every;
    this.#taken = steps;
  }

  /** Listens to what asks for checkpoints until unsubscribed from. */
  listen(): Subscription {
    if (typeof this.#every === 'number') return new Subscription();
    return this.#every.subscribe({
      next: () => (this.#asked = true),
      error: (error: unknown) => (this.#failure = { error }),
    });
  }

  /**
   * Whether a checkpoint is to be taken now; then it counts as taken.
   *
   * @param steps the steps made so far
   * @throws what asks for checkpoints failed with
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
