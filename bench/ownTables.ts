/**
 * `npm run bench:tables`: trains on every table of the folder TABLES_DIR with the command and its defaults, the
 * smallest table first. It prints F1 and processor seconds, and those of a linear model of scikit-learn on the same
 * rows; for a table that cannot be trained, the reason.
 *
 * HEADWATER_PYTHON names the Python with scikit-learn (default python3). Each of both trainings of a table is ended
 * after TABLES_MINUTES (default 30). Further arguments are passed to `headwater train`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { type Baselines, trainBaselines } from './accuracy/baselines.js';
import { divide, readRows, type Sides } from './accuracy/sides.js';

const directory = process.env['TABLES_DIR'];
if (directory === undefined) {
  process.stderr.write('Name the folder of the tables: TABLES_DIR=tables npm run bench:tables\n');
  process.exit(2);
}
const python = process.env['HEADWATER_PYTHON'] ?? 'python3';
const main = join(import.meta.dirname, '../dist/cli/main.js');
const work = mkdtempSync(join(tmpdir(), 'headwater-tables-'));
const timeoutMs = Number(process.env['TABLES_MINUTES'] ?? 30) * 60_000;
/** Makes the command write its processor time when it exits. */
const TELL_TIME = `data:text/javascript,${encodeURIComponent(`process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write('\\nprocessor ' + (user + system) / 1e6 + '\\n');
});`)}`;
/** The seed and the split of `headwater train`. */
const SEED = 1234;
const SHARES = { train: 0.7, validation: 0.15, test: 0.15 };
const TABLE = /\.(csv|tsv|tab|txt|md|json|jsonl|ndjson|arff|parquet|zip)(\.gz)?$/i;

interface Score {
  readonly f1: string;
  readonly seconds: string;
}

const NONE: Score = { f1: '', seconds: '' };
const score = (f1: number, seconds: number): Score => ({ f1: f1.toFixed(3), seconds: seconds.toFixed(1) });

/** Trains with the command, and reads its test scores. */
const ours = (file: string): Score & { readonly told: string } => {
  const options = ['--data', file, '--out', join(work, 'model'), '--json', ...process.argv.slice(2)];
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', TELL_TIME, main, 'train', ...options],
    { encoding: 'utf8', maxBuffer: 2 ** 30, timeout: timeoutMs },
  );
  if (signal !== null) return { ...NONE, told: `the training was ended by ${signal} (its time limit)` };
  const seconds = Number(/^processor ([\d.]+)$/m.exec(stderr)?.[1]);
  const line = stdout.split('\n').findLast((each) => each.startsWith('{"type":"performance"'));
  if (status !== 0 || line === undefined) {
    const said = stderr.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('processor '));
    const told = said.findLast((each) => each.startsWith('headwater: ')) ?? said.find((each) => /\bError\b/.test(each));
    return { ...NONE, told: told ?? `status ${status}` };
  }
  const { performance: scores } = JSON.parse(line) as { performance: { overall: { f1: number } } };
  return { ...score(scores.overall.f1, seconds), told: '' };
};

/** The linear model on the same rows. */
const linear = async (file: string): Promise<Score & { readonly told: string }> => {
  let sides: Sides;
  try {
    sides = await divide(await readRows(file), SEED, SHARES);
  } catch (error) {
    return { ...NONE, told: error instanceof Error ? error.message.slice(0, 80) : String(error) };
  }
  let scikit: Baselines['scikit'];
  try {
    ({ scikit } = await trainBaselines(python, sides, { only: 'scikit', timeoutMs }));
  } catch (error) {
    return { ...NONE, told: error instanceof Error ? error.message : String(error) };
  }
  return 'missing' in scikit
    ? { ...NONE, told: `${scikit.missing} is missing: nothing to compare with` }
    : { ...score(scikit.f1, scikit.seconds), told: '' };
};

const table = new Table({
  head: ['table', 'MB', 'F1', 'seconds', 'linear F1', 'seconds', ''],
  style: { head: [], border: [], compact: true },
});
try {
  const tables = readdirSync(directory)
    .filter((each) => TABLE.test(each))
    .map((name) => ({ name, file: join(directory, name), bytes: statSync(join(directory, name)).size }))
    .toSorted((a, b) => a.bytes - b.bytes);
  for (const { name, file, bytes } of tables) {
    const found = ours(file);
    const baseline = await linear(file);
    const size = (bytes / 1e6).toFixed(1);
    const row = [name, size, found.f1, found.seconds, baseline.f1, baseline.seconds, found.told || baseline.told];
    process.stderr.write(`${row.join('  ')}\n`); // a run over a folder takes long, so each finished table is reported
    table.push(row.map((field) => (field.length > 100 ? `${field.slice(0, 99)}…` : field)));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.stdout.write(`${table.toString()}\n`);
