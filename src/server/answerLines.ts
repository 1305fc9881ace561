import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { catchError, defer, finalize, fromEvent, ignoreElements, map, merge, type Observable, of, Subject, takeUntil, tap } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { Rejection } from '../contracts/Rejection.js';
import type { Valve } from '../contracts/Valve.js';
import { readLines } from '../streams/readLines.js';
import { valve } from '../streams/valve.js';
import { linger } from './answer.js';
import type { ClassifyQueue } from './ClassifyQueue.js';
import { decodeItem, parseJson } from './decodeHeadlines.js';
import { ListWriter } from './ListWriter.js';
import { mapInOrder } from './mapInOrder.js';
import type { BodyForm } from './mediaTypes.js';
import { answerJson } from './predictionJson.js';
import { problem, type ProblemKind } from './problem.js';
import type { ServerLimits } from './ServerLimits.js';

/** What lines are answered with. */
export interface LineAnswers {
  readonly queue: ClassifyQueue;
  readonly limits: ServerLimits;
  /** Emits when no more lines are to be taken. */
  readonly drain$: Observable<unknown>;
  /** Told of what the model throws. */
  readonly failed: (error: unknown) => void;
}

const problemJson = (kind: ProblemKind, detail: string, line?: number): string => JSON.stringify(problem(kind, detail, line === undefined ? {} : { line }));

/** Why no more lines are taken, though more may come. */
type Stop = 'slow' | 'draining';

const STOPPED: Readonly<Record<Stop, string>> = {
  slow: 'No line has come for too long. Send the rest in another request.',
  draining: 'The server is ending, and takes no more lines. Send the rest in another request.',
};

/** Holds one valve while another is closed. */
const holdWhileClosed = (brake: Valve, other: Valve): Observable<never> =>
  defer(() => {
    let release: (() => void) | undefined;
    return other.open$.pipe(
      tap((open) => {
        release?.();
        release = open ? undefined : brake.hold();
      }),
      ignoreElements(),
      finalize(() => release?.()),
    );
  });

/**
 * Answers JSON lines by a line each, in their order, while they still come.
 *
 * A line that is no headline is answered by a problem in its place, and the others go on. No more is read while as many lines as a batch holds are on their way, while the model is behind, or while the
 * client does not read its answers: so a body of any length is taken, and little of it held.
 *
 * @returns settled when the last answer is on its way, or the client has left
 */
export const answerLines = (request: IncomingMessage, response: ServerResponse, form: BodyForm, { queue, limits, drain$, failed }: LineAnswers): Promise<void> => {
  const brake = valve();
  const list = new ListWriter(response, form, brake);
  // For whoever waits for the answer to begin before sending more.
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
  request.on('data', () => idle.refresh());

  const answerTo = (line: string | Rejection, index: number): Observable<string> => {
    const number = index + 1;
    if (typeof line !== 'string') {
      return of(line.reason === 'oversize' ? problemJson('too-large', `A line may have ${limits.bodyBytes} bytes.`, number) : problemJson('malformed', 'The line is not UTF-8.', number));
    }
    if (line.trim() === '') return of('');
    const value = parseJson(line);
    if (value === undefined) return of(problemJson('malformed', 'The line is no JSON.', number));
    const decoded = decodeItem(value, '', index, limits);
    if ('fault' in decoded) return of(problemJson('invalid', `${decoded.fault.pointer === '' ? '' : `${decoded.fault.pointer.slice(1)}: `}${decoded.fault.detail}`, number));
    return queue.classify([decoded.headline]).pipe(
      map(answerJson),
      catchError((error: unknown) => {
        failed(error);
        return of(problemJson('failed', 'The headline could not be classified.', number));
      }),
    );
  };

  const line$ = merge(
    rejected$,
    readLines(body, { valve: brake, maxLineBytes: limits.bodyBytes, rejections: rejected$ }).pipe(tap({ complete: () => rejected$.complete(), error: () => rejected$.complete() })),
  ).pipe(
    takeUntil(
      merge(stop$, drain$.pipe(map((): Stop => 'draining'))).pipe(
        tap((why) => {
          stopped = why;
        }),
      ),
    ),
    map((line, index) => ({ line, index })),
    tap(() => {
      onTheirWay += 1;
      if (onTheirWay >= limits.batch) release ??= brake.hold();
    }),
  );

  const answer$ = line$.pipe(
    mapInOrder(({ line, index }) => answerTo(line, index)),
    tap((json) => {
      onTheirWay -= 1;
      if (json !== '') list.add(json);
      if (release === undefined || onTheirWay > limits.batch / 2) return;
      const open = release;
      release = undefined;
      open();
    }),
  );

  return new Promise((resolve) => {
    const braked = holdWhileClosed(brake, queue.valve).subscribe();
    const finish = (last?: string): void => {
      if (last !== undefined) list.add(last);
      list.end();
      if (!request.complete && !response.destroyed) linger(request);
    };
    answer$
      .pipe(
        takeUntil(fromEvent(response, 'close')),
        finalize(() => {
          clearTimeout(idle);
          braked.unsubscribe();
          resolve();
        }),
      )
      .subscribe({
        complete: () => finish(stopped === undefined ? undefined : problemJson(stopped, STOPPED[stopped])),
        error: (error: unknown) => finish(problemJson('malformed', error instanceof HeadwaterError ? error.message : 'The body cannot be read.')),
      });
  });
};
