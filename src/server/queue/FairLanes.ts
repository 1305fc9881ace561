/** The maximum number of values that are taken from a lane in one turn. */
const QUANTUM = 16;

/** The share of each take that is reserved for lanes that already had a turn, if there are any. */
const LEFT_TO_OLD = 1 / 4;

/** The values of one client, and the index of the next one. */
class Lane<T> {
  readonly #values: T[] = [];
  #next = 0;

  get size(): number {
    return this.#values.length - this.#next;
  }

  push(value: T): void {
    if (this.#next > 1024) {
      this.#values.splice(0, this.#next);
      this.#next = 0;
    }
    this.#values.push(value);
  }

  moveTo(taken: T[], most: number): number {
    const end = Math.min(this.#values.length, this.#next + most);
    const moved = end - this.#next;
    while (this.#next < end) taken.push(this.#values[this.#next++]!);
    return moved;
  }
}

/**
 * Values that wait in lanes, one lane for each client. Lanes take turns, so a client with many values does not block
 * the others. A lane that was empty has its first turn before the lanes that already had one, so a client with few
 * values does not wait for the clients with many.
 *
 * @see RFC 8290, FlowQueue-CoDel: the scheduler of new and old flows
 */
export class FairLanes<T> {
  /** The lanes without a turn so far, and the lanes that had one. The first lane has the next turn. */
  readonly #fresh = new Map<object, Lane<T>>();
  readonly #old = new Map<object, Lane<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a value. @param key the client */
  push(key: object, value: T): void {
    let lane = this.#fresh.get(key) ?? this.#old.get(key);
    if (lane === undefined) this.#fresh.set(key, (lane = new Lane()));
    lane.push(value);
    this.#size += 1;
  }

  /** Takes at most `most` values. The values of one lane keep their order. */
  take(most: number): T[] {
    const taken: T[] = [];
    this.#turns(this.#fresh, taken, this.#old.size === 0 ? most : Math.ceil(most * (1 - LEFT_TO_OLD)));
    this.#turns(this.#old, taken, most);
    this.#size -= taken.length;
    return taken;
  }

  clear(): void {
    this.#fresh.clear();
    this.#old.clear();
    this.#size = 0;
  }

  #turns(lanes: Map<object, Lane<T>>, taken: T[], until: number): void {
    for (const [key, lane] of lanes) {
      if (taken.length >= until) return;
      lane.moveTo(taken, Math.min(QUANTUM, until - taken.length));
      lanes.delete(key);
      // The lane moves to the end of the order. In the loop over the old lanes, it is visited again.
      if (lane.size > 0) this.#old.set(key, lane);
    }
  }
}
