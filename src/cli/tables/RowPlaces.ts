import type { SourceRow } from '../../contracts/rows/Row.js';

/** So many jumps between lines are kept. */
const MOST_JUMPS = 100_000;

/**
 * Remembers the lines of rows that come in the order of their ids.
 *
 * Most rows have a line of their own, so that a line follows from the id: it holds three values for each row that does
 * not follow on the one before, of at most 100,000; the lines of rows after these are not known.
 */
export class RowPlaces {
  readonly #ids: number[] = [];
  readonly #lines: number[] = [];
  readonly #sources: string[] = [];
  /** The last row that was noted. Rows up to it come again in later passes. */
  #last = -1;
  #full = false;

  note({ id, line, source }: SourceRow): void {
    if (this.#full || id <= this.#last) return;
    this.#last = id;
    const at = this.#ids.length - 1;
    if (at >= 0 && this.#sources[at] === source && line - id === (this.#lines[at] ?? 0) - (this.#ids[at] ?? 0)) return;
    if (at + 1 >= MOST_JUMPS) {
      this.#full = true;
      this.#last = id - 1;
      return;
    }
    this.#ids.push(id);
    this.#lines.push(line);
    this.#sources.push(source);
  }

  /** The table and the line that a noted row starts on. */
  find(id: number): Pick<SourceRow, 'source' | 'line'> | undefined {
    if (id > this.#last || this.#ids.length === 0) return undefined;
    let [low, high] = [0, this.#ids.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#ids[middle]! <= id) low = middle;
      else high = middle - 1;
    }
    return { source: this.#sources[low]!, line: this.#lines[low]! + id - this.#ids[low]! };
  }

  /** The line that a noted row starts on, in words; of a table that is not the first one with its name. */
  placeOf(id: number): string | undefined {
    const place = this.find(id);
    if (place === undefined) return undefined;
    return place.source === this.#sources[0] ? `line ${place.line}` : `line ${place.line} of ${place.source}`;
  }
}
