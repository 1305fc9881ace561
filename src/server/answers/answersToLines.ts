import { catchError, concat, defer, EMPTY, ignoreElements, type Observable, of, tap } from 'rxjs';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { AskedBy, ClassifyQueue } from '../queue/ClassifyQueue.js';
import { decodeItem, parseJson } from './decodeHeadlines.js';
import { answerJson } from './predictionJson.js';
import { problem, type ProblemKind } from '../http/problem.js';
import type { ServerLimits } from '../queue/ServerLimits.js';

/** A line of a body, or why it is none, and its number from 1. */
export interface Line {
  readonly text: string | Rejection;
  readonly number: number;
}

/** What lines are answered with. */
export interface LineAnswers {
  readonly queue: ClassifyQueue;
  readonly limits: ServerLimits;
  /** Who sent them, and what is held while they wait for room. */
  readonly askedBy: AskedBy;
  /** Told of what the model throws. */
  readonly failed: (error: unknown) => void;
}

/** A problem in a line's place; without a number where it is no line's. */
export const problemLine = (kind: ProblemKind, detail: string, line?: number): string =>
  JSON.stringify(problem(kind, detail, line === undefined ? {} : { line }));

/** A line that asks for a classification, or what one that does not is answered. */
type Read = { readonly headline: LiveHeadline; readonly number: number } | { readonly answer: string };

const read = ({ text, number }: Line, limits: ServerLimits): Read => {
  const refused = (kind: ProblemKind, detail: string): Read => ({ answer: problemLine(kind, detail, number) });
  if (typeof text !== 'string')
    return text.reason === 'oversize'
      ? refused('too-large', `A line may have ${limits.bodyBytes} bytes.`)
      : refused('malformed', 'The line is not UTF-8.');
  if (text.trim() === '') return { answer: '' };
  const value = parseJson(text);
  if (value === undefined) return refused('malformed', 'The line is no JSON.');
  const decoded = decodeItem(value, '', number - 1, limits);
  if ('fault' in decoded)
    return refused(
      'invalid',
      `${decoded.fault.pointer === '' ? '' : `${decoded.fault.pointer.slice(1)}: `}${decoded.fault.detail}`,
    );
  return { headline: decoded.headline, number };
};

/**
 * Answers lines that came together, when all of them are classified: one answer a line, in their order, and an empty
 * one for a blank line.
 *
 * A line that is no headline is answered by a problem, and so are those that the model failed at. It emits once and
 * completes, and has no errors.
 */
export const answersToLines = (
  lines: readonly Line[],
  { queue, limits, askedBy, failed }: LineAnswers,
): Observable<readonly string[]> =>
  defer(() => {
    const asked = lines.map((line) => read(line, limits));
    const classified: string[] = [];
    return concat(
      queue
        .classify(
          asked.flatMap((item) => ('headline' in item ? [item.headline] : [])),
          askedBy,
        )
        .pipe(
          tap((predictions) => classified.push(...predictions.map(answerJson))),
          ignoreElements(),
          catchError((error: unknown) => {
            failed(error);
            return EMPTY;
          }),
        ),
      defer(() => {
        const answers = classified.values();
        return of(
          asked.map((item) =>
            'answer' in item
              ? item.answer
              : (answers.next().value ?? problemLine('failed', 'The headline could not be classified.', item.number)),
          ),
        );
      }),
    );
  });
