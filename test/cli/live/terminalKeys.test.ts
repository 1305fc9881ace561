import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { terminalKeys } from '../../../src/cli/live/terminalKeys.js';
import type { WatchKey } from '../../../src/sinks/watch/WatchKey.js';

const terminalOf = () => {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  return Object.assign(new EventEmitter(), { stdin, modes });
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
