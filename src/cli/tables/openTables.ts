import { catchError, defer, type Observable, tap, throwError } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { TableRecord } from '../../contracts/training/TrainingRecord.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { cacheFolder } from '../../provision/files/cacheFolder.js';
import { type DeadLetters, deadLetters } from '../../sinks/rejections/deadLetters.js';
import { duration } from '../../sinks/progress/internal/progressLine.js';
import { describeRejection } from '../../sinks/rejections/describeRejection.js';
import { printable } from '../../sinks/terminal/printable.js';
import type { TableLayout } from '../../streams/table/TableLayout.js';
import type { FetchTableOptions, TableNotice } from '../../streams/table/TableOptions.js';
import type { TableAddress } from '../../streams/table/TableSource.js';
import { valve } from '../../streams/valve.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { listNames } from '../../contracts/messages/listNames.js';
import { shellWord } from '../../contracts/messages/shellWord.js';
import { headersFor } from '../process/networkOptions.js';
import type { Terminal } from '../process/Terminal.js';
import type { RejectionOptions, TableFlags } from './tableOptions.js';
import { reasonsOf } from './tellRejections.js';

/** Data sets with a short name, and their addresses. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['ag-news', 'https://raw.githubusercontent.com/GokuMohandas/Made-With-ML/main/datasets/news.csv'],
]);

/** The possible values of `--data`, for help texts. */
export const DATA_HELP =
  'a table (CSV, TSV, JSON, fastText, ARFF, Parquet, or a folder of texts for each class; ' +
  'also in a zip archive): a path, a pattern, a file: or http(s) URL, - for stdin, ' +
  'or "ag-news" for the lesson\'s 120,000 headlines; may be given several times';

/** Tables in the command line. */
export type DataNames = string | readonly string[];

/** The name of tables in a message. */
export const nameOfData = (data: DataNames): string => (typeof data === 'string' ? data : data.join(', '));

/** The default maximum of rejected rows without `--max-rejections`: a number, and a share of the rows. */
const MOST_REJECTED = 1000;
const MOST_SHARE = 0.01;
/** This number of rejected rows is always accepted, however small the table is. */
const FEW_REJECTED = 10;

/**
 * The option `--title-column` for several columns. One option lists them, unless a name contains a comma.
 */
const bothColumns = (columns: readonly string[]): string => {
  const names = columns.map((column) => printable(excerpt(column)));
  const values = names.some((name) => name.includes(',')) ? names : [names.join(',')];
  return values.map((value) => `--title-column ${shellWord(value)}`).join(' ');
};

/** The columns of classes in a line: the first of them. */
const classesLine = (columns: readonly string[]): string => printable(listNames(columns, 6, 40));

/** A line about an unusual form of a table; undefined if its form is usual. */
const layoutLine = (layout: TableLayout): string | undefined => {
  const { source, format, delimiter, quote, header, encoding, skippedLines } = layout;
  const { titleColumns, labelColumn, classColumns, foundBy, otherTitleColumns } = layout;
  const [title] = titleColumns;
  const isPlain = format === 'delimited' && delimiter === ',' && quote === '"' && header && encoding === 'utf-8';
  const isUsual = title === 'title' && labelColumn === 'category' && otherTitleColumns.length === 0;
  if (isPlain && skippedLines === 0 && (foundBy === 'usual' || foundBy === 'asked' || isUsual)) return undefined;
  const names = (columns: readonly string[]): string =>
    columns
      .map((column) => (column.trim() === '' ? 'a column without a name' : printable(excerpt(column))))
      .join(' + ');
  const between = delimiter === '\t' ? 'tab' : delimiter;
  const how = [
    format === 'delimited' ? `fields parted by ${JSON.stringify(between)}` : format,
    ...(quote === undefined || quote === '"' ? [] : [`quoted by ${quote === '' ? 'nothing' : quote}`]),
    ...(skippedLines === 0 ? [] : [`${skippedLines === 1 ? '1 line' : `${skippedLines} lines`} before it left out`]),
    ...(header ? [] : ['no header']),
    ...(encoding === 'utf-8' ? [] : [encoding]),
  ].join(', ');
  const [other] = otherTitleColumns;
  const others =
    other === undefined
      ? ''
      : `; ${names(otherTitleColumns)} could be it too (to read both: ${bothColumns([...titleColumns, other])})`;
  return (
    `${source}: text in ${names(titleColumns)}` +
    (labelColumn === undefined ? '' : `, class in ${names([labelColumn])}`) +
    (classColumns === undefined ? '' : `, the class is the one that is marked of ${classesLine(classColumns)}`) +
    `${others}; ${how}`
  );
};

const noticeLine = (notice: TableNotice): string => {
  const { source } = notice;
  if (notice.type === 'surplus') {
    const { bytes } = notice;
    return (
      `${source}: ${bytes === 1 ? '1 byte' : `${bytes} bytes`} after the end of the gzip data ` +
      `${bytes === 1 ? 'is' : 'are'} no gzip; left out`
    );
  }
  const { records } = notice;
  const counted = records === 1 ? '1 record' : `${records} records`;
  const has = records === 1 ? 'has' : 'have';
  switch (notice.type) {
    case 'quotes':
      return (
        `${source}: ${counted} ${has} a quote where none may stand, ` +
        `the first in line ${notice.firstLine}; it is read as text`
      );
    case 'wide':
      return (
        `${source}: ${counted} ${has} more fields than the header, the first in line ` +
        `${notice.firstLine}; what is too much is read as text, or left out where it is empty`
      );
    case 'corrected':
      return (
        `${source}: ${records === 1 ? '1 label was' : `${records} labels were`} corrected by later ones of the same ` +
        `headline, the first in line ${notice.firstLine}; only the last label of a headline counts`
      );
    case 'header':
      return (
        `${source}: ${counted} ${records === 1 ? 'repeats' : 'repeat'} the ` +
        `header, the first in line ${notice.firstLine}; left out`
      );
    case 'encoding':
      return (
        `${source}: ${counted} ${records === 1 ? 'is' : 'are'} not UTF-8; ` +
        `likely ${notice.likely}: give --encoding ${notice.likely}`
      );
  }
};

