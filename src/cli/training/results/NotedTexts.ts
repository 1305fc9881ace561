import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { type Row, type Side, SIDES } from '../../../contracts/rows/Row.js';
import type { Split } from '../../../operators/rows/prepare.js';
import { hashOfText, SeenTexts } from '../../../text/SeenTexts.js';

/** The sides that a training uses: it trains on one, and chooses the model on the other. */
const USED: readonly Side[] = ['train', 'validation'];

/** Notes the texts of a table by the ids of their rows, so that they can be saved with the model. 4 bytes per row. */
export class NotedTexts {
  #hashes = new Uint32Array(1024);
  #rows = 0;

  /** Notes the rows that pass. Their ids are ordinals. */
  readonly noting: MonoTypeOperatorFunction<Row> = tap(({ id, title }) => {
    if (id >= this.#hashes.length) {
      const longer = new Uint32Array(2 * id);
      longer.set(this.#hashes);
      this.#hashes = longer;
    }
    this.#hashes[id] = hashOfText(title);
    this.#rows = Math.max(this.#rows, id + 1);
  });

  /** The texts that a training has used. */
  usedBy({ split, refittedOn }: { readonly split: Split; readonly refittedOn?: number | undefined }): SeenTexts {
    const sides = refittedOn === undefined ? USED : SIDES;
    const used = this.#hashes.subarray(0, this.#rows).filter((_, id) => {
      const side = split.sideOf(id);
      return side !== undefined && sides.includes(side);
    });
    return SeenTexts.fromHashes(used);
  }
}
