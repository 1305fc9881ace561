import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { rowProgress } from '../../../src/sinks/progress/rowProgress.js';
import { FakeStream, screen, systemError } from '../../sinks/FakeStream.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const env = { LANG: 'en_US.UTF-8', TERM: 'xterm' };

describe('rowProgress', () => {
  it('tells at the end how many there were and how fast, emits nothing, and completes', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a 999ms b 999ms c 1s |');
      expectObservable(source.pipe(rowProgress({ label: 'reading', stream, env }))).toBe('3001ms |');
      expectSubscriptions(source.subscriptions).toBe('^ 3000ms !');
    });
    expect(stream.text).toBe('reading: 3 rows in 3.0s (1.0 rows/s)\n');
  });

  it('adds a plain line every ten seconds at most', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold('a 8s b 3s c 8s d 2s e|', { a: 10, b: 20, c: 30, d: 40, e: 50 });
      const sink = rowProgress<number>({
        label: 'reading',
        total: 200,
        unit: 'titles',
        count: (value) => value,
        stream,
        env,
      });
      expectObservable(source.pipe(sink)).toBe('21005ms |');
    });
    expect(stream.lines).toEqual([
      'reading  30%  60/200 titles  5.5 titles/s  26s left',
      'reading  75%  150/200 titles  9.0 titles/s  6s left',
      'reading: 150 titles in 21s (7.1 titles/s)',
    ]);
  });

  it('draws a bar on a terminal where the total is known, and a count where it is not', () => {
    const known = new FakeStream({ isTTY: true, columns: 60 });
    const unknown = new FakeStream({ isTTY: true, columns: 60 });
    const shown: string[][] = [];
    scheduler().run(({ cold }) => {
      cold('a 99ms b 1s |')
        .pipe(rowProgress({ label: 'reading', total: 4, stream: known, env, colors: false }))
        .subscribe();
      cold('a 99ms b 1s |')
        .pipe(rowProgress({ label: 'reading', stream: unknown, env, colors: false }))
        .subscribe();
      cold('101ms x').subscribe(() => shown.push(screen(known.text), screen(unknown.text)));
    });
    expect(shown).toEqual([
      [`reading  ${'█'.repeat(10)}${'░'.repeat(10)}   50%  20 rows/s  1s left`],
      ['reading  2 rows  20 rows/s'],
    ]);
    expect(screen(known.text)).toEqual(['reading: 2 rows in 1.1s (1.8 rows/s)', '']);
  });

  it('never emits of a source that never does, and writes nothing', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(rowProgress({ label: 'reading', stream, env }))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
    expect(stream.text).toBe('');
  });

  it('tells of nothing, too', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--|');
      expectObservable(source.pipe(rowProgress({ label: 'reading', total: 0, stream, env }))).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
    expect(stream.text).toBe('reading: 0 rows in 0.0s (0.0 rows/s)\n');
  });

  it('leaves the unfinished bar and goes below it when the source fails', () => {
    const stream = new FakeStream({ isTTY: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-#');
      expectObservable(source.pipe(rowProgress({ label: 'reading', stream, env }))).toBe('---#');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    expect(screen(stream.text)).toEqual([expect.stringMatching(/^reading {2}1 rows/), '']);
  });

  it('fails when count throws, and leaves the source', () => {
    const error = new Error('no count');
    const stream = new FakeStream({ isTTY: true });
    const count = (value: string): number => {
      if (value === 'b') throw error;
      return 1;
    };
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|');
      expectObservable(source.pipe(rowProgress<string>({ label: 'reading', count, stream, env }))).toBe(
        '---#',
        undefined,
        error,
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    expect(screen(stream.text).at(-1)).toBe('');
  });

  it('says nothing more when it is left, and goes below the bar', () => {
    const stream = new FakeStream({ isTTY: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|');
      expectObservable(source.pipe(rowProgress({ label: 'reading', stream, env })), '^-!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
    expect(screen(stream.text)).toEqual([expect.stringMatching(/^reading {2}1 rows/), '']);
    expect(stream.listenerCount('error') + stream.listenerCount('drain') + stream.listenerCount('close')).toBe(0);
  });

  it('completes quietly when the stream is gone', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a---b-|');
      cold('---x').subscribe(() => stream.emit('error', systemError('EPIPE')));
      expectObservable(source.pipe(rowProgress({ label: 'reading', stream, env }))).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });
});
