import type { DeadLetter } from '../../../contracts/rows/Rejection.js';
import { type Preprocessed, type Row, type Side, type SidedRow, SIDES } from '../../../contracts/rows/Row.js';
import type { SideCounts } from '../../../contracts/training/SideCounts.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import { SideByRow } from './SideByRow.js';

const noRows = (): Record<Side, number> => ({ train: 0, validation: 0, test: 0 });

/** What is known of a class so far. */
interface ClassSoFar {
  readonly rows: Record<Side, number>;
  /**
   * The ids of the class's rows while none of them is on train. The first train row empties it. The first row of a
   * class is on train unless it is a repeat, so only few ids wait here.
   */
  withoutTrain: number[];
}

/**
 * Collects facts about the rows while they are divided: the side of each row, and the number of rows per side and
 * class.
 *
 * Holds one byte a row, and an entry per class.
 */
export class SplitCounts {
  readonly sides = new SideByRow();
  readonly classes = new Map<string, ClassSoFar>();
  readonly leftOut = new Set<number>();
  /** Whether any train row has text left after preprocessing. */
  hasText = false;
  /** The number of titles that were cut at the maximum number of tokens. */
  cut = 0;
  /** The number of rows that were read, including rows without text. */
  read = 0;
  /** Whether rows without text are on no side. */
  readonly dropsEmpty: boolean;
  #rowsWithoutText = 0;
  #firstWithoutText: Row | undefined;

  constructor(dropsEmpty = false) {
    this.dropsEmpty = dropsEmpty;
  }

  /** Counts a row, and returns whether it is put on a side. */
  keeps(row: Preprocessed<Row>): boolean {
    this.read++;
    if (row.text !== '') return true;
    this.#rowsWithoutText++;
    // The shuffle changes the order of the rows, so the smallest id is the first row of the source.
    if (this.#firstWithoutText === undefined || row.id < this.#firstWithoutText.id) this.#firstWithoutText = row;
    if (this.dropsEmpty) this.sides.recordWithoutText(row.id);
    return !this.dropsEmpty;
  }

  /** The rows whose titles have no token left. */
  get withoutText(): {
    readonly rows: number;
    readonly first: Row | undefined;
    readonly has: (id: number) => boolean;
  } {
    const { sides } = this;
    return { rows: this.#rowsWithoutText, first: this.#firstWithoutText, has: (id) => sides.isWithoutText(id) };
  }

  add({ side, row: { id, category, text } }: SidedRow<Preprocessed<Row>>): void {
    this.sides.record(id, side);
    const known = this.classes.get(category);
    const { rows, withoutTrain } = known ?? { rows: noRows(), withoutTrain: [] };
    rows[side]++;
    if (side === 'train') this.hasText ||= text !== '';
    if (rows.train === 0) withoutTrain.push(id);
    this.classes.set(category, { rows, withoutTrain: rows.train === 0 ? withoutTrain : [] });
  }

  /** The number of rows on each side, over all classes. */
  get rows(): SideCounts {
    const total = noRows();
    for (const { rows } of this.classes.values()) for (const side of SIDES) total[side] += rows[side];
    return total;
  }

  /** Removes the rows of a class without train rows from their sides, and reports each of them. */
  leaveOut(category: string, rejections: DeadLetter, source: string): void {
    const ids = this.classes.get(category)?.withoutTrain ?? [];
    this.classes.delete(category);
    for (const id of ids.toSorted((a, b) => a - b)) {
      this.sides.forget(id);
      this.leftOut.add(id);
      rejections.next({
        type: 'rejection',
        reason: 'field',
        id,
        source,
        category: excerpt(category),
        field: 'category',
        expected: 'a class with at least one train row',
        got: excerpt(category),
      });
    }
  }
}
