/**
 * `npm run bench:tables`: trains on every table of the folder TABLES_DIR by the command, as a newcomer would, and prints
 * F1, seconds, and those of a linear model of scikit-learn on the same rows beside each other.
 *
 * PYTHON names the Python that has scikit-learn (default python3). Further arguments go to `headwater train`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { lastValueFrom, toArray } from 'rxjs';
import { fetchHeadlines, prepare, type Row, textSteps } from 'headwater';

const directory = process.env['TABLES_DIR'];
if (directory === undefined) {
  process.stderr.write('Name the folder of the tables: TABLES_DIR=tables npm run bench:tables\n');
  process.exit(2);
}
const python = process.env['PYTHON'] ?? 'python3';
const main = join(import.meta.dirname, '../dist/cli/main.js');
const work = mkdtempSync(join(tmpdir(), 'headwater-tables-'));
const TABLE = /\.(csv|tsv|txt|jsonl|ndjson|parquet)(\.gz)?$/i;

interface Score {
  readonly f1: string;
  readonly seconds: string;
}

const NONE: Score = { f1: '', seconds: '' };
const score = (f1: number, seconds: number): Score => ({ f1: f1.toFixed(3), seconds: seconds.toFixed(1) });

/** Trains by the command, and reads the scores of its test rows. */
const ours = (file: string): Score & { readonly told: string } => {
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'train', '--data', file, '--out', join(work, 'model'), '--json', ...process.argv.slice(2)],
    { encoding: 'utf8', maxBuffer: 2 ** 30 },
  );
  const seconds = (performance.now() - begun) / 1000;
  const line = stdout.split('\n').findLast((each) => each.startsWith('{"type":"performance"'));
  if (status !== 0 || line === undefined)
    return {
      ...NONE,
      told: stderr.split('\n').findLast((each) => each.startsWith('headwater: ')) ?? `status ${status}`,
    };
  const { performance: scores } = JSON.parse(line) as { performance: { overall: { f1: number } } };
  return { ...score(scores.overall.f1, seconds), told: '' };
};

/** The linear model on the same train and test rows. */
const linear = async (file: string): Promise<Score & { readonly told: string }> => {
  let rows: readonly Row[];
  const sides: Record<'train' | 'validation' | 'test', (readonly [string, string])[]> = {
    train: [],
    validation: [],
    test: [],
  };
  try {
    const row$ = fetchHeadlines(file, { rejections: { next: () => undefined } });
    const split = await lastValueFrom(prepare(row$, { text: textSteps(), rejections: { next: () => undefined } }));
    rows = await lastValueFrom(row$.pipe(toArray()));
    for (const { id, title, category } of rows) {
      const side = split.sideOf(id);
      if (side !== undefined) sides[side].push([title, category]);
    }
  } catch (error) {
    return { ...NONE, told: error instanceof Error ? error.message.slice(0, 80) : String(error) };
  }
  const { status, stdout } = spawnSync(python, [join(import.meta.dirname, 'linear_tables_peer.py')], {
    input: JSON.stringify(sides),
    encoding: 'utf8',
    maxBuffer: 2 ** 20,
  });
  if (status !== 0) return { ...NONE, told: `${python} cannot be run: no linear model to compare with` };
  const result = JSON.parse(stdout) as { f1: number; seconds: number } | { missing: string };
  return 'missing' in result
    ? { ...NONE, told: `${python} has no ${result.missing}: nothing to compare with` }
    : { ...score(result.f1, result.seconds), told: '' };
};

const table = new Table({
  head: ['table', 'MB', 'F1', 'seconds', 'linear F1', 'seconds', ''],
  style: { head: [], border: [], compact: true },
});
try {
  for (const name of readdirSync(directory)
    .filter((each) => TABLE.test(each))
    .toSorted()) {
    process.stderr.write(`${name} …\n`);
    const file = join(directory, name);
    const [found, baseline] = [ours(file), await linear(file)];
    const size = (statSync(file).size / 1e6).toFixed(1);
    table.push([name, size, found.f1, found.seconds, baseline.f1, baseline.seconds, found.told || baseline.told]);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.stdout.write(`${table.toString()}\n`);
