import { createWriteStream } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { defer, EMPTY, finalize, merge, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import type { Row } from '../contracts/Row.js';
import type { Valve } from '../contracts/Valve.js';
import { decode } from '../operators/decode.js';
import { headlineRow } from '../operators/headlineRow.js';
import { type DeadLetters, deadLetters } from '../sinks/deadLetters.js';
import { jsonLines } from '../sinks/jsonLines.js';
import { fetchCsv } from '../streams/fetchCsv.js';
import { valve } from '../streams/valve.js';
import type { Terminal } from './Terminal.js';
import type { ColumnOptions, RejectionOptions } from './trainingOptions.js';

/** Addresses that have a name of their own. */
const NAMED: ReadonlyMap<string, string> = new Map([['ag-news', 'https://raw.githubusercontent.com/GokuMohandas/Made-With-ML/main/datasets/news.csv']]);

/** What `--data` can be, for help texts. */
export const DATA_HELP = 'a CSV file: a path, a file: or http(s) URL, or "ag-news" for the lesson\'s 120,000 headlines';

/** Rows as often as they are wanted, the brake on them, and the door for those that are invalid. */
export interface DataSource {
  readonly name: string;
  readonly rows$: Observable<Row>;
  readonly valve: Valve;
  readonly rejected: DeadLetters;
}

/** Where bodies that came over HTTP are kept, so that every epoch reads the same bytes. */
const snapshotDir = ({ XDG_CACHE_HOME: cache }: NodeJS.ProcessEnv): string => join(cache ?? join(homedir(), '.cache'), 'headwater');

/** The rows of `--data`, decoded, with the options of the command line. */
export const openData = (data: string, options: ColumnOptions & RejectionOptions, env: NodeJS.ProcessEnv): DataSource => {
  const { titleColumn, labelColumn, maxRejections } = options;
  const brake = valve();
  const rejected = deadLetters({ limit: maxRejections });
  const rows$ = fetchCsv(NAMED.get(data) ?? data, { columns: [titleColumn, labelColumn], valve: brake, rejections: rejected, snapshotDir: snapshotDir(env) }).pipe(
    decode(headlineRow, { columns: { title: titleColumn, category: labelColumn }, rejections: rejected }),
  );
  return { name: data, rows$, valve: brake, rejected };
};

const reasonsOf = ({ counts }: DeadLetters): string =>
  Object.entries(counts)
    .flatMap(([reason, count]) => (count === 0 ? [] : [`${reason} ${count}`]))
    .join(', ');

/** Runs a job with its rejections written to the file of `--rejections` beside it, and their number told at its end. */
export const tellingRejections = <T>(job$: Observable<T>, { rejected }: DataSource, { rejections: file }: RejectionOptions, terminal: Terminal): Observable<T> => {
  const written$ = defer(() => (file === undefined ? EMPTY : rejected.rejections$.pipe(jsonLines(createWriteStream(file), { end: true }))));
  const told$ = job$.pipe(
    finalize(() => {
      rejected.complete();
      if (rejected.rows > 0) terminal.stderr.write(`rejected rows: ${rejected.rows} (${reasonsOf(rejected)})${file === undefined ? '; --rejections FILE writes each down' : `, written to ${file}`}\n`);
    }),
  );
  return merge(written$, told$);
};

/** Lets an operator see the first pass over rows that are read once an epoch. */
export const onFirstPass = <T>(rows$: Observable<T>, seen: MonoTypeOperatorFunction<T>): Observable<T> => {
  let passes = 0;
  return defer(() => (passes++ === 0 ? rows$.pipe(seen) : rows$));
};
