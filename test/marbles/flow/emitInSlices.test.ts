import { Subject, take, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { emitInSlices } from '../../../src/operators/flow/emitInSlices.js';
import { immediateScheduler } from '../../operators/immediateScheduler.js';
import { recordingValve } from '../../operators/recordingValve.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

describe('emitInSlices', () => {
  it('emits everything within subscribe when there is time', () => {
    marbles().run(({ expectObservable }) => {
      expectObservable(emitInSlices('abc')).toBe('(abc|)');
      expectObservable(emitInSlices('')).toBe('|');
    });
  });

  it('emits nothing while the valve is closed, and goes on when it opens', () => {
    marbles().run(({ cold, expectObservable }) => {
      const valve = recordingValve();
      const release = valve.hold();
      cold('---o').subscribe(release);
      expectObservable(emitInSlices('abc', { valve })).toBe('---(abc|)');
    });
  });

  it('stops at once when the valve closes while it still tells that it is open', () => {
    // Such a valve tells of the change after it has told everybody of the one before.
    const open$ = new Subject<boolean>();
    let isOpen = false;
    const valve = {
      open$,
      get isOpen() {
        return isOpen;
      },
      hold: () => () => undefined,
    };
    const seen: string[] = [];
    emitInSlices('abcd', { valve, yieldAfter: Infinity }).subscribe((value) => {
      seen.push(value);
      if (value === 'b') isOpen = false;
    });
    isOpen = true;
    open$.next(true);
    expect(seen).toEqual(['a', 'b']);
    open$.next(false);
    isOpen = true;
    open$.next(true);
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('stops within a slice when its consumer closes the valve', () => {
    const valve = recordingValve();
    const seen: string[] = [];
    let release = (): void => undefined;
    emitInSlices('abcd', { valve, yieldAfter: Infinity }).subscribe((value) => {
      seen.push(value);
      if (value === 'b') release = valve.hold();
    });
    expect(seen).toEqual(['a', 'b']);
    release();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on in the order of the iterable when its consumer opens the valve from within next', () => {
    const valve = recordingValve();
    const seen: string[] = [];
    emitInSlices('abcd', { valve, yieldAfter: Infinity }).subscribe((value) => {
      seen.push(value);
      valve.hold()();
      seen.push(value.toUpperCase());
    });
    expect(seen.join('')).toBe('aAbBcCdD');
  });

  it('gives the event loop its turn after yieldAfter ms, and counts the time of its consumer', () => {
    const scheduler = new VirtualTimeScheduler();
    const seen: string[] = [];
    emitInSlices('abcdefg', { yieldAfter: 25, scheduler }).subscribe((value) => {
      seen.push(value);
      scheduler.frame += value === 'd' ? 100 : 10;
    });
    const slices = [seen.splice(0).join('')];
    while (scheduler.actions.length > 0) {
      // One turn at a time: what is scheduled from within a turn is due after it.
      scheduler.maxFrames = scheduler.actions[0]?.delay ?? Infinity;
      scheduler.flush();
      slices.push(seen.splice(0).join(''));
    }
    expect(slices).toEqual(['abc', 'd', 'efg', '']);
  });

  it('goes on at once on a scheduler that does not wait', () => {
    const scheduler = immediateScheduler();
    const seen: string[] = [];
    emitInSlices('abcdefg', { yieldAfter: 25, scheduler }).subscribe({
      next: (value) => {
        seen.push(value);
        scheduler.work(10);
      },
      complete: () => seen.push('|'),
    });
    expect(seen.join('')).toBe('abcdefg|');
  });

  it('never yields with yieldAfter Infinity', () => {
    const scheduler = new VirtualTimeScheduler();
    const seen: string[] = [];
    emitInSlices('abcdefg', { yieldAfter: Infinity, scheduler }).subscribe((value) => {
      seen.push(value);
      scheduler.frame += 1000;
    });
    expect(seen.join('')).toBe('abcdefg');
  });

  it('does not begin the next slice while the valve is closed, and begins it once', () => {
    const scheduler = new VirtualTimeScheduler();
    const valve = recordingValve();
    const seen: string[] = [];
    emitInSlices('abc', { yieldAfter: 25, scheduler, valve }).subscribe((value) => {
      seen.push(value);
      scheduler.frame += 30;
    });
    const release = valve.hold();
    scheduler.flush();
    expect(seen.join('')).toBe('a');
    release();
    expect(seen.join('')).toBe('ab');
    valve.hold()();
    expect(seen.join('')).toBe('ab');
    scheduler.flush();
    expect(seen.join('')).toBe('abc');
  });

  it('cancels the next slice and closes the iterator when its subscriber leaves', () => {
    const scheduler = new VirtualTimeScheduler();
    let closed = false;
    const values = function* (): Generator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    };
    const seen: number[] = [];
    const subscription = emitInSlices(values(), { yieldAfter: 25, scheduler }).subscribe((value) => {
      seen.push(value);
      scheduler.frame += 30;
    });
    expect(scheduler.actions).toHaveLength(1);
    subscription.unsubscribe();
    expect(closed).toBe(true);
    expect(scheduler.actions).toHaveLength(0);
    expect(seen).toEqual([0]);
  });

  it('takes no value that nobody wants', () => {
    let read = 0;
    const values = function* (): Generator<number> {
      for (;;) yield read++;
    };
    emitInSlices(values(), { yieldAfter: Infinity }).pipe(take(3)).subscribe();
    expect(read).toBe(3);
  });

  it('passes on what its iterable throws', () => {
    marbles().run(({ expectObservable }) => {
      const values = function* (): Generator<string> {
        yield 'a';
        throw new Error('broken');
      };
      expectObservable(emitInSlices({ [Symbol.iterator]: values })).toBe('(a#)', undefined, new Error('broken'));
    });
  });

  it('leaves the valve alone when it has ended', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const open$ = cold<boolean>('t-', { t: true });
      expectObservable(emitInSlices('a', { valve: { open$, isOpen: true, hold: () => () => undefined } })).toBe('(a|)');
      expectSubscriptions(open$.subscriptions).toBe('(^!)');
    });
  });

  it('refuses a slice of no time', () => {
    for (const yieldAfter of [0, -1, NaN])
      expect(() => emitInSlices('a', { yieldAfter })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
