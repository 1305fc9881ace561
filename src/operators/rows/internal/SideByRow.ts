import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { SIDES, type Side } from '../../../contracts/rows/Row.js';

const FIRST_ROWS = 16_384;
/** The value of a row without a side. */
const NONE = 255;
/** The value of a row whose title has no token left. */
const WITHOUT_TEXT = 254;

/**
 * Remembers the side of each row by its id.
 *
 * Holds one byte a row, or up to two while it grows. Ids are ordinals, so the array of bytes has almost no gaps.
 */
export class SideByRow {
  #sides = new Uint8Array(FIRST_ROWS).fill(NONE);

  /** The side of the row, or undefined if it has none. */
  sideOf(id: number): Side | undefined {
    return SIDES[this.#sides[id] ?? NONE];
  }

  /**
   * Records the side of a row that has none yet.
   *
   * @throws HeadwaterError `HW_USAGE` when the id is not an ordinal, or another row has it
   */
  record(id: number, side: Side): void {
    this.#put(id, SIDES.indexOf(side));
  }

  /**
   * Records that the title of a row has no token left. Such a row is on no side.
   *
   * @throws HeadwaterError as `record`
   */
  recordWithoutText(id: number): void {
    this.#put(id, WITHOUT_TEXT);
  }

  /** Whether the row's title has no token left. */
  isWithoutText(id: number): boolean {
    return this.#sides[id] === WITHOUT_TEXT;
  }

  #put(id: number, place: number): void {
    // Batches carry ids as int32.
    if (!Number.isInteger(id) || id < 0 || id > 0x7fffffff) {
      throw new HeadwaterError(
        'HW_USAGE',
        `prepare: a row has the id ${id}, but an id is the row's ordinal ` +
          'in its source: a whole number between 0 and 2147483647.',
      );
    }
    if ((this.#sides[id] ?? NONE) !== NONE) {
      throw new HeadwaterError(
        'HW_USAGE',
        `prepare: two rows have the id ${id}, but an id is the row's ordinal in ` +
          'its source. Give the rows new numbers if you join sources.',
      );
    }
    if (id >= this.#sides.length) this.#grow(id + 1);
    this.#sides[id] = place;
  }

  /** Removes the row from its side. */
  forget(id: number): void {
    this.#sides[id] = NONE;
  }

  #grow(rows: number): void {
    const grown = new Uint8Array(Math.max(rows, this.#sides.length * 2)).fill(NONE);
    grown.set(this.#sides);
    this.#sides = grown;
  }
}
