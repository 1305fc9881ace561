import { kindAt, UNSPACED } from '../unicode/characterKinds.js';
import { foldCase } from '../unicode/foldCase.js';

const SPACE = 32;
const OPEN = 60; // <
const CLOSE = 62; // >
const A = 65;
const LETTERS = 26;
const FIRST_WIDE = 128;

/** The value in {@link DelimitedTokens.nextCased} where no later unit differs from its lower case. */
const NEVER = 0x7fffffff;

/**
 * The tokens of a text as UTF-16 units, each between `<` and `>`, in lower case and as written. The object is reused
 * for every text, so that a text makes no garbage.
 */
export class DelimitedTokens {
  /** The number of tokens. */
  count = 0;
  /** The tokens in lower case. */
  units = new Uint16Array(512);
  /** The positions of each token's `<` (at 2i) and `>` (at 2i + 1). */
  bounds = new Int32Array(256);
  /** The tokens as written; valid only where {@link read} returned true. */
  written = new Uint16Array(512);
  writtenBounds = new Int32Array(256);
  /**
   * The tokens in lower case, where neighbours of scripts without spaces between words are one token: the runs. They
   * are the same arrays as `units` and `bounds` where no token has such a neighbour.
   */
  runUnits = this.units;
  runBounds = this.bounds;
  runCount = 0;
  /** The memory of `runUnits` and `runBounds` where they differ from `units` and `bounds`. */
  #merged = new Uint16Array(0);
  #mergedBounds = new Int32Array(0);
  /** For each position of `written`, the next position (including itself) that differs from its lower case. */
  nextCased = new Int32Array(512);

  /**
   * Reads a text.
   *
   * @param text tokens separated by one space
   * @param cased whether the tokens as written are needed too
   * @param runs whether neighbours of scripts without spaces are merged into runs
   * @returns whether they are needed and differ from the lower-case tokens
   */
  read(text: string, cased: boolean, runs: boolean): boolean {
    const { length } = text;
    // Every token has at least one unit, and two more units around it.
    if (2 * length + 2 > this.units.length) this.#reserve(4 * length + 4);
    const { units, written, bounds } = this;
    let size = 0;
    let count = 0;
    let capitals = false;
    for (let at = 0; at < length; at++) {
      let unit = text.charCodeAt(at);
      if (unit === SPACE) continue;
      bounds[2 * count] = size;
      units[size] = written[size] = OPEN;
      size++;
      do {
        if (unit >= FIRST_WIDE) return this.#readWide(text, cased, runs);
        written[size] = unit;
        if ((unit - A) >>> 0 < LETTERS) {
          unit += 32;
          capitals = true;
        }
        units[size++] = unit;
        unit = ++at < length ? text.charCodeAt(at) : SPACE;
      } while (unit !== SPACE);
      bounds[2 * count++ + 1] = size;
      units[size] = written[size] = CLOSE;
      size++;
    }
    this.count = count;
    this.#splitRuns();
    if (!capitals || !cased) return false;
    this.writtenBounds.set(bounds.subarray(0, 2 * count));
    this.#findCased(size, true);
    return true;
  }

  /** The same for a text that is not only ASCII. */
  #readWide(text: string, cased: boolean, runs: boolean): boolean {
    const folded = foldCase(text);
    if (2 * folded.length + 2 > this.units.length) this.#reserve(4 * folded.length + 4);
    const count = this.#write(folded, this.units, this.bounds);
    this.count = count;
    this.#splitRuns();
    if (runs) this.#mergeRuns(folded);
    if (!cased || folded === text) return false;
    this.#write(text, this.written, this.writtenBounds);
    const last = 2 * count - 1;
    // Where lower-casing turned one letter into two, the positions differ. Then every token counts as different from
    // its lower case.
    this.#findCased(this.writtenBounds[last]! + 1, this.writtenBounds[last] === this.bounds[last]);
    return true;
  }

  /**
   * Writes the tokens of a text, each between `<` and `>`.
   *
   * @param merges whether neighbours of scripts without spaces become one token
   * @returns the number of tokens
   */
  #write(text: string, into: Uint16Array, bounds: Int32Array, merges = false): number {
    let size = 0;
    let count = 0;
    let wasUnspaced = false;
    for (let at = 0; at < text.length; at++) {
      let unit = text.charCodeAt(at);
      if (unit === SPACE) continue;
      const isUnspaced = merges && kindAt(text, at) === UNSPACED;
      // The token continues a run in place of the run's last `>`.
      if (isUnspaced && wasUnspaced) {
        size--;
        count--;
      } else {
        bounds[2 * count] = size;
        into[size++] = OPEN;
      }
      wasUnspaced = isUnspaced;
      do {
        into[size++] = unit;
        unit = ++at < text.length ? text.charCodeAt(at) : SPACE;
      } while (unit !== SPACE);
      bounds[2 * count++ + 1] = size;
      into[size++] = CLOSE;
    }
    return count;
  }

  /** Makes each token a run of its own. */
  #splitRuns(): void {
    this.runUnits = this.units;
    this.runBounds = this.bounds;
    this.runCount = this.count;
  }

  /** Merges the neighbours of scripts without spaces in a text that was just read. */
  #mergeRuns(text: string): void {
    if (this.#merged.length < this.units.length) {
      this.#merged = new Uint16Array(this.units.length);
      this.#mergedBounds = new Int32Array(this.bounds.length);
    }
    const count = this.#write(text, this.#merged, this.#mergedBounds, true);
    if (count === this.count) return;
    this.runUnits = this.#merged;
    this.runBounds = this.#mergedBounds;
    this.runCount = count;
  }

  #findCased(size: number, aligned: boolean): void {
    const { units, written, writtenBounds, nextCased } = this;
    let next = NEVER;
    let token = this.count - 1;
    for (let at = size - 1; at >= 0; at--) {
      if (token >= 0 && at === writtenBounds[2 * token + 1]) {
        // Units of the next token do not count for this one.
        next = NEVER;
        token--;
      } else if (at !== writtenBounds[2 * token + 2] && (!aligned || units[at] !== written[at])) next = at;
      nextCased[at] = next;
    }
  }

  #reserve(room: number): void {
    this.units = new Uint16Array(room);
    this.written = new Uint16Array(room);
    this.bounds = new Int32Array(room);
    this.writtenBounds = new Int32Array(room);
    this.nextCased = new Int32Array(room);
  }
}
