import type { Observable } from 'rxjs';
import { BehaviorSubject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { Valve } from '../../../src/contracts/flow/Valve.js';
import { jsonLines } from '../../../src/sinks/jsonLines.js';
import { FakeStream, systemError } from '../../sinks/FakeStream.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** A valve with one holder at a time, enough for one sink. */
const valve = (): Valve & { readonly open$: Observable<boolean> } => {
  const open$ = new BehaviorSubject(true);
  return {
    open$,
    get isOpen() {
      return open$.value;
    },
    hold: () => {
      open$.next(false);
      return () => open$.next(true);
    },
  };
};

describe('jsonLines', () => {
  it('writes each value as a line as it comes, emits nothing, and completes', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|', { a: { id: 0 }, b: [1, 'two'] });
      expectObservable(source.pipe(jsonLines(stream))).toBe('--------|');
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
    expect(stream.text).toBe('{"id":0}\n[1,"two"]\n');
    expect(stream.writableEnded).toBe(false);
    expect(stream.listenerCount('error') + stream.listenerCount('drain')).toBe(0);
  });

  it('completes only when the stream has taken every line', () => {
    const stream = new FakeStream({ slow: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -ab|       ');
      const taken = cold('  ------t--t-', { t: 0 });
      const expected = '    ---------|  ';
      taken.subscribe(() => stream.take());
      expectObservable(source.pipe(jsonLines(stream))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('never emits of a source that never does', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(jsonLines(new FakeStream()))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it('writes nothing of an empty source', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--|');
      expectObservable(source.pipe(jsonLines(stream))).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
    expect(stream.text).toBe('');
  });

  it('passes an error of the source on once the lines before it are written', () => {
    const stream = new FakeStream({ slow: true });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-#     ');
      const taken = cold('  -----t   ', { t: 0 });
      taken.subscribe(() => stream.take());
      expectObservable(source.pipe(jsonLines(stream))).toBe('-----#');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    expect(stream.text).toBe('"a"\n');
  });

  it('fails at once on a value that JSON cannot hold', () => {
    const stream = new FakeStream();
    const knot: { self?: unknown } = {};
    knot.self = knot;
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<unknown>('-a-k-b-|', { a: 1, k: knot, b: 2 });
      expectObservable(source.pipe(jsonLines(stream))).toBe(
        '---#',
        undefined,
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    expect(stream.text).toBe('1\n');
  });

  it('leaves the source when it is left', () => {
    const stream = new FakeStream();
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-|');
      expectObservable(source.pipe(jsonLines(stream)), '--^-!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('--^-!');
    });
    expect(stream.text).toBe('"b"\n');
    expect(stream.listenerCount('error') + stream.listenerCount('drain')).toBe(0);
  });

  it('holds the valve from a write that fills the stream to its drain', () => {
    const stream = new FakeStream({ slow: true, highWaterMark: 8 });
    const brake = valve();
    scheduler().run(({ hot, expectObservable }) => {
      const source = hot('-a-b---------c-|'); // 4 bytes each: the second one fills the stream
      const taken = hot(' -------t-t------t');
      taken.subscribe(() => stream.take());
      expectObservable(brake.open$).toBe('o--c-----o------', { o: true, c: false });
      expectObservable(source.pipe(jsonLines(stream, { valve: brake }))).toBe('----------------|');
    });
  });

  it('releases the valve when it is left while the stream is full', () => {
    const stream = new FakeStream({ slow: true, highWaterMark: 4 });
    const brake = valve();
    scheduler().run(({ hot, expectObservable }) => {
      expectObservable(brake.open$).toBe('o-c--o', { o: true, c: false });
      expectObservable(hot('--a').pipe(jsonLines(stream, { valve: brake })), '^----!').toBe('------');
    });
  });

  it('releases the valve when the source fails while the stream is full, once it is written', () => {
    const stream = new FakeStream({ slow: true, highWaterMark: 4 });
    const brake = valve();
    scheduler().run(({ hot, cold, expectObservable }) => {
      cold('------t').subscribe(() => stream.take());
      expectObservable(brake.open$).toBe('o-c---o', { o: true, c: false });
      expectObservable(hot('--a-#').pipe(jsonLines(stream, { valve: brake }))).toBe('------#');
    });
  });

  it('fails rather than let more than its limit wait in the stream', () => {
    const stream = new FakeStream({ slow: true, highWaterMark: 4 });
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|');
      const error = new HeadwaterError(
        'HW_OVERFLOW',
        'The output of JSON lines is 8 bytes behind, more than the limit of 7. ' +
          'Give jsonLines() the valve that the source honours, or raise limit.',
      );
      expectObservable(source.pipe(jsonLines(stream, { limit: 7 }))).toBe('---#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('completes quietly, and leaves its source, when the reader has closed the pipe', () => {
    const stream = new FakeStream();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a----b-|');
      // 'error' in its own words: destroy(error) would emit it in the next tick, which virtual time does not know.
      cold('---x').subscribe(() => stream.emit('error', systemError('EPIPE', 'write EPIPE')));
      expectObservable(source.pipe(jsonLines(stream))).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('fails when the stream does', () => {
    const stream = new FakeStream();
    const cause = systemError('ENOSPC', 'no space left on device');
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a----b-|');
      cold('---x').subscribe(() => stream.emit('error', cause));
      const error = new HeadwaterError(
        'HW_WRITE',
        'JSON lines could not be written: no space left on device. Check that the output is still there and has room.',
        { cause },
      );
      expectObservable(source.pipe(jsonLines(stream))).toBe('---#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });
});
