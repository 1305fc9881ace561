import type { DeadLetter } from '../../../contracts/rows/Rejection.js';
import { type Preprocessed, type Row, type Side, type SidedRow, SIDES } from '../../../contracts/rows/Row.js';
import type { SideCounts } from '../../../contracts/training/TrainingEvent.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import { SideByRow } from './SideByRow.js';

const noRows = (): Record<Side, number> => ({ train: 0, validation: 0, test: 0 });

/** What is known of a class so far. */
interface ClassSoFar {
  readonly rows: Record<Side, number>;
  /**
   * The ids of its rows while none of them is on train. Emptied by the first train row, which is the class's first row
   * unless that is a repeat: so few wait here.
   */
  withoutTrain: number[];
}

/**
 * What is found out about the rows while they are divided: each row's side, and how many rows each side and class has.
 *
 * Holds one byte a row, and an entry a class.
 */
export class SplitCounts {
  readonly sides = new SideByRow();
  readonly classes = new Map<string, ClassSoFar>();
  readonly leftOut = new Set<number>();
  /** Whether any train row has text left after preprocessing. */
  hasText = false;
  /** How many titles were read up to the most tokens alone. */
  cut = 0;
  /** The rows that were read, those without text included. */
  read = 0;
  /** Whether rows without text are on no side. */
  readonly dropsEmpty: boolean;
  #rowsWithoutText = 0;
  #firstWithoutText: Row | undefined;

  constructor(dropsEmpty = false) {
    this.dropsEmpty = dropsEmpty;
  }

  /** Counts a row, and tells whether it is to be put on a side. */
  keeps(row: Preprocessed<Row>): boolean {
    this.read++;
    if (row.text !== '') return true;
    this.#rowsWithoutText++;
    // They come out of the shuffle.
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

  /** The rows on each side, those of every class together. */
  get rows(): SideCounts {
    const total = noRows();
    for (const { rows } of this.classes.values()) for (const side of SIDES) total[side] += rows[side];
    return total;
  }

  /** Takes the rows of a class without train rows off their sides, and reports each of them. */
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
