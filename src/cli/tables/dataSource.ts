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
  tap,
  throwError,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/Row.js';
import type { TableRecord } from '../../contracts/TrainingRecord.js';
import type { Valve } from '../../contracts/Valve.js';
import { cacheFolder } from '../../provision/cacheFolder.js';
import { type DeadLetters, deadLetters } from '../../sinks/rejections/deadLetters.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import { printable } from '../../sinks/terminal/printable.js';
import { fetchHeadlines } from '../../streams/fetchHeadlines.js';
import type { TableLayout } from '../../streams/table/TableLayout.js';
import type { TableNotice } from '../../streams/table/TableOptions.js';
import type { TableAddress } from '../../streams/table/TableSource.js';
import { excerpt } from '../../text/excerpt.js';
import { locate } from '../../streams/bodies/locate.js';
import { valve } from '../../streams/valve.js';
import { checkFile } from '../process/checkOutput.js';
import { fromFirst } from '../process/fromFirst.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import { classNames, readClassNames } from './classNames.js';
import type { LabelOptions } from './labelOptions.js';
import { withoutRareClasses } from './rareClasses.js';
import type { SplitOptions } from './splitOptions.js';
import { recordOfTable } from './tableRecord.js';
import type { RejectionOptions, TableFlags } from './tableOptions.js';

/** Addresses that have a name of their own. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['ag-news', 'https://raw.githubusercontent.com/GokuMohandas/Made-With-ML/main/datasets/news.csv'],
]);

/** What `--data` can be, for help texts. */
export const DATA_HELP =
  'a table (CSV, TSV, JSON lines, fastText or Parquet): a path, a pattern, a file: or http(s) URL, - for stdin, or "ag-news" for the lesson\'s 120,000 headlines; may be given several times';

/** Tables as the command line names them. */
export type DataNames = string | readonly string[];

/** What tables are called in a message. */
export const nameOfData = (data: DataNames): string => (typeof data === 'string' ? data : data.join(', '));

/** What tables are read, and how. */
export type DataOptions = TableFlags &
  RejectionOptions &
  LabelOptions &
  Partial<Pick<SplitOptions, 'validationData' | 'testData'>>;

/** Rows as often as they are wanted, the brake on them, and where those that are invalid go. */
export interface DataSource {
  readonly name: string;
  readonly rows$: Observable<Row>;
  readonly valve: Valve;
  readonly rejected: DeadLetters;
  /** The order of the classes, where a person has said one. */
  readonly classOrder: readonly string[] | undefined;
  /** How the table was read, once its rows have come; undefined where that is as usual. */
  readonly table: () => TableRecord | undefined;
}

/** The most rows that may be rejected where `--max-rejections` does not say: a number, and a share of the rows. */
const MOST_REJECTED = 1000;
const MOST_SHARE = 0.01;
/** So few are no reason to stop, however small the table is. */
const FEW_REJECTED = 10;

/** What people should know of how a table was read; undefined where it is written as most are. */
const layoutLine = (layout: TableLayout): string | undefined => {
  const { source, format, delimiter, header, encoding, titleColumns, labelColumn, foundBy, otherTitleColumns } = layout;
  const [title] = titleColumns;
  if (foundBy === 'usual' && format === 'delimited' && delimiter === ',' && header && encoding === 'utf-8')
    return undefined;
  if (foundBy === 'asked' || (title === 'title' && labelColumn === 'category' && otherTitleColumns.length === 0))
    if (format === 'delimited' && delimiter === ',' && header && encoding === 'utf-8') return undefined;
  const names = (columns: readonly string[]): string => columns.map((column) => printable(excerpt(column))).join(' + ');
  const between = delimiter === '\t' ? 'tab' : delimiter;
  const how = [
    format === 'delimited' ? `fields parted by ${JSON.stringify(between)}` : format,
    ...(header ? [] : ['no header']),
    ...(encoding === 'utf-8' ? [] : [encoding]),
  ].join(', ');
  const others = otherTitleColumns.length === 0 ? '' : `; ${names(otherTitleColumns)} could be it too (--title-column)`;
  return `${source}: text in ${names(titleColumns)}, class in ${names([labelColumn ?? ''])}${others}; ${how}`;
};

const noticeLine = (notice: TableNotice): string =>
  notice.type === 'quotes'
    ? `${notice.source}: ${notice.records} records have a quote where none may stand, the first in line ${notice.firstLine}; it is read as text`
    : `${notice.source}: ${notice.records} records are not UTF-8; likely ${notice.likely}: give --encoding ${notice.likely}`;

/** The address of a table as the command line names it. */
const addressOf = (name: string, { stdin }: Terminal): TableAddress =>
  name === '-' ? stdin : (NAMED.get(name) ?? name);

/** The form as a person said it before a training; what was found then is found anew. */
const asTrained = (record: TableRecord | undefined): TableFlags => {
  if (record === undefined) return {};
  const { delimiter, quote, comment, encoding } = record;
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(comment === undefined ? {} : { comment }),
    ...(encoding === undefined ? {} : { encoding }),
  };
};

