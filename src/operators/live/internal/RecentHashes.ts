/**
 * The most recently seen 64-bit hashes, up to `capacity`. A new hash replaces the least recently seen one.
 *
 * Hash chains and a doubly linked list from oldest to newest. Both link entries by their numbers in typed arrays: 24 to
 * 28 bytes per entry, all allocated at the start, so the memory does not grow with the stream. (A `Map` would need 100
 * bytes or more, and would make garbage for every arrival.)
 */
export class RecentHashes {
  /** The largest capacity: an entry's number + 1 is an int32. */
  static readonly MOST = 2 ** 31 - 1;

  readonly capacity: number;
  #size = 0;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  /** The first entry of each chain, + 1; 0 for an empty chain. */
  readonly #heads: Int32Array;
  /** The next entry of the chain, + 1; 0 at its end. */
  readonly #chain: Int32Array;
  /**
   * The neighbours of each entry from oldest to newest. The place after the last entry (`capacity`) is both ends of the
   * list: its newer neighbour is the oldest entry, its older neighbour the newest.
   */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;

  /** @param capacity how many hashes there is room for, from 1 to `MOST` */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#heads = new Int32Array(2 ** Math.ceil(Math.log2(capacity)));
    this.#chain = new Int32Array(capacity);
    this.#older = new Int32Array(capacity + 1).fill(capacity);
    this.#newer = new Int32Array(capacity + 1).fill(capacity);
  }

  /** The number of hashes. */
  get size(): number {
    return this.#size;
  }

  /** Whether a hash is known. */
  has(high: number, low: number): boolean {
    return this.#find(high, low) !== -1;
  }

  /** Makes a hash the newest, and returns whether it was known. */
  see(high: number, low: number): boolean {
    const known = this.#find(high, low);
    if (known !== -1) {
      this.#unlink(known);
      this.#append(known);
      return true;
    }
    const entry = this.#size < this.capacity ? this.#size++ : this.#evict();
    this.#high[entry] = high;
    this.#low[entry] = low;
    const head = low & (this.#heads.length - 1);
    this.#chain[entry] = this.#heads[head]!;
    this.#heads[head] = entry + 1;
    this.#append(entry);
    return false;
  }

  /** Every hash, its upper and its lower half, from the oldest to the newest. */
  *[Symbol.iterator](): Generator<readonly [high: number, low: number]> {
    for (let entry = this.#newer[this.capacity]!; entry !== this.capacity; entry = this.#newer[entry]!)
      yield [this.#high[entry]!, this.#low[entry]!];
  }

  #find(high: number, low: number): number {
    let entry = this.#heads[low & (this.#heads.length - 1)]! - 1;
    while (entry !== -1 && !(this.#low[entry] === low && this.#high[entry] === high)) entry = this.#chain[entry]! - 1;
    return entry;
  }

  /** Removes the oldest entry, and returns its number for reuse. */
  #evict(): number {
    const oldest = this.#newer[this.capacity]!;
    this.#unlink(oldest);
    const head = this.#low[oldest]! & (this.#heads.length - 1);
    const next = this.#chain[oldest]!;
    if (this.#heads[head] === oldest + 1) this.#heads[head] = next;
    else {
      let before = this.#heads[head]! - 1;
      while (this.#chain[before] !== oldest + 1) before = this.#chain[before]! - 1;
      this.#chain[before] = next;
    }
    return oldest;
  }

  #unlink(entry: number): void {
    const older = this.#older[entry]!;
    const newer = this.#newer[entry]!;
    this.#newer[older] = newer;
    this.#older[newer] = older;
  }

  #append(entry: number): void {
    const ends = this.capacity;
    const newest = this.#older[ends]!;
    this.#newer[newest] = entry;
    this.#older[entry] = newest;
    this.#newer[entry] = ends;
    this.#older[ends] = entry;
  }
}
