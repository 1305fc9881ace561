import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { terminalKeys } from '../../../src/cli/live/terminalKeys.js';
import type { WatchKey } from '../../../src/sinks/watch/WatchKey.js';

const terminalOf = () => {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  const stdout = Object.assign(new PassThrough(), { isTTY: true });
  return Object.assign(new EventEmitter(), { stdin, stdout, env: { TERM: 'xterm' }, modes });
};

it('tells keys by their names and what they type, and sends the signals that the terminal would', async () => {
  const terminal = terminalOf();
  const keys: WatchKey[] = [];
  const signals: string[] = [];
  const subscription = terminalKeys(terminal, (signal) => signals.push(signal)).subscribe((key) => keys.push(key));
  terminal.stdin.write('q \r/é\u001b[A\u001b[6~\u007f\u0003\u001c');
  await setTimeout(10);
  expect(keys).toEqual([
    { name: 'q', text: 'q' },
    { name: 'space', text: ' ' },
    { name: 'return', text: '' },
    { name: '/', text: '/' },
    { name: 'é', text: 'é' },
    { name: 'up', text: '' },
    { name: 'pagedown', text: '' },
    { name: 'backspace', text: '' },
  ]);
  expect(signals).toEqual(['SIGINT', 'SIGQUIT']);
  subscription.unsubscribe();
  expect(terminal.modes).toEqual([true, false]);
  expect(terminal.listenerCount('SIGCONT')).toBe(0);
});

it('takes a pasted text as one key, and reports of the mouse as none', async () => {
  const terminal = terminalOf();
  const keys: WatchKey[] = [];
  const signals: string[] = [];
  const subscription = terminalKeys(terminal, (signal) => signals.push(signal)).subscribe((key) => keys.push(key));
  const [click, oldClick] = ['\u001b[<0;10;20M\u001b[<0;10;20m', '\u001b[M !q'];
  terminal.stdin.write(`\u001b[200~a q\r/b\u0003\u001b[201~${click}q${oldClick}f`);
  await setTimeout(10);
  expect(keys).toEqual([
    { name: 'paste', text: 'a q /b' },
    { name: 'q', text: 'q' },
    { name: 'f', text: 'f' },
  ]);
  // Ctrl-C ends the command even if the end of a pasted text got lost.
  expect(signals).toEqual(['SIGINT']);
  subscription.unsubscribe();
  expect((terminal.stdout.read() as Buffer).toString()).toBe('\u001b[?2004h\u001b[?2004l');
});

it('does not take a letter with Ctrl or Alt for the letter', async () => {
  const terminal = terminalOf();
  const keys: WatchKey[] = [];
  const subscription = terminalKeys(terminal, () => undefined).subscribe((key) => keys.push(key));
  // Ctrl-S and Ctrl-Q stop and continue the output of other commands.
  terminal.stdin.write('\u0013\u0011\u001bq\u000c');
  await setTimeout(10);
  expect(keys.map(({ name }) => name)).toEqual(['ctrl-s', 'ctrl-q', 'alt-q', 'ctrl-l']);
  subscription.unsubscribe();
});

it('leaves the terminal as it was while the process is stopped, and takes it again afterwards', async () => {
  const terminal = terminalOf();
  const subscription = terminalKeys(terminal, () => undefined).subscribe();
  terminal.stdin.write('\u001a');
  await setTimeout(10);
  expect(terminal.modes).toEqual([true, false]);
  terminal.emit('SIGCONT');
  expect(terminal.modes.slice(2)).toEqual([false, true]);
  subscription.unsubscribe();
  await setTimeout(150);
  expect(terminal.modes.at(-1)).toBe(false);
});
