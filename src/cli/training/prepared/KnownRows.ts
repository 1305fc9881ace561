import { defer, map, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Row } from '../../../contracts/rows/Row.js';
import type { SideCounts } from '../../../contracts/training/SideCounts.js';
import type { OlderModel } from './olderModel.js';

const count = (rows: number): string => rows.toLocaleString('en');

/**
 * The rows whose text an older model was trained on. They become train rows, because the older model knows their
 * classes, so they cannot measure the new one.
 */
export class KnownRows {
  readonly #older: OlderModel;
  #all = 0;
  #known = 0;
  /** The known rows that have a side of their own, and are not train rows. */
  #elsewhere = 0;

  constructor(older: OlderModel) {
    this.#older = older;
  }

  /** Gives known rows the train side, unless they have a side of their own. */
  readonly dividing: MonoTypeOperatorFunction<Row> = (row$) =>
    defer(() => {
      this.#all = this.#known = this.#elsewhere = 0;
      return row$.pipe(
        tap(() => (this.#all += 1)),
        map((row): Row => {
          if (this.#older.artifacts.seen?.has(row.title) !== true) return row;
          this.#known += 1;
          if (row.side !== undefined && row.side !== 'train') this.#elsewhere += 1;
          return row.side === undefined ? { ...row, side: 'train' } : row;
        }),
      );
    });

  /** Notes for the user, one for each line. */
  get lines(): readonly string[] {
    const { dir, artifacts } = this.#older;
    if (artifacts.seen === undefined)
      return [
        `warm start: ${dir} does not say which texts it was trained on. If they are among these rows, the scores ` +
          'will be too high.',
      ];
    if (this.#known === 0)
      return [`warm start: none of ${count(this.#all)} rows has a text that ${dir} was trained on`];
    const known =
      `warm start: ${count(this.#known)} of ${count(this.#all)} rows have a text that ${dir} was trained on; ` +
      'they are train rows';
    if (this.#elsewhere === 0) return [known];
    return [
      `${known}, except ${count(this.#elsewhere)} that were given as validation or test rows: the scores will be ` +
        'too high',
    ];
  }

  /**
   * Refuses a split without validation rows where these are wanted.
   *
   * @throws HeadwaterError `HW_EMPTY`
   */
  checkSides(rows: SideCounts, shares: { readonly validation: number }): void {
    if (rows.validation > 0 || shares.validation === 0 || this.#known === 0) return;
    const { dir } = this.#older;
    throw new HeadwaterError(
      'HW_EMPTY',
      `${count(this.#known)} of ${count(this.#all)} rows have a text that ${dir} was trained on, so too few ` +
        'others are left to validate the new model. Add rows that it was not trained on, or give them as ' +
        '--validation-data.',
      { where: dir },
    );
  }
}
