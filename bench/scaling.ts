import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './Figure.js';
import { figuresOf, script } from './processes.js';
import { repeatCsv } from './repeatCsv.js';
import { readWorkload } from './workload.js';

const ROWS = [1_000, 10_000, 100_000, 2_000_000];
const BATCHES = [16, 32, 64, 128, 256, 512, 1024];
const HIDDEN = [64, 128, 256, 512];

/** The options of the scaling measurement. */
export interface ScalingOptions {
  readonly csv: string;
  readonly threads: number;
  readonly batch: number;
  /** The number of rows of the longest table. */
  readonly mostRows: number;
  /** The time of each measurement, in seconds. */
  readonly seconds: number;
  readonly tell: (what: string) => void;
}

const along = (axis: string, figures: readonly Figure[]): readonly Figure[] =>
  figures.map(({ what, ...figure }) => ({ ...figure, what: 'scaling', axis, of: what }));

const rowsScaling = async ({ csv, threads, batch, mostRows, tell }: ScalingOptions): Promise<readonly Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  const table = join(folder, 'rows.csv');
  try {
    const { rows } = await readWorkload(csv);
    const figures: Figure[] = [];
    for (const count of ROWS.filter((some) => some <= mostRows)) {
      tell(`scaling: ${count.toLocaleString('en-US')} rows`);
      await repeatCsv(rows, count, table);
      for (const what of ['pipeline', 'eval'])
        figures.push(
          ...figuresOf(
            script('rowsScaling', table, '--what', what, '--batch', String(batch), '--threads', String(threads)),
          ),
        );
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * Speeds for one thousand to two million rows, and for different batch sizes and hidden sizes, on one thread and on
 * all.
 */
export const scaling = async (options: ScalingOptions): Promise<readonly Figure[]> => {
  const { csv, threads, batch, seconds, tell } = options;
  const ours = (...args: readonly string[]): readonly Figure[] =>
    figuresOf(script('ours', csv, '--only', 'train,eval', '--seconds', String(seconds), ...args));
  const figures: Figure[] = [...(await rowsScaling(options))];
  for (const count of new Set([1, threads])) {
    for (const size of BATCHES) {
      tell(`scaling: batch ${size}, threads ${count}`);
      figures.push(...along('batch', ours('--batch', String(size), '--threads', String(count))));
    }
    for (const hidden of HIDDEN) {
      tell(`scaling: hidden ${hidden}, threads ${count}`);
      figures.push(
        ...along('hidden', ours('--batch', String(batch), '--hidden', String(hidden), '--threads', String(count))),
      );
    }
  }
  return figures;
};
