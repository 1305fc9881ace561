import { emitKeypressEvents } from 'node:readline';
import { Observable } from 'rxjs';
import type { WatchKey } from '../../sinks/watch/WatchKey.js';
import type { Terminal } from '../process/Terminal.js';

/** A key as Node's readline tells it. */
interface Keypress {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

const isPrintable = (text: string): boolean => !/\p{C}/u.test(text);

/** A key by its name, and what it types. */
const keyOf = (typed: string | undefined, { name, sequence = '', ctrl, meta }: Keypress): WatchKey => {
  const text = ctrl !== true && meta !== true && typed !== undefined && isPrintable(typed) ? typed : '';
  return { name: name === 'enter' ? 'return' : (name ?? sequence), text };
};

/** How long a process that was asked to stop takes at most to stop. Milliseconds. */
const STOP_MS = 100;

/**
 * The keys that are pressed in a terminal, each at once and without an echo.
 *
 * Ctrl-C and Ctrl-Z go on meaning what they mean: a terminal that tells each key sends no signals by itself, so they
 * are sent to the group of processes here, as the terminal does. While the process is stopped the terminal is as it
 * was; after `fg` it tells keys again.
 *
 * @param kill sends a signal to the group of processes
 */
export const terminalKeys = (
  terminal: Pick<Terminal, 'stdin' | 'on' | 'off'>,
  kill: (signal: 'SIGINT' | 'SIGTSTP' | 'SIGQUIT') => void = (signal) => void process.kill(0, signal),
): Observable<WatchKey> =>
  new Observable((subscriber) => {
    const { stdin } = terminal;
    let resuming: ReturnType<typeof setTimeout> | undefined;
    const raw = (on: boolean): void => void stdin.setRawMode?.(on);
    // The shell has set the terminal for itself meanwhile. Node does nothing where it takes a mode for set already.
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
        // Where there is no shell to go back to, the system does not stop it.
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