/** The rows of `--data`, decoded, with the options of the command line. */
export const openData = (
  data: DataNames,
  given: DataOptions,
  terminal: Terminal,
  trained?: TableRecord,
): DataSource => {
  // Commander's default of --no-header: nothing was said of it.
  const { header: saidHeader, ...said } = given;
  const options = { ...asTrained(trained), ...said };
  const { titleColumn, labelColumn, delimiter, quote, comment, encoding, maxRejections } = options;
  const named =
    options.classNames === undefined
      ? trained?.classNames && classNames(trained.classNames)
      : readClassNames(options.classNames);
  const leftOut = new Set(trained?.leftOut);
  let layout: TableLayout | undefined;
  const brake = valve();
  const rejected = deadLetters({ limit: maxRejections ?? MOST_REJECTED });
  const say = (line: string | undefined): void => {
    if (line !== undefined) terminal.stderr.write(`${line}\n`);
  };
  let likely: string | undefined;
  const names = typeof data === 'string' ? [data] : data;
  const row$ = fetchHeadlines(
    names.map((name) => addressOf(name, terminal)),
    {
      titleColumns: titleColumn,
      labelColumn,
      delimiter,
      quote,
      header: saidHeader === false ? false : undefined,
      comment,
      encoding,
      valve: brake,
      rejections: rejected,
      snapshotDir: cacheFolder(terminal.env),
      usualColumns: trained,
      className:
        named === undefined && leftOut.size === 0
          ? undefined
          : (label) => (leftOut.has(label) ? null : named === undefined ? label : named.nameOf(label)),
      validation: options.validationData?.map((name) => addressOf(name, terminal)),
      test: options.testData?.map((name) => addressOf(name, terminal)),
      onLayout: (found) => {
        layout ??= found;
        say(layoutLine(found));
      },
      onNotice: (notice) => {
        if (notice.type === 'encoding') likely = notice.likely;
        say(noticeLine(notice));
      },
    },
  );
  const advice = (): string =>
    rejected.counts.encoding === 0
      ? 'Correct the rows, or raise --max-rejections.'
      : `Its text is not UTF-8: give --encoding${likely === undefined ? ', such as windows-1252' : ` ${likely}`}.`;
  let passes = 0;
  const all$ = defer(() => {
    let rows = 0;
    const first = passes++ === 0;
    return row$.pipe(
      tap({
        next: () => (rows += 1),
        complete: () => {
          const share = rejected.rows / (rows + rejected.rows);
          if (!first || maxRejections !== undefined || rejected.rows <= FEW_REJECTED || share <= MOST_SHARE) return;
          throw new HeadwaterError(
            'HW_REJECTIONS',
            `${rejected.rows} of ${rows + rejected.rows} rows of ${nameOfData(data)} were rejected (${reasonsOf(rejected)}), more than 1 %. ${advice()}`,
          );
        },
      }),
      catchError((error: unknown) => {
        if (!(error instanceof HeadwaterError) || error.code !== 'HW_REJECTIONS' || rejected.counts.encoding === 0)
          return throwError(() => error);
        const told = error.message.replace('Correct the rows, or raise the limit.', advice());
        return throwError(() => new HeadwaterError('HW_REJECTIONS', told, { cause: error }));
      }),
    );
  });
  const { rows$, leftOut: rare } = withoutRareClasses(all$, options.minClassRows ?? 1, say);
  return {
    name: nameOfData(data),
    rows$,
    valve: brake,
    rejected,
    classOrder: named?.order,
    table: () =>
      layout === undefined
        ? undefined
        : recordOfTable(layout, { ...options, header: saidHeader ?? true }, named?.records, rare()),
  };
};

/** The most classes that rejected rows are counted by. */
const MOST_CLASSES = 20;

const reasonsOf = ({ counts }: DeadLetters): string =>
  Object.entries(counts)
    .flatMap(([reason, count]) => (count === 0 ? [] : [`${reason} ${count}`]))
    .join(', ');

/** Refuses a file of `--rejections` that cannot be written, before there is anything to write. */
export const checkRejectionsFile = (data: DataNames, { rejections: file }: RejectionOptions): Observable<never> =>
  file === undefined
    ? EMPTY
    : defer(() => {
        const [first = ''] = typeof data === 'string' ? [data] : data;
        const location = locate(first);
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
  const classes = new Map<string, number>();
  rejected.rejections$.subscribe(({ category }) => {
    if (category !== undefined && (classes.has(category) || classes.size < MOST_CLASSES))
      classes.set(category, (classes.get(category) ?? 0) + 1);
  });
  const byClass = (): string =>
    classes.size === 0
      ? ''
      : `; by class: ${[...classes].map(([name, rows]) => `${printable(excerpt(name))} ${rows}`).join(', ')}`;
  let where = file === undefined ? '; --rejections FILE writes each down' : `, written to ${file}`;
  const told$ = job$.pipe(
    finalize(() => {
      rejected.complete();
      if (rejected.rows > 0)
        terminal.stderr.write(`rejected rows: ${rejected.rows} (${reasonsOf(rejected)}${byClass()})${where}\n`);
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
