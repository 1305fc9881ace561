import { emitKeypressEvents } from 'node:readline';
import { Observable } from 'rxjs';
import type { WatchKey } from '../../sinks/watch/WatchKey.js';
import type { Terminal } from '../process/Terminal.js';

/** A key press as reported by Node's readline. */
interface Keypress {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

const isPrintable = (text: string): boolean => !/\p{C}/u.test(text);

/** The name of a key, and the text that it types. */
const keyOf = (typed: string | undefined, { name, sequence = '', ctrl, meta }: Keypress): WatchKey => {
  const text = ctrl !== true && meta !== true && typed !== undefined && isPrintable(typed) ? typed : '';
  return { name: name === 'enter' ? 'return' : (name ?? sequence), text };
};

/** The maximum time until a stop signal takes effect. Milliseconds. */
const STOP_MS = 100;

/**
 * The keys that are pressed in a terminal, immediately and without echo.
 *
 * Ctrl-C and Ctrl-Z keep their usual meaning. A terminal in raw mode does not send signals, so this function sends them
 * to the process group. While the process is stopped, the terminal is in its original mode. After `fg`, it is in raw
 * mode again.
 *
 * @param kill sends a signal to the process group
 */
export const terminalKeys = (
  terminal: Pick<Terminal, 'stdin' | 'on' | 'off'>,
  kill: (signal: 'SIGINT' | 'SIGTSTP' | 'SIGQUIT') => void = (signal) => void process.kill(0, signal),
): Observable<WatchKey> =>
  new Observable((subscriber) => {
    const { stdin } = terminal;
    let resuming: ReturnType<typeof setTimeout> | undefined;
    const raw = (on: boolean): void => void stdin.setRawMode?.(on);
    // The shell has changed the terminal mode in the meantime. Node ignores a mode that it considers already set, so it
    // is reset first.
    const continued = (): void => {
      raw(false);
      raw(true);
    };
    const pressed = (typed: string | undefined, key: Keypress): void => {
      if (key.sequence === '\u0003') kill('SIGINT');
      else if (key.sequence === '\u001c') kill('SIGQUIT');
      else if (key.sequence === '\u001a') {
        raw(false);
        kill('SIGTSTP');
        // Without a shell to return to, the system does not stop the process.
        resuming = setTimeout(continued, STOP_MS);
      } else subscriber.next(keyOf(typed, key));
    };
    emitKeypressEvents(stdin);
    raw(true);
    stdin.on('keypress', pressed);
    stdin.resume();
    terminal.on('SIGCONT', continued);
    return () => {
      clearTimeout(resuming);
      terminal.off('SIGCONT', continued);
      stdin.off('keypress', pressed);
      raw(false);
      stdin.pause();
    };
  });
