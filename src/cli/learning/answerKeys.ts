import { createInterface } from 'node:readline';
import { filter, map, Observable, takeWhile } from 'rxjs';
import type { WatchKey } from '../../sinks/watch/WatchKey.js';
import { terminalKeys } from '../live/terminalKeys.js';
import type { Terminal } from '../process/Terminal.js';

/** An answer: a key of a terminal, or a line if stdin is not a terminal. */
export type AnswerKey = string;

/** The answer of a key; undefined if it has no meaning here: an arrow, or a text that was pasted by mistake. */
const answerOf = ({ name, text }: WatchKey): AnswerKey | undefined => {
  if (name === 'return') return '';
  return name === 'paste' || text === '' ? undefined : text;
};

/**
 * The answers from stdin: single keys of a terminal, where Enter is an empty answer, or lines otherwise. Completes at
 * Ctrl-D and at the end of stdin. Ctrl-C and Ctrl-Z keep their usual meaning. A pasted text is no answer.
 *
 * Unsubscribing restores the terminal.
 */
export const answerKeys = (
  terminal: Pick<Terminal, 'stdin' | 'stdout' | 'env' | 'on' | 'off'>,
): Observable<AnswerKey> => {
  const { stdin } = terminal;
  if (stdin.isTTY === true && stdin.setRawMode !== undefined)
    return terminalKeys(terminal).pipe(
      takeWhile(({ name }) => name !== 'ctrl-d'),
      map(answerOf),
      filter((answer) => answer !== undefined),
    );
  return new Observable((subscriber) => {
    // If stdin has already ended, no further event would report it.
    if (stdin.readableEnded) {
      subscriber.complete();
      return undefined;
    }
    const lines = createInterface({ input: stdin, crlfDelay: Infinity });
    lines.on('line', (line) => subscriber.next(line.trim())).on('close', () => subscriber.complete());
    return () => lines.close();
  });
};
