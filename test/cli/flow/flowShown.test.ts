import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { take, timer } from 'rxjs';
import { expect, it } from 'vitest';
import { flowShown } from '../../../src/cli/flow/flowShown.js';
import { trace } from '../../../src/operators/flow/trace.js';

/** The events of a trace file, as soon as it is whole. */
const eventsOf = async (file: string): Promise<readonly { readonly ph: string; readonly name: string }[]> => {
  for (;;) {
    const text = readFileSync(file, 'utf8');
    if (text.endsWith(']\n')) return JSON.parse(text) as readonly { readonly ph: string; readonly name: string }[];
    await setTimeout(5);
  }
};

// A job that ends by itself, and one that is interrupted.
it.each(['ends', 'is left'])('prints a table, and writes a whole trace file, of a job that %s', async (how) => {
  const file = join(mkdtempSync(join(tmpdir(), 'headwater-flow-')), 'trace.json');
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough({ encoding: 'utf8' })];
  const signals = new EventEmitter();
  const { beside } = flowShown(
    { flow: true, flowTrace: file },
    {
      stdin,
      stdout,
      stderr,
      env: {},
      on: (signal, listener) => signals.on(signal, listener),
      off: (signal, listener) => signals.off(signal, listener),
    },
  );
  // The first snapshot comes after a second, and what is written after it is written within its turn.
  await new Promise<void>((resolve) => {
    const working = beside(timer(0, 10).pipe(trace('ticks'), take(how === 'ends' ? 130 : Infinity)), () => {
      if (how === 'ends') return;
      setImmediate(() => {
        working.unsubscribe();
        resolve();
      });
    }).subscribe({ complete: resolve });
  });
  const printed = String(stderr.read());
  expect(printed).toMatch(/^flow after \d+\.\d s: /);
  expect(printed).toMatch(/^\| ticks +\| /m);
  const events = await eventsOf(file);
  expect(new Set(events.map(({ ph }) => ph))).toEqual(new Set(['M', 'X', 'C']));
  expect(events.filter(({ ph }) => ph === 'C').map(({ name }) => name)).toContain('ticks: values/s');
});
