import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { asapScheduler, finalize, fromEvent, map, merge, type Observable, Subject, takeUntil, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { microBatch } from '../../operators/live/microBatch.js';
import { readLines } from '../../streams/readLines.js';
import { valve } from '../../streams/valve.js';
import { linger } from './answer.js';
import { answersToLines, type Line, type LineAnswers, problemLine } from './answersToLines.js';
import { ListWriter } from './ListWriter.js';
import { mapInOrder } from './mapInOrder.js';
import type { BodyForm } from '../http/mediaTypes.js';

/** What a body of lines is answered with. */
export interface BodyOfLinesAnswers extends Omit<LineAnswers, 'askedBy'> {
  /** Emits when no more lines are to be taken. */
  readonly cut$: Observable<unknown>;
}

/**
 * The most lines that are answered in one piece: enough for asking to cost little, and few enough for the next to be
 * read meanwhile.
 */
const TOGETHER = 64;

/** Why no more lines are taken, though more may come. */
type Stop = 'slow' | 'draining';

const STOPPED: Readonly<Record<Stop, string>> = {
  slow: 'No further line arrived in time. Send the rest in another request.',
  draining: 'The server is shutting down and takes no more lines. Send the rest in another request.',
};

/**
 * Answers JSON lines by a line each, in their order, while they still come.
 *
 * A line that is no headline is answered by a problem in its place, and the others go on. No more is read while as many
 * lines as a batch holds are on their way, while the model is behind, or while the client does not read its answers: so
 * a body of any length is taken, and little of it held.
 *
 * @returns settled when the last answer is on its way, or the client has left
 */
export const answerLines = (
  request: IncomingMessage,
  response: ServerResponse,
  form: BodyForm,
  { queue, limits, cut$, failed }: BodyOfLinesAnswers,
): Promise<void> => {
  const brake = valve();
  const askedBy = { asker: request.socket, stream: brake };
  const list = new ListWriter(response, form, brake);
  // Some clients wait for the start of the answer before they send more.
  response.flushHeaders();

  // Of its own: reading lines ends in destroying what they were read from, which would cut the connection.
  const body = new PassThrough();
  request.pipe(body);
  request.once('close', () => {
    if (!request.complete) body.destroy();
  });

  const rejected$ = new Subject<Rejection>();
  const stop$ = new Subject<Stop>();
  let stopped: Stop | undefined;
  let onTheirWay = 0;
  let release: (() => void) | undefined;

  const idle = setTimeout(() => {
    if (brake.isOpen) stop$.next('slow');
    else idle.refresh();
  }, limits.arrivalMs);
  // Not by bytes: a line that never ends comes to an end, however steadily its bytes come.
  const watched = brake.open$.subscribe(() => idle.refresh());

  const line$ = merge(
    rejected$,
    readLines(body, { valve: brake, maxLineBytes: limits.bodyBytes, rejections: rejected$ }).pipe(
      tap({ complete: () => rejected$.complete(), error: () => rejected$.complete() }),
    ),
  ).pipe(
    takeUntil(
      merge(stop$, cut$.pipe(map((): Stop => 'draining'))).pipe(
        tap((why) => {
          stopped = why;
        }),
      ),
    ),
    map((text, index): Line => ({ text, number: index + 1 })),
    tap(() => {
      idle.refresh();
      onTheirWay += 1;
      if (onTheirWay >= limits.batch) release ??= brake.hold('answerLines');
    }),
  );

  const answer$ = line$.pipe(
    microBatch({ maxSize: TOGETHER, maxWaitMs: 0, scheduler: asapScheduler }),
    mapInOrder((lines) => answersToLines(lines, { queue, limits, askedBy, failed })),
    tap((answers) => {
      onTheirWay -= answers.length;
      list.add(answers.filter((json) => json !== ''));
      if (release === undefined || onTheirWay > limits.batch / 2) return;
      const open = release;
      release = undefined;
      open();
    }),
  );

  return new Promise((resolve) => {
    const finish = (last?: string): void => {
      if (last !== undefined) list.add([last]);
      list.end();
      if (request.complete || response.destroyed) return;
      // The pipe pauses what it came from when it is taken apart: later, it would undo that the rest is let come.
      request.unpipe(body);
      linger(request);
    };
    answer$
      .pipe(
        takeUntil(fromEvent(response, 'close')),
        finalize(() => {
          clearTimeout(idle);
          watched.unsubscribe();
          resolve();
        }),
      )
      .subscribe({
        complete: () => finish(stopped === undefined ? undefined : problemLine(stopped, STOPPED[stopped])),
        error: (error: unknown) =>
          finish(
            problemLine('malformed', error instanceof HeadwaterError ? error.message : 'The body cannot be read.'),
          ),
      });
  });
};
