import { Observable } from 'rxjs';

/** Limits how many tasks run at the same time; the others wait in a queue. */
export class ConcurrencyLimit {
  #room: number;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  /** @param room the number of tasks that run at the same time, at least 1 */
  constructor(room: number) {
    this.#room = room;
  }

  /** Whether no task runs or waits. */
  get idle(): boolean {
    return this.#inside === 0 && this.#waiting.size === 0;
  }

  /** Lets no more tasks in. */
  close(): void {
    this.#room = 0;
  }

  /**
   * Waits in the queue, then emits the function that releases the place, and completes. Calling that function again has
   * no effect. Unsubscribing before that leaves the queue.
   */
  enter(): Observable<() => void> {
    return new Observable((subscriber) => {
      const go = (): void => {
        this.#waiting.delete(go);
        this.#inside++;
        let inside = true;
        subscriber.next(() => {
          if (!inside) return;
          inside = false;
          this.#inside--;
          this.#admit();
        });
        subscriber.complete();
      };
      this.#waiting.add(go);
      this.#admit();
      return () => this.#waiting.delete(go);
    });
  }

  #admit(): void {
    if (this.#inside >= this.#room) return;
    // A Set keeps insertion order, so the first one waits the longest.
    const [first] = this.#waiting;
    first?.();
  }
}
