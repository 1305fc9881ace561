const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

/**
 * A set of row ids with one bit per row, in pages of 4,096 rows that are allocated on demand.
 *
 * An endless source may reject every row, and a `Set` of numbers would take about forty bytes for each.
 *
 * @internal
 */
export class IdSet {
  readonly #pages = new Map<number, Uint32Array>();

  /** Adds an id; returns false if it was already in the set. */
  add(id: number): boolean {
    // Uses division, not a shift, because ids may exceed 2³¹.
    const index = Math.floor(id / PAGE);
    let page = this.#pages.get(index);
    if (page === undefined) {
      page = new Uint32Array(PAGE / 32);
      this.#pages.set(index, page);
    }
    const bit = id - index * PAGE;
    const word = page[bit >>> 5]!;
    const mask = (1 << (bit & 31)) >>> 0;
    if ((word & mask) !== 0) return false;
    page[bit >>> 5] = word | mask;
    return true;
  }
}
