/** The initial number of slots; a power of two, like every size of the table. */
const FIRST_SLOTS = 1024;

/**
 * The largest allowed run of occupied slots. In a half-empty table, a run is at most a few dozen slots long by chance.
 */
const LONGEST_CHAIN = 4096;

const SPACE = 32;

// FNV-1a over UTF-16 units.
const BASIS = 0x811c9dc5 | 0;
const hashed = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);

/** The same array with more room. */
const grown = <A extends Int32Array | Uint16Array>(array: A, least: number): A => {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(least, 2 * array.length));
  larger.set(array);
  return larger;
};

/**
 * Numbers tokens in the order of their first occurrence, from 0, and converts texts to such numbers.
 *
 * A `Map` would need a separate string for each token of a text, which is created, hashed and discarded. Here a token
 * is hashed while its end is searched, and compared in place. This takes a third of the time.
 *
 * With words, tokens are the parts between single spaces. So an empty text has one token, the empty word, and two
 * spaces in a row have an empty word between them; JavaScript's `split` and Python's do the same. With characters,
 * tokens are code points, as in Python, not UTF-16 units; an empty text has none.
 *
 * Memory: 2 bytes per UTF-16 unit of a token and 16 bytes per token, or up to twice as much while it grows.
 */
export class TokenTable {
  /** The numbers of the tokens of the last text read; -1 for an unknown token. */
  numbers = new Int32Array(64);

  readonly #charLevel: boolean;
  #size = 0;
  /** The tokens one after another, in UTF-16 units. */
  #units: Uint16Array = new Uint16Array(8 * FIRST_SLOTS);
  /** The start of each token in `#units`, and the start of the next one to be added. */
  #starts: Int32Array = new Int32Array(FIRST_SLOTS);
  #hashes: Int32Array = new Int32Array(FIRST_SLOTS);
  /** The number of the token in each slot, + 1; 0 for a free slot. At most every second slot is occupied. */
  #slots = new Int32Array(FIRST_SLOTS);

  constructor(charLevel: boolean) {
    this.#charLevel = charLevel;
  }

  /** The number of known tokens. */
  get size(): number {
    return this.#size;
  }

