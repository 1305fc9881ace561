import type { AblationResult } from './ablation.js';
import type { HeadlineResult } from './headlines.js';
import type { TableLeftOut, TableResult } from './tables.js';
import type { Score } from './trainOurs.js';

/** All that `npm run bench:accuracy` measures: what `--json` writes and `--draw` reads. */
export interface AccuracyFigures {
  readonly machine: string;
  /** Whether the headlines were tested on tables of their own, or on a part of the one that was trained on. */
  readonly heldOut: boolean;
  readonly headlines: readonly HeadlineResult[];
  /** The lesson's GRU on the same rows as `headlines` with all train rows. */
  readonly lesson: readonly (Score & { readonly seed: number })[];
  readonly ablation: readonly AblationResult[];
  readonly tables: readonly (TableResult | TableLeftOut)[];
}

export const isMeasured = (table: TableResult | TableLeftOut): table is TableResult => 'splits' in table;

/** Figures of several runs as those of one. */
export const together = (runs: readonly AccuracyFigures[]): AccuracyFigures => ({
  machine: [...new Set(runs.map(({ machine }) => machine))].join('; '),
  heldOut: runs.every(({ heldOut }) => heldOut),
  headlines: runs.flatMap(({ headlines }) => headlines),
  lesson: runs.flatMap(({ lesson }) => lesson),
  ablation: runs.flatMap(({ ablation }) => ablation),
  tables: runs.flatMap(({ tables }) => tables),
});
