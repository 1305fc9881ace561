/** Features that there is room for at first. */
const FIRST_FEATURES = 2048;

/** How many slots there are for a feature; a power of two, as their number is. */
const SLOTS_EACH = 2;

/**
 * Features of one text, each with how often it occurs. It is kept and filled again, so that a text leaves no garbage
 * behind; it grows with the features of the longest text.
 */
export class FeatureCounts {
  /** How many entries there are. */
  size = 0;
  /** The feature of each entry, in the order in which they were first counted. */
  ids = new Int32Array(FIRST_FEATURES);
  /** How often each occurs. */
  counts = new Int32Array(FIRST_FEATURES);
  /** The entry where the present block begins. */
  blockStart = 0;
  /** Where each entry of the present block stands in `#slots`. */
  #places = new Int32Array(FIRST_FEATURES);
  /** The feature that leads here, + 1; 0 for a free slot. */
  #slots = new Int32Array(SLOTS_EACH * FIRST_FEATURES);
  /** The entry of the feature that leads here. */
  #entries = new Int32Array(SLOTS_EACH * FIRST_FEATURES);

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

  /**
   * Counts features, of a block the first and only time.
   *
   * @param features the features, as often as they occur
   * @param count how many of them there are
   */
  countAll(features: Int32Array, count: number): void {
    this.#reserve(this.size + count);
    const { ids, counts } = this;
    const [slots, entries, places] = [this.#slots, this.#entries, this.#places];
    const mask = slots.length - 1;
    let { size } = this;
    for (let i = 0; i < count; i++) {
      const key = features[i]! + 1;
      let slot = (key ^ (key >>> 10)) & mask;
      let taken = slots[slot]!;
      while (taken !== 0 && taken !== key) {
        slot = (slot + 1) & mask;
        taken = slots[slot]!;
      }
      if (taken === key) {
        counts[entries[slot]!]!++;
        continue;
      }
      slots[slot] = key;
      entries[slot] = size;
      places[size] = slot;
      ids[size] = key - 1;
      counts[size++] = 1;
    }
    this.size = size;
  }

  /** Makes room for so many entries. The slots are free: a block is counted at once. */
  #reserve(entries: number): void {
    if (entries <= this.ids.length) return;
    const room = 2 ** Math.ceil(Math.log2(entries));
    const larger = (array: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(room);
      grown.set(array);
      return grown;
    };
    this.ids = larger(this.ids);
    this.counts = larger(this.counts);
    this.#places = new Int32Array(room);
    this.#slots = new Int32Array(SLOTS_EACH * room);
    this.#entries = new Int32Array(SLOTS_EACH * room);
  }
}
