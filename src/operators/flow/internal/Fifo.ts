/**
 * First in, first out: values are pushed on one stack and popped from another, which is filled by turning the first one
 * over. No value is moved more than once.
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

  /** The value that waited longest. There must be one. */
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
