import type { SourceRow } from '../../contracts/rows/Row.js';

/** The maximum number of stored jumps between lines. */
const MOST_JUMPS = 100_000;

/**
 * Stores the line numbers of rows that arrive in the order of their ids.
 *
 * Most rows take one line, so the line follows from the id. Three values are stored for each row that does not directly
 * follow the previous one, for at most 100,000 such rows. The lines of later rows are unknown.
 */
export class RowPlaces {
  readonly #ids: number[] = [];
  readonly #lines: number[] = [];
  readonly #sources: string[] = [];
  /** The last stored row. Rows up to it occur again in later passes. */
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

  /** The table and the first line of a stored row. */
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

  /** The first line of a stored row in words. For tables other than the first, it includes the table's name. */
  placeOf(id: number): string | undefined {
    const place = this.find(id);
    if (place === undefined) return undefined;
    return place.source === this.#sources[0] ? `line ${place.line}` : `line ${place.line} of ${place.source}`;
  }
}
