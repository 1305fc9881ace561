/**
 * A first-in, first-out queue. Values are pushed on one stack and popped from another. When the second stack is empty,
 * the reversed first stack replaces it. No value is moved more than once.
 */
export class Fifo<T> {
  #incoming: T[] = [];
  #outgoing: T[] = [];

  get size(): number {
    return this.#incoming.length + this.#outgoing.length;
  }

  push(value: T): void {
    this.#incoming.push(value);
  }

  /** Removes the value that has waited longest. The queue must not be empty. */
  shift(): T {
    if (this.#outgoing.length === 0) {
      this.#outgoing = this.#incoming.reverse();
      this.#incoming = [];
    }
    return this.#outgoing.pop()!;
  }

  clear(): void {
    this.#incoming = [];
    this.#outgoing = [];
  }
}
