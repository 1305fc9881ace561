import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { asapScheduler, catchError, concat, defer, EMPTY, finalize, fromEvent, ignoreElements, map, merge, type Observable, of, Subject, takeUntil, tap } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { Rejection } from '../contracts/Rejection.js';
import type { LiveHeadline } from '../contracts/Live.js';
import type { Valve } from '../contracts/Valve.js';
import { microBatch } from '../operators/live/microBatch.js';
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

/** A line, and its number. */
interface Line {
  readonly text: string | Rejection;
  readonly number: number;
}

/** A line that asks for a classification, or what a line that does not is answered. */
type Read = { readonly headline: LiveHeadline; readonly number: number } | { readonly answer: string };

/** The most lines that are answered in one piece: enough for asking to cost little, and few enough for the next to be read meanwhile. */
const TOGETHER = 64;

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

  const read = ({ text, number }: Line): Read => {
    const refused = (kind: ProblemKind, detail: string): Read => ({ answer: problemJson(kind, detail, number) });
    if (typeof text !== 'string') return text.reason === 'oversize' ? refused('too-large', `A line may have ${limits.bodyBytes} bytes.`) : refused('malformed', 'The line is not UTF-8.');
    if (text.trim() === '') return { answer: '' };
    const value = parseJson(text);
    if (value === undefined) return refused('malformed', 'The line is no JSON.');
    const decoded = decodeItem(value, '', number - 1, limits);
    if ('fault' in decoded) return refused('invalid', `${decoded.fault.pointer === '' ? '' : `${decoded.fault.pointer.slice(1)}: `}${decoded.fault.detail}`);
    return { headline: decoded.headline, number };
  };

  /** One answer a line: where the model fails midway, those after it are told so. */
  const answersTo = (lines: readonly Line[]): Observable<readonly string[]> => {
    const asked = lines.map(read);
    const classified: string[] = [];
    return concat(
      queue.classify(asked.flatMap((item) => ('headline' in item ? [item.headline] : []))).pipe(
        tap((predictions) => classified.push(...predictions.map(answerJson))),
        ignoreElements(),
        catchError((error: unknown) => {
          failed(error);
          return EMPTY;
        }),
      ),
      defer(() => {
        const answers = classified.values();
        return of(asked.map((item) => ('answer' in item ? item.answer : (answers.next().value ?? problemJson('failed', 'The headline could not be classified.', item.number)))));
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
    map((text, index): Line => ({ text, number: index + 1 })),
    tap(() => {
      onTheirWay += 1;
      if (onTheirWay >= limits.batch) release ??= brake.hold();
    }),
  );

  const answer$ = line$.pipe(
    microBatch({ maxSize: TOGETHER, maxWaitMs: 0, scheduler: asapScheduler }),
    mapInOrder(answersTo),
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
    const braked = holdWhileClosed(brake, queue.valve).subscribe();
    const finish = (last?: string): void => {
      if (last !== undefined) list.add([last]);
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
