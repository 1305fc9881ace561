import { emitKeypressEvents } from 'node:readline';
import { Observable } from 'rxjs';
import type { WatchKey } from '../../sinks/watch/WatchKey.js';
import { isInteractive } from '../../sinks/terminal/isInteractive.js';
import type { Terminal } from '../process/Terminal.js';

/** A key press as reported by Node's readline. */
interface Keypress {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

const isPrintable = (text: string): boolean => !/\p{C}/u.test(text);

/** The name of a key with the keys that are held with it. Escape alone looks like Escape together with Alt. */
const heldName = (name: string, { ctrl, meta }: Keypress): string =>
  name === 'escape' ? name : `${ctrl === true ? 'ctrl-' : ''}${meta === true ? 'alt-' : ''}${name}`;

/** The name of a key, and the text that it types. */
const keyOf = (typed: string | undefined, key: Keypress): WatchKey => {
  const { name, sequence = '', ctrl, meta } = key;
  const text = ctrl !== true && meta !== true && typed !== undefined && isPrintable(typed) ? typed : '';
  return { name: heldName(name === 'enter' ? 'return' : (name ?? sequence), key), text };
};

/** The terminal then marks text that is pasted, so that it does not act as keys. */
const MARK_PASTES = '\u001b[?2004h';
const MARK_NO_PASTES = '\u001b[?2004l';

/** The maximum number of characters of a pasted text. */
const LONGEST_PASTE = 1000;

/**
 * The keys of a terminal, one by one, and a pasted text as one key. A program that ended badly may have left the
 * reports of the mouse on; they are no keys.
 */
const keyReader = (): ((typed: string | undefined, key: Keypress) => WatchKey | undefined) => {
  let pasted: string | undefined;
  /** What is left of a report of the mouse: a number of characters, or all up to a letter. */
  let mouse: number | 'letter' = 0;
  return (typed, key) => {
    const { name, sequence = '' } = key;
    if (mouse === 'letter') {
      if (/^[a-z]$/i.test(sequence)) mouse = 0;
      return undefined;
    }
    if (mouse > 0) {
      mouse -= 1;
      return undefined;
    }
    if (sequence === '\u001b[M') mouse = 3;
    else if (sequence === '\u001b[<') mouse = 'letter';
    else if (name === 'paste-start') pasted = '';
    else if (pasted === undefined) return keyOf(typed, key);
    else if (name === 'paste-end') {
      const text = pasted.replaceAll(/\s+/g, ' ');
      pasted = undefined;
      return { name: 'paste', text };
    } else if (pasted.length < LONGEST_PASTE) pasted += typed !== undefined && isPrintable(typed) ? typed : ' ';
    return undefined;
  };
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
 * A text that is pasted is one key with the name `paste`.
 *
 * @param kill sends a signal to the process group
 */
export const terminalKeys = (
  terminal: Pick<Terminal, 'stdin' | 'stdout' | 'env' | 'on' | 'off'>,
  kill: (signal: 'SIGINT' | 'SIGTSTP' | 'SIGQUIT') => void = (signal) => void process.kill(0, signal),
): Observable<WatchKey> =>
  new Observable((subscriber) => {
    const { stdin, stdout, env } = terminal;
    const marks = isInteractive(stdout, env);
    const read = keyReader();
    let resuming: ReturnType<typeof setTimeout> | undefined;
    const raw = (on: boolean): void => {
      stdin.setRawMode?.(on);
      if (marks) stdout.write(on ? MARK_PASTES : MARK_NO_PASTES);
    };
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
      } else {
        const next = read(typed, key);
        if (next !== undefined) subscriber.next(next);
      }
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
