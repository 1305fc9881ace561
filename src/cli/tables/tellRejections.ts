import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tryCatch } from 'fp-ts/lib/TaskEither.js';
import { catchError, concat, defer, EMPTY, finalize, ignoreElements, merge, type Observable, throwError } from 'rxjs';
import { messageOf } from '../../contracts/messageOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { jsonLines } from '../../sinks/jsonLines.js';
import type { DeadLetters } from '../../sinks/rejections/deadLetters.js';
import { printable } from '../../sinks/terminal/printable.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { checkFile } from '../outputs/checkOutput.js';
import { fromFirst } from '../process/fromFirst.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import type { RejectionOptions } from './tableOptions.js';

/** The maximum number of classes in the counts of rejected rows. */
const MOST_CLASSES = 20;

/** The number of rejections by reason, in words. */
export const reasonsOf = ({ counts }: DeadLetters): string =>
  Object.entries(counts)
    .flatMap(([reason, count]) => (count === 0 ? [] : [`${reason} ${count}`]))
    .join(', ');

/** Refuses an unwritable file of `--rejections` before there is anything to write. */
export const checkRejectionsFile = ({ rejections: file }: RejectionOptions): Observable<never> =>
  file === undefined ? EMPTY : fromTask(checkFile(file)).pipe(ignoreElements());

const unwritable = (file: string, cause: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_WRITE',
    `${file} could not be written: ${messageOf(cause)}. Choose another file for the rejections.`,
    { cause, where: file },
  );

/** Empties the file, so that rejections of an earlier run do not stay in it. */
const empty = (file: string): Observable<never> =>
  fromTask(
    tryCatch(
      () => writeFile(file, ''),
      (cause) => unwritable(file, cause),
    ),
  ).pipe(ignoreElements());

/** Runs a job, writes its rejections to the file of `--rejections`, and reports their number at the end. */
export const tellingRejections = <T>(
  job$: Observable<T>,
  { rejected }: { readonly rejected: DeadLetters },
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
  // Created with the first rejection: a job that fails before it leaves no file.
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
