/** Entries that there is room for at first; a power of two, as every size is. */
const FIRST_ENTRIES = 2048;

const slotFor = (id: number, mask: number): number => (id ^ (id >>> 10)) & mask;

/**
 * Features of one text, each with how often it occurs. It is kept and filled again, so that a text leaves no garbage
 * behind; it grows to twice the features of the longest text.
 */
export class FeatureCounts {
  /** How many entries there are. */
  size = 0;
  /** The feature of each entry, in the order in which they were first counted. */
  ids = new Int32Array(FIRST_ENTRIES);
  /** How often each occurs. */
  counts = new Int32Array(FIRST_ENTRIES);
  /** The entry where the present block begins. */
  blockStart = 0;
  /** Where each entry of the present block stands in `#slots`. */
  #places = new Int32Array(FIRST_ENTRIES);
  /** The entry whose feature leads here, + 1; 0 for a free slot. At most every second one is taken. */
  #slots = new Int32Array(2 * FIRST_ENTRIES);

  /** Forgets all features. */
  clear(): void {
    this.nextBlock();
    this.size = 0;
    this.blockStart = 0;
  }

  /** What is counted from now on is counted apart from what was before. */
  nextBlock(): void {
    for (let entry = this.blockStart; entry < this.size; entry++) this.#slots[this.#places[entry]!] = 0;
    this.blockStart = this.size;
  }

  count(id: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotFor(id, mask);
    for (let taken = slots[slot]!; taken !== 0; taken = slots[slot]!) {
      if (this.ids[taken - 1] === id) {
        this.counts[taken - 1]!++;
        return;
      }
      slot = (slot + 1) & mask;
    }
    if (this.size === this.ids.length) {
      this.#grow();
      this.count(id);
      return;
    }
    const entry = this.size++;
    slots[slot] = entry + 1;
    this.#places[entry] = slot;
    this.ids[entry] = id;
    this.counts[entry] = 1;
  }

  #grow(): void {
    const larger = (array: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(2 * array.length);
      grown.set(array);
      return grown;
    };
    this.ids = larger(this.ids);
    this.counts = larger(this.counts);
    this.#places = larger(this.#places);
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let entry = this.blockStart; entry < this.size; entry++) {
      let slot = slotFor(this.ids[entry]!, mask);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
      this.#places[entry] = slot;
    }
  }
}
