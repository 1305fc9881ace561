import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Row, WordVectors } from 'headwater';
import { type BaselineScore, scoreOf, trainBaselines } from './baselines.js';
import { divide, readRows } from './sides.js';
import { pairedInterval, type PairedInterval } from './statistics.js';
import { type OurScore, trainOurs } from './trainOurs.js';

/** The options of the measurement on tables. */
export interface TableOptions {
  /** The folder of the tables. */
  readonly folder: string;
  /** The number of splits of each table, with the seeds 1, 2, 3 and so on. */
  readonly splits: number;
  /** The largest number of rows of a table; the first ones are used. */
  readonly most: number;
  readonly vectors: WordVectors | undefined;
  readonly python: string;
}

/** The result on one split of a table. */
export interface TableSplit {
  readonly seed: number;
  readonly ours: OurScore;
  readonly scikit: BaselineScore | undefined;
  readonly fasttext: BaselineScore | undefined;
}

/** The result on a table. */
export interface TableResult {
  readonly table: string;
  readonly rows: number;
  readonly classes: number;
  readonly splits: readonly TableSplit[];
  /** Headwater's F1 minus that of scikit-learn, over the splits. */
  readonly difference: PairedInterval | undefined;
}

/** A table that cannot be measured, and the reason. */
export interface TableLeftOut {
  readonly table: string;
  readonly why: string;
}

const TABLE = /\.(csv|tsv|txt|jsonl|ndjson|parquet)(\.gz)?$/i;
const SHARES = { train: 0.7, validation: 0.15, test: 0.15 };

/** The tables of a folder, by name. */
export const tablesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => TABLE.test(name))
    .toSorted()
    .map((name) => join(folder, name));

const measureSplit = async (
  rows: readonly Row[],
  seed: number,
  { vectors, python }: TableOptions,
): Promise<TableSplit> => {
  const sides = await divide(rows, seed, SHARES);
  const ours = await trainOurs(sides, { seed, vectors });
  const { scikit, fasttext } = await trainBaselines(python, sides);
  return { seed, ours, scikit: scoreOf(scikit), fasttext: scoreOf(fasttext) };
};

/** Measures every table of a folder on the same splits as the baselines. */
export async function* measureTables(options: TableOptions): AsyncGenerator<TableResult | TableLeftOut> {
  for (const file of tablesIn(options.folder)) {
    const table = file.slice(options.folder.length).replace(/^[\\/]+/, '');
    try {
      const rows = (await readRows(file)).slice(0, options.most);
      const splits: TableSplit[] = [];
      for (let seed = 1; seed <= options.splits; seed++) splits.push(await measureSplit(rows, seed, options));
      const differences = splits.flatMap(({ ours, scikit }) => (scikit === undefined ? [] : [ours.f1 - scikit.f1]));
      yield {
        table,
        rows: rows.length,
        classes: new Set(rows.map(({ category }) => category)).size,
        splits,
        difference: differences.length === 0 ? undefined : pairedInterval(differences),
      };
    } catch (error) {
      yield { table, why: error instanceof Error ? error.message : String(error) };
    }
  }
}
