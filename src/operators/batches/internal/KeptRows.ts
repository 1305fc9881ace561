import { defer, type Observable, tap } from 'rxjs';
import type { LabelledTokens, Side } from '../../../contracts/rows/Row.js';
import { emitInSlices, type SliceOptions } from '../../flow/emitInSlices.js';

/** The approximate bytes of a row without its arrays: objects and their headers. */
const ROW_BYTES = 300;

const bytesOf = ({ tokens, vectorIds, features }: LabelledTokens): number =>
  ROW_BYTES +
  tokens.byteLength +
  (vectorIds?.byteLength ?? 0) +
  (features === undefined ? 0 : features.ids.byteLength + features.values.byteLength);

/**
 * Keeps the encoded rows of each side after they were read to their end, so that they are read and encoded only once.
 * If all of them together take more than `most` bytes, none are kept, and each pass reads them again.
 */
export class KeptRows {
  readonly #most: number;
  readonly #sides = new Map<Side, readonly LabelledTokens[]>();
  #bytes = 0;
  #givenUp = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** The rows of a side: the kept rows, or else those of the source, which are kept if there is room. */
  rows(side: Side, read$: Observable<LabelledTokens>, slices: SliceOptions): Observable<LabelledTokens> {
    return defer(() => {
      const kept = this.#sides.get(side);
      if (kept !== undefined) return emitInSlices(kept, slices);
      if (this.#givenUp) return read$;
      let rows: LabelledTokens[] = [];
      let bytes = 0;
      return read$.pipe(
        tap({
          next: (row) => {
            if (this.#givenUp) return;
            rows.push(row);
            bytes += bytesOf(row);
            if (this.#bytes + bytes <= this.#most) return;
            this.#givenUp = true;
            this.#sides.clear();
            rows = [];
          },
          complete: () => {
            if (this.#givenUp || this.#sides.has(side)) return;
            this.#sides.set(side, rows);
            this.#bytes += bytes;
          },
        }),
      );
    });
  }
}
