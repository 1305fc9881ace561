/** The initial number of features. */
const FIRST_FEATURES = 2048;

/** The number of slots per feature; a power of two, like the number of features. */
const SLOTS_EACH = 2;

/**
 * The features of one text, with the number of occurrences of each. The object is reused for every text, so that a text
 * makes no garbage. It grows with the features of the longest text.
 */
export class FeatureCounts {
  /** The number of entries. */
  size = 0;
  /** The feature of each entry, in the order of the first occurrence. */
  ids = new Int32Array(FIRST_FEATURES);
  /** The number of occurrences of each. */
  counts = new Int32Array(FIRST_FEATURES);
  /** The first entry of the current block. */
  blockStart = 0;
  /** The position in `#slots` of each entry of the current block. */
  #places = new Int32Array(FIRST_FEATURES);
  /** The feature of each slot, + 1; 0 for a free slot. */
  #slots = new Int32Array(SLOTS_EACH * FIRST_FEATURES);
  /** The entry of each slot's feature. */
  #entries = new Int32Array(SLOTS_EACH * FIRST_FEATURES);

  /** Removes all features. */
  clear(): void {
    this.nextBlock();
    this.size = 0;
    this.blockStart = 0;
  }

  /** Starts a new block. Its features are counted separately from those of earlier blocks. */
  nextBlock(): void {
    for (let entry = this.blockStart; entry < this.size; entry++) this.#slots[this.#places[entry]!] = 0;
    this.blockStart = this.size;
  }

  /**
   * Counts all features of a block. Call it once per block.
   *
   * @param features the features, with repetitions
   * @param count the number of these
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

  /** Makes room for `entries` entries. All slots are free at this point, because a block is counted in one call. */
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
