import type { AblationResult } from './ablation.js';
import type { HeadlineResult } from './headlines.js';
import type { TableLeftOut, TableResult } from './tables.js';
import type { Score } from './trainOurs.js';

/** All figures of `npm run bench:accuracy`: `--json` writes them and `--draw` reads them. */
export interface AccuracyFigures {
  readonly machine: string;
  /** Whether the headlines were tested on separate tables, or on a part of the training table. */
  readonly heldOut: boolean;
  readonly headlines: readonly HeadlineResult[];
  /** The lesson's GRU on the same rows as `headlines`, with all train rows. */
  readonly lesson: readonly (Score & { readonly seed: number })[];
  readonly ablation: readonly AblationResult[];
  readonly tables: readonly (TableResult | TableLeftOut)[];
}

export const isMeasured = (table: TableResult | TableLeftOut): table is TableResult => 'splits' in table;

/** Combines the figures of several runs into one. */
export const together = (runs: readonly AccuracyFigures[]): AccuracyFigures => ({
  machine: [...new Set(runs.map(({ machine }) => machine))].join('; '),
  heldOut: runs.every(({ heldOut }) => heldOut),
  headlines: runs.flatMap(({ headlines }) => headlines),
  lesson: runs.flatMap(({ lesson }) => lesson),
  ablation: runs.flatMap(({ ablation }) => ablation),
  tables: runs.flatMap(({ tables }) => tables),
});