/** When a failed request is repeated. */
const againIn = (ms: number | undefined): string =>
  ms === undefined ? '' : `It is asked again in ${duration(ms / 1000)}.`;

/** The address of a table as the command line names it. */
export const addressOf = (name: string, { stdin }: Terminal): TableAddress =>
  name === '-' ? stdin : (NAMED.get(name) ?? name);

/** The form of the table that the user gave for the training. Forms that were detected then are detected again. */
const asTrained = (record: TableRecord | undefined): TableFlags => {
  if (record === undefined) return {};
  const { delimiter, quote, comment, encoding, skipLines } = record;
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(comment === undefined ? {} : { comment }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(skipLines === undefined ? {} : { skipLines }),
  };
};

/** The first rejection as a sentence. */
const firstOf = ({ examples: [first] }: DeadLetters): string =>
  first === undefined ? '' : `The first: ${describeRejection(first)}. `;

/** Opened tables: their known properties, and their rows. */
export interface OpenedTables<T> {
  readonly name: string;
  readonly rows$: Observable<T>;
  readonly valve: Valve;
  readonly rejected: DeadLetters;
  /** The layout of the first table, available after its first rows. */
  readonly layout: () => TableLayout | undefined;
  /** The form of the tables that the user gave, now or before the training. */
  readonly said: TableFlags;
}

/**
 * Opens tables with the options of the command line. Unusual forms are reported on stderr. Too many rejected rows end
 * the stream with `HW_REJECTIONS`.
 *
 * @param trained how the table was read that the model was trained on
 * @param fetch reads the rows of addresses with options
 */
export const openTables = <T>(
  data: DataNames,
  given: TableFlags & RejectionOptions,
  terminal: Terminal,
  trained: TableRecord | undefined,
  fetch: (addresses: readonly TableAddress[], options: Omit<FetchTableOptions, 'labelColumn'>) => Observable<T>,
): OpenedTables<T> => {
  // Commander's default for --no-header; it means that the option was not given.
  const { header: saidHeader, ...flags } = given;
  const options = { ...asTrained(trained), ...flags };
  const { titleColumn, delimiter, quote, comment, encoding, skipLines, maxRejections } = options;
  let layout: TableLayout | undefined;
  const brake = valve();
  const rejected = deadLetters({ limit: maxRejections ?? MOST_REJECTED });
  // The rows that the reader rejected. Rows that a later step rejects are among the emitted rows.
  let unread = 0;
  const say = (line: string | undefined): void => {
    if (line !== undefined) terminal.stderr.write(`${line}\n`);
  };
  let likely: string | undefined;
  const names = typeof data === 'string' ? [data] : data;
  const row$ = fetch(
    names.map((name) => addressOf(name, terminal)),
    {
      titleColumns: titleColumn,
      delimiter,
      quote,
      header: saidHeader === false ? false : undefined,
      comment,
      encoding,
      skipLines,
      valve: brake,
      rejections: {
        next: (rejection) => {
          unread += 1;
          rejected.next(rejection);
        },
      },
      snapshotDir: cacheFolder(terminal.env),
      offline: options.offline,
      maxRetries: options.retries,
      totalTimeout: options.totalTimeout === undefined ? undefined : Math.ceil(options.totalTimeout * 1000),
      headers: headersFor(
        options.headers,
        names.map((name) => NAMED.get(name) ?? name),
      ),
      events: {
        next: (event) => {
          if (event.type === 'failed') say(`${printable(event.message)} ${againIn(event.nextInMs)}`.trimEnd());
        },
      },
      usualColumns: trained,
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
  const rows$ = defer(() => {
    let rows = 0;
    const first = passes++ === 0;
    return row$.pipe(
      tap({
        next: () => (rows += 1),
        complete: () => {
          const all = rows + unread;
          const share = rejected.rows / all;
          if (!first || maxRejections !== undefined || rejected.rows <= FEW_REJECTED || share <= MOST_SHARE) return;
          throw new HeadwaterError(
            'HW_REJECTIONS',
            `${rejected.rows} of ${all} rows of ${nameOfData(data)} were rejected ` +
              `(${reasonsOf(rejected)}), more than 1 %. ${firstOf(rejected)}${advice()}`,
          );
        },
      }),
      catchError((error: unknown) => {
        if (!(error instanceof HeadwaterError) || error.code !== 'HW_REJECTIONS') return throwError(() => error);
        const told = error.message.replace('Correct the rows, or raise the limit.', advice());
        return throwError(() => new HeadwaterError('HW_REJECTIONS', told, { cause: error }));
      }),
    );
  });
  return {
    name: nameOfData(data),
    rows$,
    valve: brake,
    rejected,
    layout: () => layout,
    said: { ...options, ...(saidHeader === false ? { header: false } : {}) },
  };
};
