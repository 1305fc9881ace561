import type { Side } from '../rows/Row.js';

/** The number of rows on each side. */
export type SideCounts = Readonly<Record<Side, number>>;
