import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tryCatch } from 'fp-ts/lib/TaskEither.js';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  throwError,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/Row.js';
import type { Valve } from '../../contracts/Valve.js';
import { decode } from '../../operators/rows/decode.js';
import { headlineRow } from '../../operators/rows/headlineRow.js';
import { cacheFolder } from '../../provision/cacheFolder.js';
import { type DeadLetters, deadLetters } from '../../sinks/rejections/deadLetters.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import { fetchCsv } from '../../streams/fetchCsv.js';
import { locate } from '../../streams/bodies/locate.js';
import { valve } from '../../streams/valve.js';
import { checkFile } from '../process/checkOutput.js';
import { fromFirst } from '../process/fromFirst.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import type { ColumnOptions, RejectionOptions } from './trainingOptions.js';

/** Addresses that have a name of their own. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['ag-news', 'https://raw.githubusercontent.com/GokuMohandas/Made-With-ML/main/datasets/news.csv'],
]);

/** What `--data` can be, for help texts. */
export const DATA_HELP = 'a CSV file: a path, a file: or http(s) URL, or "ag-news" for the lesson\'s 120,000 headlines';

/** Rows as often as they are wanted, the brake on them, and the door for those that are invalid. */
export interface DataSource {
  readonly name: string;
  readonly rows$: Observable<Row>;
  readonly valve: Valve;
  readonly rejected: DeadLetters;
}

/** The rows of `--data`, decoded, with the options of the command line. */
export const openData = (
  data: string,
  options: ColumnOptions & RejectionOptions,
  env: NodeJS.ProcessEnv,
): DataSource => {
  const { titleColumn, labelColumn, maxRejections } = options;
  const brake = valve();
  const rejected = deadLetters({ limit: maxRejections });
  const rows$ = fetchCsv(NAMED.get(data) ?? data, {
    columns: [titleColumn, labelColumn],
    valve: brake,
    rejections: rejected,
    snapshotDir: cacheFolder(env),
  }).pipe(decode(headlineRow, { columns: { title: titleColumn, category: labelColumn }, rejections: rejected }));
  return { name: data, rows$, valve: brake, rejected };
};

const reasonsOf = ({ counts }: DeadLetters): string =>
  Object.entries(counts)
    .flatMap(([reason, count]) => (count === 0 ? [] : [`${reason} ${count}`]))
    .join(', ');

/** Refuses a file of `--rejections` that cannot be written, before there is anything to write. */
export const checkRejectionsFile = (data: string, { rejections: file }: RejectionOptions): Observable<never> =>
  file === undefined
    ? EMPTY
    : defer(() => {
        const location = locate(data);
        return fromTask(checkFile(file, location.kind === 'file' ? location.path : undefined)).pipe(ignoreElements());
      });

const unwritable = (file: string, cause: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_WRITE',
    `${file} could not be written: ${cause instanceof Error ? cause.message : String(cause)}. Choose another file for the rejections.`,
    { cause, where: file },
  );

/** Makes the file empty: one that is left from an earlier run would tell of its rejections. */
const empty = (file: string): Observable<never> =>
  fromTask(
    tryCatch(
      () => writeFile(file, ''),
      (cause) => unwritable(file, cause),
    ),
  ).pipe(ignoreElements());

/** Runs a job with its rejections written to the file of `--rejections` beside it, and their number told at its end. */
export const tellingRejections = <T>(
  job$: Observable<T>,
  { rejected }: DataSource,
  { rejections: file }: RejectionOptions,
  terminal: Terminal,
): Observable<T> => {
  let where = file === undefined ? '; --rejections FILE writes each down' : `, written to ${file}`;
  const told$ = job$.pipe(
    finalize(() => {
      rejected.complete();
      if (rejected.rows > 0)
        terminal.stderr.write(`rejected rows: ${rejected.rows} (${reasonsOf(rejected)})${where}\n`);
    }),
  );
  if (file === undefined) return told$;
  // Made with the first rejection: a job that fails before there is any leaves no file.
  const written$ = rejected.rejections$.pipe(
    fromFirst((rejection$) => rejection$.pipe(jsonLines(createWriteStream(file), { end: true }))),
    catchError((error: unknown) => {
      where = '';
      return throwError(() =>
        error instanceof HeadwaterError && error.code === 'HW_WRITE' ? unwritable(file, error.cause) : error,
      );
    }),
    ignoreElements(),
  );
  const emptied$ = defer(() => (rejected.rows > 0 ? EMPTY : empty(file)));
  return merge(written$, concat(told$, emptied$));
};

/** Applies an operator to the first pass over rows that are read once an epoch, from its first row on. */
export const onFirstPass = <T>(rows$: Observable<T>, seen: MonoTypeOperatorFunction<T>): Observable<T> => {
  let passes = 0;
  return defer(() => (passes++ === 0 ? rows$.pipe(fromFirst(seen)) : rows$));
};

/**
 * Tells something of a job before anything else is told: when its rows begin to come, so that a job which is refused or
 * fails before says so in one line.
 */
export const telling =
  <T>(line: string, { stderr }: Terminal): MonoTypeOperatorFunction<T> =>
  (source) =>
    defer(() => {
      stderr.write(`${line}\n`);
      return source;
    });
