import { type Random, random } from '../../../contracts/random.js';
import { SIDES, type Side } from '../../../contracts/rows/Row.js';
import type { StratifiedSplitOptions, Shares } from '../StratifiedSplitOptions.js';
import { SideByGroup } from './SideByGroup.js';

/**
 * Scales the shares so that their sum is 1 within floating-point precision. Otherwise the missing part is owed to no
 * side: it would grow row by row until no side is owed enough to take a row.
 */
const whole = (shares: Shares): Shares => {
  const sum = SIDES.reduce((total, side) => total + shares[side], 0);
  return { train: shares.train / sum, validation: shares.validation / sum, test: shares.test / sum };
};

/**
 * Owed amounts that differ by less than this are equal. s·k is not exact, and its last bit must not decide a tie.
 * Enough for 10⁸ rows per class.
 */
const ROUNDING = 1e-8;

/** The number of rows of one class on each side, and in total. */
interface ClassCounts {
  readonly name: string;
  readonly ordinal: number;
  readonly sides: Record<Side, number>;
  rows: number;
}

/**
 * Chooses the side of a class's next row by Tijdeman's rule for the chairman assignment problem.
 *
 * With n sides, let a side with share s be owed s·k − x at the class's k-th row, where x is the number of the class's
 * rows on it so far. Only a side that is owed at least 1/(2n−2) may take the row. Of these, the side with the first
 * deadline takes it. The deadline is the row at which the side would be owed 1 − 1/(2n−2). Then no side is ever off by
 * more than 1 − 1/(2n−2): half a row for two sides, three quarters for three.
 *
 * Repeats of a group can push the counts out of that region. Then a side may be past its deadline by more than the rule
 * can produce, and the side that is owed most takes the row. (By the rule alone at most one side is past its deadline,
 * and it is then also the side that is owed most. So the two cases agree.)
 */
const mostOwed = (counts: ClassCounts, shares: Shares, sides: readonly Side[], draws: Random): Side => {
  const slack = sides.length > 1 ? 1 / (2 * sides.length - 2) : 0;
  const owed = (side: Side): number => shares[side] * (counts.rows + 1) - counts.sides[side];
  const late = sides.some((side) => owed(side) > 1 - slack + ROUNDING);
  /** The side with the smallest value is the first to take a row. */
  const rank = (side: Side): number => (late ? -owed(side) : (1 - slack - owed(side)) / shares[side]);
  const candidates = late ? sides : sides.filter((side) => owed(side) >= slack - ROUNDING);

  const first = Math.min(...candidates.map(rank));
  const equal = candidates.filter((side) => rank(side) <= first + ROUNDING);
  return equal[equal.length > 1 ? draws.below(equal.length) : 0]!;
};

/** Rows of one group that have different classes. */
export interface MixedGroups<R> {
  /** The number of rows whose class is not that of the first row of their group. */
  readonly rows: number;
  /** The first such row, and the class of the first row of its group. */
  readonly first: { readonly row: R; readonly other: string } | undefined;
}

/** Puts rows on sides, one after another, by the rule of `stratifiedSplit`. */
export class Division<R> {
  readonly #options: StratifiedSplitOptions<R>;
  readonly #shares: Shares;
  readonly #sides: readonly Side[];
  readonly #draws: Random;
  readonly #classes = new Map<string, ClassCounts>();
  readonly #names: string[] = [];
  readonly #groups: SideByGroup;
  #mixedRows = 0;
  #firstMixed: MixedGroups<R>['first'];

  constructor(options: StratifiedSplitOptions<R>, mostGroups?: number) {
    this.#options = options;
    this.#shares = whole(options.shares);
    this.#sides = SIDES.filter((side) => this.#shares[side] > 0);
    this.#draws = random(options.seed, 'split');
    this.#groups = new SideByGroup(options.seed, mostGroups);
  }

  /** The side of a row that has no side yet. */
  sideOf(row: R): Side {
    const { stratify, groupBy } = this.#options;
    const counts = this.#countsOf(stratify(row));
    const choose = (fraction?: number): Side =>
      fraction === undefined ? mostOwed(counts, this.#shares, this.#sides, this.#draws) : this.#sideAt(fraction);
    let side: Side;
    if (groupBy === undefined) side = choose();
    else {
      side = this.#groups.sideOf(groupBy(row), counts.ordinal, choose);
      const first = this.#groups.firstStratum;
      if (first !== undefined && first !== counts.ordinal) {
        this.#mixedRows++;
        this.#firstMixed ??= { row, other: this.#names[first] ?? '' };
      }
    }
    counts.sides[side]++;
    counts.rows++;
    return side;
  }

  /** Records a row that already has a side. */
  take(row: R, side: Side): void {
    const { groupBy } = this.#options;
    if (groupBy !== undefined) this.#groups.mark(groupBy(row), side);
  }

  /** The rows whose class is not that of the first row of their group. */
  get mixed(): MixedGroups<R> {
    return { rows: this.#mixedRows, first: this.#firstMixed };
  }

  /** The number of groups on one side that also have rows that came with the other side. */
  countShared(side: Side, other: Side): number {
    return this.#groups.countShared(side, other);
  }

  #countsOf(name: string): ClassCounts {
    const known = this.#classes.get(name);
    if (known !== undefined) return known;
    const counts: ClassCounts = {
      name,
      ordinal: this.#classes.size,
      sides: { train: 0, validation: 0, test: 0 },
      rows: 0,
    };
    this.#classes.set(name, counts);
    this.#names.push(name);
    return counts;
  }

  /** The side whose part of the interval from 0 to 1 contains the number. */
  #sideAt(fraction: number): Side {
    let end = 0;
    for (const side of this.#sides) {
      end += this.#shares[side];
      if (fraction < end) return side;
    }
    return this.#sides.at(-1)!;
  }
}
