/** Tracks the unsettled messages of one partition, and the offset up to which all are settled. */
export class OffsetTracker {
  /** In the order of delivery. */
  readonly #inHand: bigint[] = [];
  readonly #settled = new Set<bigint>();
  #next: bigint | undefined;

  /** The offset after the last message up to which all are settled; undefined if the first one is not settled yet. */
  get next(): bigint | undefined {
    return this.#next;
  }

  take(offset: bigint): void {
    this.#inHand.push(offset);
  }

  settle(offset: bigint): void {
    this.#settled.add(offset);
    let passed = 0;
    for (; passed < this.#inHand.length; passed++) {
      const first = this.#inHand[passed]!;
      if (!this.#settled.delete(first)) break;
      this.#next = first + 1n;
    }
    if (passed > 0) this.#inHand.splice(0, passed);
  }
}
