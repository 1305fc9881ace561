import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { asapScheduler, finalize, fromEvent, map, merge, type Observable, Subject, takeUntil, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { microBatch } from '../../operators/live/microBatch.js';
import { readLines } from '../../streams/readLines.js';
import { valve } from '../../streams/valve.js';
import { linger } from './answer.js';
import { sendContinue } from '../http/expectation.js';
import { answersToLines, type Line, type LineAnswers, problemLine } from './answersToLines.js';
import { ListWriter } from './ListWriter.js';
import { mapInOrder } from './mapInOrder.js';
import type { BodyForm } from '../http/mediaTypes.js';

/** What the answer to a body of JSON lines needs. */
export interface BodyOfLinesAnswers extends Omit<LineAnswers, 'askedBy'> {
  /** Emits when no more lines are read. */
  readonly cut$: Observable<unknown>;
}

/**
 * The maximum number of lines that are answered in one piece. It is large enough to keep the cost of a queue request
 * low, and small enough that the next lines are read in the meantime.
 */
const TOGETHER = 64;

/** Why reading stops although more lines may arrive. */
type Stop = 'slow' | 'draining';

const STOPPED: Readonly<Record<Stop, string>> = {
  slow: 'No further line arrived in time. Send the rest in another request.',
  draining: 'The server is shutting down and accepts no more lines. Send the rest in another request.',
};

/**
 * Answers each JSON line with one line, in order, while further lines arrive.
 *
 * An invalid line is answered with a problem in its place, and the other lines continue. Reading pauses while as many
 * lines as a batch holds are in progress, while the model is behind, or while the client does not read its answers. So
 * a body may have any length, and only a small part of it is in memory.
 *
 * @returns resolves when the last answer was handed to the connection, or the client has disconnected
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
  sendContinue(request);
  // Some clients wait for the start of the answer before they send more.
  response.flushHeaders();

  // A separate stream: the line reader destroys its input at the end, which would close the connection.
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
  // The timer restarts for each line, not for each byte. So a line that never ends reaches the timeout, even if its
  // bytes arrive steadily.
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
      // `unpipe` pauses the request. It must run before the rest of the body is drained, because it would stop the
      // draining.
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
