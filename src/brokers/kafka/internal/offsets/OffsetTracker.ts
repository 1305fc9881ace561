const NONE: ReadonlySet<bigint> = new Set();

/**
 * Tracks the unsettled messages of one partition, and the offset up to which all are settled.
 *
 * @typeParam L what is kept of a message that was given up, until it is stored as a dead letter
 */
export class OffsetTracker<L> {
  /** In the order of delivery. */
  readonly #inHand: bigint[] = [];
  readonly #settled = new Set<bigint>();
  readonly #letters = new Map<bigint, L>();
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
    this.#letters.delete(offset);
    let passed = 0;
    for (; passed < this.#inHand.length; passed++) {
      const first = this.#inHand[passed]!;
      if (!this.#settled.delete(first)) break;
      this.#next = first + 1n;
    }
    if (passed > 0) this.#inHand.splice(0, passed);
  }

  /** Keeps the letter of a message until the message is settled. */
  giveUp(offset: bigint, letter: L): void {
    this.#letters.set(offset, letter);
  }

  /** The letters of messages before an offset, in the order of the messages; all letters if it is undefined. */
  lettersBefore(offset: bigint | undefined): readonly L[] {
    if (this.#letters.size === 0) return [];
    return [...this.#letters]
      .filter(([at]) => offset === undefined || at < offset)
      .toSorted(([a], [b]) => Number(a - b))
      .map(([, letter]) => letter);
  }

  /** The letters before which no message is unsettled, in the order of the messages. */
  get firstLetters(): readonly L[] {
    if (this.#letters.size === 0) return [];
    return this.lettersBefore(this.firstOpen());
  }

  /** The first message that is not settled, has no letter, and is not among these; undefined if there is none. */
  firstOpen(among: ReadonlySet<bigint> = NONE): bigint | undefined {
    return this.#inHand.find(
      (offset) => !among.has(offset) && !this.#settled.has(offset) && !this.#letters.has(offset),
    );
  }
}
