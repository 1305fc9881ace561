import { catchError, concat, defer, EMPTY, ignoreElements, type Observable, of, tap } from 'rxjs';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type { AskedBy, ClassifyQueue } from '../queue/ClassifyQueue.js';
import { decodeItem, parseJson } from './decodeHeadlines.js';
import { answerJson } from './predictionJson.js';
import { problem, type ProblemKind } from '../http/problem.js';
import type { ServerLimits } from '../queue/ServerLimits.js';

/** A line of a body with its number from 1, or the reason why it is invalid. */
export interface Line {
  readonly text: string | Rejection;
  readonly number: number;
}

/** What the answers to lines need. */
export interface LineAnswers {
  readonly queue: ClassifyQueue;
  readonly limits: ServerLimits;
  /** The client that sent the lines, and the valve that is held while they wait for room. */
  readonly askedBy: AskedBy;
  /** Called with errors of the model. */
  readonly failed: (error: unknown) => void;
}

/** A problem that takes the place of a line's answer. `line` is absent if the problem concerns no line. */
export const problemLine = (kind: ProblemKind, detail: string, line?: number): string =>
  JSON.stringify(problem(kind, detail, line === undefined ? {} : { line }));

/** A line with a headline, or the answer to an invalid or blank line. */
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
 * Answers lines that arrived together, when all of them are classified. It gives one answer for each line, in order,
 * and an empty answer for a blank line.
 *
 * An invalid line is answered with a problem, and so is a line for which the model failed. It emits once and completes,
 * and has no errors.
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
