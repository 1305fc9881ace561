import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Observable } from 'rxjs';

/** An answer: a key of a terminal, or a line if stdin is not a terminal. */
export type AnswerKey = string;

/** Keys with a special meaning. */
const ENTER = '\r';
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_Z = '\x1a';

interface RawInput extends Readable {
  setRawMode(raw: boolean): unknown;
}

const isRaw = (stdin: Readable & { readonly isTTY?: boolean }): stdin is RawInput =>
  stdin.isTTY === true && 'setRawMode' in stdin;

/**
 * The answers from stdin: single keys of a terminal, where Enter is an empty answer, or lines otherwise. Completes at
 * Ctrl-D and at the end of stdin. Ctrl-C and Ctrl-Z keep their usual meaning.
 *
 * Unsubscribing restores the terminal.
 */
export const answerKeys = (stdin: Readable & { readonly isTTY?: boolean }): Observable<AnswerKey> =>
  new Observable((subscriber) => {
    if (!isRaw(stdin)) {
      // If stdin has already ended, no further event would report it.
      if (stdin.readableEnded) {
        subscriber.complete();
        return undefined;
      }
      const lines = createInterface({ input: stdin, crlfDelay: Infinity });
      lines.on('line', (line) => subscriber.next(line.trim())).on('close', () => subscriber.complete());
      return () => lines.close();
    }
    const again = (): void => void stdin.setRawMode(true);
    const take = (text: string): void => {
      // An escape sequence, for example of an arrow key, is one key without a meaning here.
      if (text.startsWith('\x1b')) return;
      for (const key of text) {
        if (key === CTRL_D) subscriber.complete();
        else if (key === CTRL_C) process.kill(process.pid, 'SIGINT');
        else if (key === CTRL_Z) {
          stdin.setRawMode(false);
          process.once('SIGCONT', again);
          process.kill(process.pid, 'SIGTSTP');
        } else subscriber.next(key === ENTER || key === '\n' ? '' : key);
      }
    };
    stdin.setRawMode(true);
    stdin.setEncoding('utf8').on('data', take).resume();
    return () => {
      process.off('SIGCONT', again);
      stdin.off('data', take).pause();
      stdin.setRawMode(false);
    };
  });
