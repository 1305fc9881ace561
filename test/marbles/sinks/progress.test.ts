import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import { progress } from '../../../src/sinks/progress/progress.js';
import { ended, epochEnded, epochStarted, started, step, validationStep } from '../../sinks/events.js';
import { FakeStream, screen, systemError } from '../../sinks/FakeStream.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const env = { LANG: 'en_US.UTF-8', TERM: 'xterm' };

/** Four steps of 20 rows, 20 to validate on: 100 rows an epoch. */
const values: Record<string, TrainingEvent> = {
  S: started(),
  e: epochStarted(1),
  f: epochStarted(2),
  a: step(1, 0),
  b: step(1, 1),
  c: step(2, 0),
  v: validationStep(1),
  E: epochEnded(1, true),
  F: epochEnded(2, false),
  Z: ended(),
};

const START = 'training gru: 80 rows, 20 rows to validate on, at most 8 epochs';
const FIRST = 'epoch 1/8  train 0.812  validation 0.901  lr 1.0e-3  best';
const SECOND = 'epoch 2/8  train 0.812  validation 0.901  lr 1.0e-3';
const END = 'gru ended after epoch 6: best epoch 4, validation 0.901';

describe('progress', () => {
  it('writes a line at the start, at the end of each epoch and at the end, emits nothing, and completes', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('Se-a-b-vE-f-c-FZ|', values);
      expectObservable(source.pipe(progress({ stream, env }))).toBe('----------------|');
      expectSubscriptions(source.subscriptions).toBe('^---------------!');
    });
    expect(stream.lines).toEqual([START, FIRST, SECOND, END]);
    expect(stream.text).not.toContain('\u001b');
    expect(stream.listenerCount('error') + stream.listenerCount('drain') + stream.listenerCount('close')).toBe(0);
  });

  it('writes few lines where epochs are fast, and one for each where they are slow', () => {
    const epochs: Record<string, TrainingEvent> = { S: started(), Z: ended() };
    const names = Array.from({ length: 20 }, (_, epoch) => String.fromCodePoint(0x4e00 + epoch));
    names.forEach((name, epoch) => (epochs[name] = epochEnded(epoch + 1, false)));
    const linesOf = (between: string): readonly string[] => {
      const stream = new FakeStream();
      scheduler().run(({ cold }) => {
        cold(`S ${names.map((name) => `${between} ${name}`).join(' ')} Z|`, epochs)
          .pipe(progress({ stream, env }))
          .subscribe();
      });
      return stream.lines;
    };
    const shown = (lines: readonly string[]): readonly string[] => lines.map((line) => line.split(/\/| {2}/)[0] ?? '');
    expect(shown(linesOf('9ms'))).toEqual([START, ...[1, 2, 3, 4, 5].map((epoch) => `epoch ${epoch}`), END]);
    expect(shown(linesOf('199ms'))).toHaveLength(2 + 5 + 4);
    expect(linesOf('999ms')).toHaveLength(2 + 20);
  });

  it('adds a plain line where the last one is ten seconds old, with the rate and the time left by the given clock', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold('(Se) 996ms a 4s a 4999ms a 8s a 7s v 2s E 11s f|', values);
      expectObservable(source.pipe(progress({ stream, env }))).toBe('38006ms |');
    });
    expect(stream.lines).toEqual([
      START,
      // 60 rows in 10 s, 40 to go.
      'epoch 1/8  60%  60/100 rows  6.0 rows/s  7s left  loss 0.500',
      // The last 10 s and the sample before them: 20 rows at 18.0 s and 20 at 25.0 s since 10.0 s; none to go.
      'epoch 1/8  100%  100/100 rows  2.7 rows/s  0s left  loss 0.500',
      FIRST,
    ]);
  });

  it('never emits of a source that never does, and writes nothing', () => {
    const stream = new FakeStream({ isTTY: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<TrainingEvent>('-');
      expectObservable(source.pipe(progress({ stream, env }))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
    expect(stream.text).toBe('');
  });

  it('completes with an empty source', () => {
    const stream = new FakeStream({ isTTY: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<TrainingEvent>('--|');
      expectObservable(source.pipe(progress({ stream, env }))).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
    expect(stream.text).toBe('');
  });

  it('draws one line over and over on a terminal, at most every 100 ms, and leaves a line an epoch', () => {
    const stream = new FakeStream({ isTTY: true, columns: 80 });
    const shown: string[][] = [];
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold('S e 98ms a 49ms b 149ms a 199ms v 99ms E f 1s c 1s F Z|', values);
      source.subscribe(() => undefined);
      expectObservable(source.pipe(progress({ stream, env, colors: false }))).toBe('2605ms |');
      for (const at of [101, 151, 302, 502, 603, 1605, 2607])
        cold(`${at}ms x`).subscribe(() => shown.push(screen(stream.text)));
    });
    const bar = (cells: number): string => '█'.repeat(cells) + '░'.repeat(20 - cells);
    expect(shown).toEqual([
      [START, `epoch 1/8  ${bar(4)}   20%  202 rows/s  1s left  loss 0.500`],
      // 50 ms later: not yet.
      [START, `epoch 1/8  ${bar(4)}   20%  202 rows/s  1s left  loss 0.500`],
      [START, `epoch 1/8  ${bar(12)}   60%  201 rows/s  1s left  loss 0.500`],
      [START, `epoch 1/8  ${bar(16)}   80%  160 rows/s  1s left  loss 0.500`],
      [START, FIRST, ''],
      [START, FIRST, `epoch 2/8  ${bar(4)}   20%  20 rows/s  5s left  loss 0.500`],
      [START, FIRST, SECOND, END, ''],
    ]);
    expect(stream.text).not.toContain('\u001b[?25l');
  });

  it('leaves the unfinished bar and goes below it when the source fails', () => {
    const stream = new FakeStream({ isTTY: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('(Sea)-#', values);
      expectObservable(source.pipe(progress({ stream, env, colors: false }))).toBe('------#');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
    expect(screen(stream.text)).toEqual([START, `epoch 1/8  ${'█'.repeat(4)}${'░'.repeat(16)}   20%  loss 0.500`, '']);
    expect(stream.text).not.toContain('\u001b[?25l');
  });

  it('leaves the unfinished bar and goes below it when it is left', () => {
    const stream = new FakeStream({ isTTY: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('Se-a-b-vE-|', values);
      expectObservable(source.pipe(progress({ stream, env, colors: false })), '^---!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
    expect(screen(stream.text)).toEqual([START, expect.stringMatching(/^epoch 1\/8 .*20%/), '']);
    expect(stream.listenerCount('error') + stream.listenerCount('drain') + stream.listenerCount('close')).toBe(0);
    expect(stream.text).not.toContain('\u001b[?25l');
  });

  it('completes only when the stream has taken its lines, and passes an error on only then', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const stream = new FakeStream({ slow: true });
      cold('----x').subscribe(() => stream.takeAll());
      expectObservable(cold('S-|', values).pipe(progress({ stream, env }))).toBe('----|');
      const other = new FakeStream({ slow: true });
      cold('----x').subscribe(() => other.takeAll());
      expectObservable(cold('S-#', values).pipe(progress({ stream: other, env }))).toBe('----#');
    });
  });

  it('skips drawings, not lines, while the terminal is behind', () => {
    const stream = new FakeStream({ isTTY: true, slow: true, highWaterMark: 1 });
    scheduler().run(({ cold }) => {
      cold('Se 1s a 1s b 1s v 1s E', values)
        .pipe(progress({ stream, env, colors: false }))
        .subscribe();
    });
    for (let i = 0; i < 5; i++) stream.take();
    expect(screen(stream.text)).toEqual([START, FIRST, '']);
    expect(stream.text).not.toContain('%');
  });

  it('completes quietly when the terminal is gone, for the training is worth more', () => {
    const stream = new FakeStream({ isTTY: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('Se-a-b-vE-|', values);
      cold('----x').subscribe(() => stream.emit('error', systemError('EIO')));
      expectObservable(source.pipe(progress({ stream, env }))).toBe('----|');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });
});
