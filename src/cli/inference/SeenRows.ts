import { defer, filter, type MonoTypeOperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import { SeenTexts } from '../../text/SeenTexts.js';

/** A model, and the texts that its training has used; undefined if the model does not say. */
export interface SeenBy {
  readonly directory: string;
  readonly seen: SeenTexts | undefined;
}

/** The description of `--unseen`. */
export const UNSEEN_HELP =
  'leave out the rows whose text the training has used, to train the model or to choose it (default: all rows)';

const count = (rows: number): string => rows.toLocaleString('en');

/** Counts the rows that models have seen in their training, and leaves them out with `--unseen`. */
export class SeenRows {
  /** The texts of all models together. */
  readonly #texts: SeenTexts;
  readonly #isPlural: boolean;
  readonly #leavesOut: boolean;
  #all = 0;
  #seen = 0;

  /**
   * @param models the models that are measured
   * @param leavesOut whether rows that one of them has seen are left out
   * @throws HeadwaterError `HW_ARTIFACT` if they are to be left out, and a model does not know them
   */
  constructor(models: readonly SeenBy[], leavesOut = false) {
    this.#texts = models
      .flatMap(({ seen }) => seen ?? [])
      .reduce((all, seen) => all.union(seen), SeenTexts.fromHashes(new Uint32Array()));
    this.#isPlural = models.length > 1;
    this.#leavesOut = leavesOut;
    const unknown = models.find(({ seen }) => seen === undefined);
    if (leavesOut && unknown !== undefined)
      throw new HeadwaterError(
        'HW_ARTIFACT',
        `${unknown.directory} does not say which texts it was trained on: it has no seen.bin. ` +
          'Train the model again, or leave out --unseen and give rows that it was not trained on.',
        { where: unknown.directory },
      );
  }

  /** The number of rows that one of the models has seen. */
  get seen(): number {
    return this.#seen;
  }

  /** Counts the rows of a pass, from 0 at each pass, and filters them. */
  readonly filtering: MonoTypeOperatorFunction<Row> = (row$) =>
    defer(() => {
      this.#all = this.#seen = 0;
      return row$.pipe(
        filter(({ title }) => {
          this.#all += 1;
          if (!this.#texts.has(title)) return true;
          this.#seen += 1;
          return !this.#leavesOut;
        }),
      );
    });

  /** What a reader of the scores must know; undefined if no model has seen any of the rows. */
  get line(): string | undefined {
    if (this.#seen === 0) return undefined;
    const who = this.#isPlural ? 'one of the models' : 'the model';
    const rows = `${count(this.#seen)} of the ${count(this.#all)} rows have a text that ${who} has seen in training`;
    return this.#leavesOut
      ? `left out: ${rows}`
      : `${rows}, so these scores are too high. Measure the other rows alone with --unseen.`;
  }

  /** The error if no row is left. */
  get noneLeft(): HeadwaterError | undefined {
    return this.#leavesOut && this.#all > 0 && this.#seen === this.#all
      ? new HeadwaterError(
          'HW_EMPTY',
          `All ${count(this.#all)} rows have a text that was used in training, so --unseen leaves none. ` +
            'Give rows that are not among the training data.',
        )
      : undefined;
  }
}
