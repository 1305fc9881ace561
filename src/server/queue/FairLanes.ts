/** How many values a lane may have taken in its turn. */
const QUANTUM = 16;

/** The share of what is taken at a time that is left to lanes that have had a turn, while there are any. */
const LEFT_TO_OLD = 1 / 4;

/** The values of one who asks, and which of them is next. */
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
 * Values that wait in lanes, one for each who asks. Lanes have their turns one after another, so that one who asks for
 * much is not served before all others; and a lane in which nothing waited has its first turn before those that have had
 * one, so that one who asks for little need not wait for those who ask for much.
 *
 * @see RFC 8290, FlowQueue-CoDel: the scheduler of new and old flows
 */
export class FairLanes<T> {
  /** Those that have not had a turn yet, and those that have; the next turn is the first one's. */
  readonly #fresh = new Map<object, Lane<T>>();
  readonly #old = new Map<object, Lane<T>>();
  #size = 0;

  /** How many values wait. */
  get size(): number {
    return this.#size;
  }

  /** Lets a value wait. @param key who asks */
  push(key: object, value: T): void {
    let lane = this.#fresh.get(key) ?? this.#old.get(key);
    if (lane === undefined) this.#fresh.set(key, (lane = new Lane()));
    lane.push(value);
    this.#size += 1;
  }

  /** Takes so many values at most. Those of one lane keep their order. */
  take(most: number): T[] {
    const taken: T[] = [];
    this.#turns(this.#fresh, taken, this.#old.size === 0 ? most : Math.ceil(most * (1 - LEFT_TO_OLD)));
    this.#turns(this.#old, taken, most);
    this.#size -= taken.length;
    return taken;
  }

  /** Lets everybody go. */
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
      // At the end of the line: a lane of old ones comes up again in this very loop.
      if (lane.size > 0) this.#old.set(key, lane);
    }
  }
}
