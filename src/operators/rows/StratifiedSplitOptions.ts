import type { Side } from '../../contracts/rows/Row.js';

/** The share of the rows for each side. Each is between 0 and 1, and their sum is 1. */
export type Shares = Readonly<Record<Side, number>>;

/** Options of `stratifiedSplit`. */
export interface StratifiedSplitOptions<R> {
  /** The share of each side. The shares sum to 1. A side with share 0 gets no row. */
  readonly shares: Shares;
  /** Any whole number. It only breaks ties between sides whose shortfall is equal. */
  readonly seed: number;
  /** The class of a row. The shares hold within each class. */
  readonly stratify: (row: R) => string;
  /** The group of a row. All rows of one group are on one side. Default: every row is its own group. */
  readonly groupBy?: ((row: R) => string) | undefined;
}
