/** Which messages of one partition are in hand, and up to where all have been settled. */
export class OffsetTracker {
  /** In the order in which they were delivered. */
  readonly #inHand: bigint[] = [];
  readonly #settled = new Set<bigint>();
  #next: bigint | undefined;

  /** The offset after the last message before which all have been settled. Undefined where none has. */
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
