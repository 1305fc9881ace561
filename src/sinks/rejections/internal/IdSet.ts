const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

/**
 * A set of row ids at one bit a row, in pages of 4,096 rows that are made when one of their rows comes in.
 *
 * Rejections may be of every row of an endless source: a `Set` of numbers would take some forty bytes for each.
 *
 * @internal
 */
export class IdSet {
  readonly #pages = new Map<number, Uint32Array>();

  /** Puts an id in; false when it was there. */
  add(id: number): boolean {
    // By division, not by shifting: ids may exceed 2³¹.
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
