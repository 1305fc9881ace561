import { setTimeout } from 'node:timers/promises';
import { right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { ignoreElements, map, of, range, Subject, take, throwError, VirtualTimeScheduler } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { alongside } from '../../../src/sinks/alongside.js';
import { stateFile, type StateFile, type StateFileOptions } from '../../../src/sinks/files/stateFile.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

/** A file of the source's newest value, and what was written into it. */
const kept = (options: StateFileOptions) => {
  const written: string[] = [];
  const { write = () => of(0) } = options;
  const file: StateFile<string> = stateFile('state.json', t.string, {
    ...options,
    write: (path, text) => {
      written.push(`${path} ${text}`);
      return write(path, text);
    },
  });
  const state = { newest: '' };
  return { written, file, state, sink: file.keep(() => state.newest) };
};

/** Puts each value into the state before the sink hears of it, as a memory does that stands before it. */
const into = (state: { newest: string }) =>
  map((value: string) => {
    state.newest = value;
    return value;
  });

describe('stateFile.keep', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('writes the state a while after it has changed, and once more at the end', () => {
    const { sink, state, written, ...rest } = kept({ delayMs: 4 });
    expect(rest.file.path).toBe('state.json');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const disk = cold('  ---|');
      const first = '      -----^--!';
      const last = '       --------------------^--!';
      const source = cold('-a-b-c-----------d--|');
      const subscribed = ' ^-------------------!';
      const expected = '   -----------------------|';
      const { sink: slow } = kept({ delayMs: 4, write: () => disk });
      expectObservable(source.pipe(slow)).toBe(expected);
      expectObservable(source.pipe(into(state), sink)).toBe('--------------------|');
      expectSubscriptions(source.subscriptions).toBe([subscribed, subscribed]);
      expectSubscriptions(disk.subscriptions).toBe([first, last]);
    });
    expect(written).toEqual(['state.json "c"', 'state.json "d"']);
  });

  it('writes all the same where changes never pause', () => {
    const { sink, state, written } = kept({ delayMs: 3 });
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('abcdefghij|').pipe(into(state), sink)).toBe('----------|');
    });
    // At 3, at 7 (three after e, the first since), and at the end.
    expect(written).toEqual(['state.json "d"', 'state.json "h"', 'state.json "j"']);
  });

  it('lets one write wait for the other, and waits its while again in between', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const disk = cold('  -----|');
      const first = '      ---^----!';
      const second = '     ----------^----!';
      const source = cold('-a--b-----------|');
      const { sink } = kept({ delayMs: 2, write: () => disk });
      // b comes while a is written, until 8; it is written at 8 + 2.
      expectObservable(source.pipe(sink)).toBe('----------------|');
      expectSubscriptions(disk.subscriptions).toBe([first, second]);
    });
  });

  it('tries again while no more files can be opened, with the state of then, and fails at once for other reasons', () => {
    const full = new HeadwaterError('HW_WRITE', 'no file', {
      cause: Object.assign(new Error('too many open files'), { code: 'EMFILE' }),
    });
    const other = new HeadwaterError('HW_WRITE', 'no room');
    let tries = 0;
    const { sink, state, written } = kept({
      delayMs: 1,
      write: () => (++tries < 3 ? throwError(() => full) : of(0)),
    });
    const { sink: failing } = kept({ delayMs: 1, write: () => throwError(() => other) });
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a 1500ms b 9s |').pipe(into(state), sink)).toBe('- 1500ms - 9s |');
      expectObservable(cold('a|').pipe(failing, ignoreElements())).toBe('-#', undefined, other);
    });
    // b came during a write that had not succeeded yet, so it is written once more.
    expect(written).toEqual(['state.json "a"', 'state.json "a"', 'state.json "b"', 'state.json "b"']);
  });

  it('writes nothing where nothing changes', () => {
    const { sink, written } = kept({ delayMs: 1 });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never = cold('-');
      expectObservable(never.pipe(sink), '^---!').toBe('-');
      expectSubscriptions(never.subscriptions).toBe('^---!');
      expectObservable(cold('---|').pipe(sink)).toBe('---|');
    });
    expect(written).toEqual([]);
  });

  it('writes what has changed before it passes on an error of the source', () => {
    const { sink, state, written } = kept({ delayMs: 100 });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const disk = cold('  --|');
      const source = cold('-a-#', undefined, 'cut');
      const { sink: slow } = kept({ delayMs: 100, write: () => disk });
      expectObservable(source.pipe(slow)).toBe('-----#', undefined, 'cut');
      expectObservable(source.pipe(into(state), sink)).toBe('---#', undefined, 'cut');
      expectSubscriptions(disk.subscriptions).toBe('---^-!');
    });
    expect(written).toEqual(['state.json "a"']);
  });

  it('writes what has changed when it is unsubscribed from, and lets a write under way end', () => {
    const { sink, state, written } = kept({ delayMs: 100 });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const disk = cold('  ----|');
      const source = cold('-a-b-c|');
      const { sink: slow } = kept({ delayMs: 1, write: () => disk });
      // a is being written when b comes: b is written after it, though nobody is there any more.
      expectObservable(source.pipe(slow), '^---!').toBe('-');
      expectObservable(source.pipe(into(state), sink), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe(['^---!', '^---!']);
      expectSubscriptions(disk.subscriptions).toBe(['--^---!', '------^---!']);
    });
    expect(written).toEqual(['state.json "b"']);
  });

  it('gives settled when everything is written, and what changed while it was being written too', async () => {
    const disk: Subject<never>[] = [];
    const scheduler = new VirtualTimeScheduler();
    const { sink, file, state, written } = kept({
      scheduler,
      write: () => {
        const write = new Subject<never>();
        disk.push(write);
        return write;
      },
    });
    const source = new Subject<string>();
    expect(await file.settled()).toEqual(right(undefined));
    const subscription = source.pipe(into(state), sink).subscribe();
    source.next('a');
    scheduler.flush();
    source.next('b');
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
    let settled = false;
    const waiting = file.settled().then((result) => {
      settled = true;
      return result;
    });
    for (const text of ['"a"', '"b"']) {
      await setTimeout(0);
      expect([settled, written.at(-1)]).toEqual([false, `state.json ${text}`]);
      disk.at(-1)?.complete();
    }
    expect(await waiting).toEqual(right(undefined));
    expect(disk).toHaveLength(2);
  });

  it('ends with what the disk or the state fails with, and leaves the source', () => {
    const broken = throwError(() => new Error('no room'));
    const { sink } = kept({ delayMs: 2, write: () => broken });
    const stateless = stateFile('state.json', t.string, { delayMs: 2, write: () => of(0) }).keep(() => {
      throw new Error('no state');
    });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c|');
      expectObservable(source.pipe(sink)).toBe('---#', undefined, new Error('no room'));
      expectObservable(source.pipe(stateless)).toBe('---#', undefined, new Error('no state'));
      expectSubscriptions(source.subscriptions).toBe(['^--!', '^--!']);
      // At the end it is all there is to be told of.
      expectObservable(cold('a|').pipe(sink)).toBe('-#', undefined, new Error('no room'));
    });
  });

  it('warns of a write that fails where there is nobody left to be told, and settled gives the error', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const { sink, file } = kept({ delayMs: 1e6, write: () => throwError(() => new Error('no room')) });
    const source = new Subject<string>();
    const subscription = source.pipe(sink).subscribe({ error: () => expect.unreachable('there is nobody') });
    source.next('a');
    subscription.unsubscribe();
    const failure = expect.objectContaining({
      code: 'HW_WRITE',
      where: 'state.json',
      message: expect.stringContaining('no room') as unknown,
    }) as HeadwaterError;
    expect(warn.mock.calls).toEqual([[failure]]);
    expect(await file.settled()).toEqual({ _tag: 'Left', left: failure });
  });

  it('passes on the error of the source, and not that of the last write, which is a warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const { sink } = kept({ delayMs: 100, write: () => throwError(() => new Error('no room')) });
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#', undefined, 'cut').pipe(sink)).toBe('---#', undefined, 'cut');
    });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('takes a source that sends everything at once, and stops it when its subscriber leaves', () => {
    const { sink, state, written } = kept({ delayMs: 1 });
    of('a', 'b', 'c').pipe(into(state), sink).subscribe();
    expect(written).toEqual(['state.json "c"']);
    let read = 0;
    range(0, 1e9)
      .pipe(
        map(() => String(read++)),
        alongside(kept({ delayMs: 1 }).sink),
        take(3),
      )
      .subscribe();
    expect(read).toBe(3);
  });

  it('writes a change that the writing itself causes', () => {
    const source = new Subject<string>();
    const { sink, state, written } = kept({
      delayMs: 5,
      write: (_path, text) => {
        if (text === '"a"') source.next('b');
        return of(0);
      },
    });
    runMarbles(({ hot, expectObservable }) => {
      hot('--a').subscribe((value) => source.next(value));
      expectObservable(source.pipe(into(state), sink), '^ 20ms !').toBe('-');
    });
    expect(written).toEqual(['state.json "a"', 'state.json "b"']);
  });

  it.each([0, -1, NaN])('refuses the delay %s', (delayMs) => {
    expect(() => stateFile('state.json', t.string, { delayMs })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
