import { Observable } from 'rxjs';

/** Lets so many through at a time; the others wait in line. */
export class ConcurrencyLimit {
  readonly #room: number;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  /** @param room how many are let through at a time, at least 1 */
  constructor(room: number) {
    this.#room = room;
  }

  /** Whether no task runs or waits. */
  get idle(): boolean {
    return this.#inside === 0 && this.#waiting.size === 0;
  }

  /**
   * Waits in line, then gives what is to be called when done (once or more), and completes. Unsubscribing before that
   * leaves the line.
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
    // A Set keeps the order in which they came.
    const [first] = this.#waiting;
    first?.();
  }
}