  /** The token with a number. */
  token(number: number): string {
    const end = this.#starts[number + 1]!;
    let token = '';
    for (let at = this.#starts[number]!; at < end;) {
      // In pieces that a call can take as arguments.
      const units: number[] = [];
      while (at < end && units.length < 4096) units.push(this.#units[at++]!);
      token += String.fromCharCode(...units);
    }
    return token;
  }

  /** The tokens one after another in the order of their numbers, in UTF-16 units. */
  get units(): Uint16Array {
    return this.#units.subarray(0, this.#starts[this.#size]);
  }

  /** The start of each token in `units`, and the end of the last one; one more value than there are tokens. */
  get starts(): Int32Array {
    return this.#starts.subarray(0, this.#size + 1);
  }

  /**
   * Makes a table of consecutive tokens. It shares their memory, which must not be changed.
   *
   * @param starts the start of each token, rising from 0, and the end of the last one
   * @returns the table; or the reason why there is none: a token occurs twice, or so many tokens have colliding hashes
   * that the file must be hostile
   */
  static of(units: Uint16Array, starts: Int32Array): TokenTable | 'repeated' | 'colliding' {
    const table = new TokenTable(false);
    const size = starts.length - 1;
    let length = FIRST_SLOTS;
    while (length < 2 * size) length *= 2;
    const slots = new Int32Array(length);
    const hashes = new Int32Array(size);
    const mask = length - 1;
    for (let number = 0; number < size; number++) {
      const start = starts[number]!;
      const end = starts[number + 1]!;
      let hash = BASIS;
      for (let at = start; at < end; at++) hash = hashed(hash, units[at]!);
      let slot = (hash ^ (hash >>> 15)) & mask;
      for (let taken = slots[slot]!, steps = 0; taken !== 0; taken = slots[slot]!, steps++) {
        if (hashes[taken - 1] === hash) {
          const other = starts[taken - 1]!;
          let same = starts[taken]! - other === end - start;
          for (let at = start; same && at < end; at++) same = units[at] === units[other + at - start];
          if (same) return 'repeated';
        }
        if (steps === LONGEST_CHAIN) return 'colliding';
        slot = (slot + 1) & mask;
      }
      slots[slot] = number + 1;
      hashes[number] = hash;
    }
    table.#size = size;
    table.#units = units;
    table.#starts = starts;
    table.#hashes = hashes;
    table.#slots = slots;
    return table;
  }

  /** The number of a token, or -1 where it is unknown. */
  numberOf(token: string): number {
    return this.#slots[this.#slotOf(token, 0, token.length, this.#hash(token))]! - 1;
  }

  /** Gives an unknown token the next number. */
  add(token: string): void {
    this.#put(token, 0, token.length, this.#hash(token));
  }

  /**
   * Reads a text. Its tokens are in `numbers` until the next text is read.
   *
   * @param learn whether unknown tokens get a number
   * @param charLevel whether the text's tokens are code points. Default: as given to the constructor
   * @returns the number of tokens of the text
   */
  read(text: string, learn: boolean, charLevel = this.#charLevel): number {
    const gap = charLevel ? 0 : 1;
    const limit = text.length + gap;
    let count = 0;
    for (let from = 0, end = 0; from < limit; from = end + gap) {
      end = charLevel ? from + (text.codePointAt(from)! > 0xffff ? 2 : 1) : text.length;
      let hash = BASIS;
      for (let at = from; at < end; at++) {
        const unit = text.charCodeAt(at);
        if (gap > 0 && unit === SPACE) end = at;
        else hash = hashed(hash, unit);
      }
      let number = this.#slots[this.#slotOf(text, from, end, hash)]! - 1;
      if (number === -1 && learn) number = this.#put(text, from, end, hash);
      if (count === this.numbers.length) this.numbers = grown(this.numbers, 0);
      this.numbers[count++] = number;
    }
    return count;
  }

  #hash(token: string): number {
    let hash = BASIS;
    for (let at = 0; at < token.length; at++) hash = hashed(hash, token.charCodeAt(at));
    return hash;
  }

  /** The slot of the token, or the free slot for it. */
  #slotOf(text: string, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    // The lower bits of FNV do not depend on the upper bits of a unit, so the upper half is mixed in.
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let taken = slots[slot]!; taken !== 0; taken = slots[slot]!) {
      if (this.#hashes[taken - 1] === hash && this.#is(taken - 1, text, from, to)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #is(number: number, text: string, from: number, to: number): boolean {
    const units = this.#units;
    const start = this.#starts[number]!;
    if (this.#starts[number + 1]! - start !== to - from) return false;
    for (let at = from, k = start; at < to; at++, k++) if (units[k] !== text.charCodeAt(at)) return false;
    return true;
  }

  #put(text: string, from: number, to: number, hash: number): number {
    const number = this.#size++;
    if (2 * this.#size > this.#slots.length) this.#grow();
    const start = this.#starts[number]!;
    const end = start + to - from;
    if (end > this.#units.length) this.#units = grown(this.#units, end);
    for (let at = from; at < to; at++) this.#units[start + at - from] = text.charCodeAt(at);
    this.#slots[this.#slotOf(text, from, to, hash)] = number + 1;
    this.#starts[number + 1] = end;
    this.#hashes[number] = hash;
    return number;
  }

  #grow(): void {
    this.#starts = grown(this.#starts, 0);
    this.#hashes = grown(this.#hashes, 0);
    const mask = 2 * this.#slots.length - 1;
    const slots = new Int32Array(mask + 1);
    this.#slots.forEach((taken) => {
      if (taken === 0) return;
      const hash = this.#hashes[taken - 1]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = taken;
    });
    this.#slots = slots;
  }
}
