import {
  asapScheduler,
  asyncScheduler,
  concat,
  defer,
  map,
  of,
  queueScheduler,
  range,
  type SchedulerAction,
  Subject,
  type Subscription,
  take,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { microBatch, type MicroBatchOptions } from '../../../src/operators/live/microBatch.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

/** Virtual time that counts the timers that are set, and whose clock can be set. */
class TestClock extends VirtualTimeScheduler {
  timers = 0;
  /** The longest delay that was asked for. */
  longest = 0;
  offset = 0;

  constructor() {
    super();
    const frame = (): number => this.frame;
    this.now = () => frame() + this.offset;
  }

  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    this.timers += 1;
    this.longest = Math.max(this.longest, delay ?? 0);
    return super.schedule(work, delay, state);
  }
}

/** What a source gives that emits everything while it is being subscribed to. */
const atOnce = <T>(values: readonly T[], options: MicroBatchOptions): readonly (readonly T[])[] => {
  const seen: (readonly T[])[] = [];
  of(...values)
    .pipe(microBatch(options))
    .subscribe((batch) => seen.push(batch));
  return seen;
};

describe('microBatch', () => {
  it('emits a full batch at once, and another when its first value has waited long enough', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-d-------e--|');
      const expected = '   -----x------y-----(z|)';
      const subscribed = ' ^-----------------!';
      expectObservable(source.pipe(microBatch({ maxSize: 3, maxWaitMs: 5 }))).toBe(expected, {
        x: ['a', 'b', 'c'],
        y: ['d'],
        z: ['e'],
      });
      expectSubscriptions(source.subscriptions).toBe(subscribed);
    });
  });

  it('counts the wait from the first value of a batch, whatever comes after it', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a-bc-d--e------|');
      const expected = '   -----x----y-----|';
      expectObservable(source.pipe(microBatch({ maxSize: 100, maxWaitMs: 4 }))).toBe(expected, {
        x: ['a', 'b', 'c'],
        y: ['d', 'e'],
      });
    });
  });

  it('counts the wait anew for the batch after a full one, though the timer of that one still runs', () => {
    runMarbles(({ cold, expectObservable }) => {
      // c waits from 2 on: the timer that was set for a, at 0, must not cut it short at 3.
      const source = cold('a-(bc)----d-|');
      const expected = '   --x--y------(z|)';
      expectObservable(source.pipe(microBatch({ maxSize: 2, maxWaitMs: 3 }))).toBe(expected, {
        x: ['a', 'b'],
        y: ['c'],
        z: ['d'],
      });
    });
  });

  it('never emits for a source that never does', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(microBatch({ maxSize: 2, maxWaitMs: 1 })), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('completes with an empty source, without an empty batch', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---|');
      expectObservable(source.pipe(microBatch({ maxSize: 2, maxWaitMs: 1 }))).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('lets the batch that waits go before an error of the source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c#');
      expectObservable(source.pipe(microBatch({ maxSize: 2, maxWaitMs: 100 }))).toBe('---x--(y#)', {
        x: ['a', 'b'],
        y: ['c'],
      });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it('leaves its source and its timer as soon as it is unsubscribed from', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a--b--|');
      expectObservable(source.pipe(microBatch({ maxSize: 5, maxWaitMs: 3 })), '^--!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    const scheduler = new VirtualTimeScheduler();
    const source = new Subject<number>();
    const subscription = source.pipe(microBatch({ maxSize: 5, maxWaitMs: 3, scheduler })).subscribe();
    source.next(1);
    expect(scheduler.actions).toHaveLength(1);
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    expect(source.observed).toBe(false);
  });

  it('waits until a batch is full where it may wait for ever', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a 60m b 60m c|').pipe(microBatch({ maxSize: 2, maxWaitMs: Infinity }))).toBe(
        '- 60m x 60m -(y|)',
        { x: ['a', 'b'], y: ['c'] },
      );
    });
    // A timer takes a delay that it has no room for as none at all.
    const scheduler = new TestClock();
    atOnce([1], { maxSize: 2, maxWaitMs: Infinity, scheduler });
    expect(scheduler.timers).toBe(0);
  });

  it('waits for longer than a timer can', () => {
    const scheduler = new TestClock();
    const source = new Subject<string>();
    const seen: [at: number, batch: readonly string[]][] = [];
    const maxWaitMs = 60 * 86_400_000;
    source
      .pipe(microBatch({ maxSize: 10, maxWaitMs, scheduler }))
      .subscribe((batch) => seen.push([scheduler.frame, batch]));
    source.next('a');
    scheduler.flush();
    expect(seen).toEqual([[maxWaitMs, ['a']]]);
    // Node takes a longer delay for one of a millisecond.
    expect(scheduler.longest).toBeLessThan(2 ** 31);
    expect(scheduler.timers).toBe(3);
  });

  it('takes what comes in one go together where it may not wait', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-(abc)-----d-(ef|)');
      const expected = '   -(xy)------z-(v|)';
      expectObservable(source.pipe(microBatch({ maxSize: 2, maxWaitMs: 0, scheduler: asapScheduler }))).toBe(expected, {
        x: ['a', 'b'],
        y: ['c'],
        z: ['d'],
        v: ['e', 'f'],
      });
    });
  });

  it('holds nothing back on a scheduler that does not wait', () => {
    expect(atOnce([1, 2, 3], { maxSize: 5, maxWaitMs: 0, scheduler: queueScheduler })).toEqual([[1], [2], [3]]);
  });

  it('takes a source that emits everything at once', () => {
    expect(atOnce([1, 2, 3, 4, 5], { maxSize: 2, maxWaitMs: 5 })).toEqual([[1, 2], [3, 4], [5]]);
    expect(atOnce([1, 2, 3], { maxSize: 1, maxWaitMs: 5 })).toEqual([[1], [2], [3]]);
    expect(atOnce([1, 2], { maxSize: 2, maxWaitMs: 5 })).toEqual([[1, 2]]);
  });

  it('stops a synchronous source when its subscriber leaves', () => {
    let read = 0;
    defer(() => range(0, 1e9).pipe(map(() => read++)))
      .pipe(microBatch({ maxSize: 3, maxWaitMs: 5 }), take(2))
      .subscribe();
    expect(read).toBe(6);
  });

  it('keeps a batch as it was emitted when its consumer causes further values from within next', () => {
    const source = new Subject<number>();
    const seen: (readonly number[])[] = [];
    source.pipe(microBatch({ maxSize: 2, maxWaitMs: 5 })).subscribe((batch) => {
      seen.push(batch);
      if (batch.includes(1)) for (const value of [3, 4, 5]) source.next(value);
    });
    for (const value of [1, 2, 6]) source.next(value);
    expect(seen).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it('sets no timer for each value or batch under load, but one a wait', () => {
    const scheduler = new TestClock();
    const source = new Subject<number>();
    let batches = 0;
    source.pipe(microBatch({ maxSize: 10, maxWaitMs: 5, scheduler })).subscribe(() => batches++);
    // A thousand values, ten a millisecond: 100 ms.
    for (let ms = 0; ms < 100; ms++) {
      scheduler.maxFrames = ms;
      scheduler.flush();
      scheduler.frame = ms;
      // One fewer at first, so that from then on each batch begins at the end of a millisecond, and a wait is always
      // under way.
      for (let i = ms === 0 ? 1 : 0; i < 10; i++) source.next(i);
    }
    expect(batches).toBe(99);
    expect(scheduler.timers).toBeLessThanOrEqual(25);
    expect(scheduler.actions).toHaveLength(1);
  });

  it('does not wait on when somebody sets the clock back', () => {
    const scheduler = new TestClock();
    const source = new Subject<string>();
    const seen: [at: number, batch: readonly string[]][] = [];
    source
      .pipe(microBatch({ maxSize: 10, maxWaitMs: 5, scheduler }))
      .subscribe((batch) => seen.push([scheduler.frame, batch]));
    source.next('a');
    scheduler.offset = -3_600_000;
    scheduler.flush();
    expect(seen).toEqual([[5, ['a']]]);
  });

  it('waits by the default scheduler, which is asyncScheduler', async () => {
    const source = new Subject<string>();
    const batch = new Promise((resolve) => source.pipe(microBatch({ maxSize: 10, maxWaitMs: 1 })).subscribe(resolve));
    asyncScheduler.schedule(() => source.next('a'));
    expect(await batch).toEqual(['a']);
  });

  it('starts afresh at every subscription', () => {
    const batch$ = concat(
      of(1),
      throwError(() => 'broken'),
    ).pipe(microBatch({ maxSize: 2, maxWaitMs: 5 }));
    const seen: unknown[] = [];
    for (let i = 0; i < 2; i++)
      batch$.subscribe({ next: (batch) => seen.push(batch), error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([[1], 'broken', [1], 'broken']);
  });

  it.each([
    { maxSize: 0, maxWaitMs: 5 },
    { maxSize: 1.5, maxWaitMs: 5 },
    { maxSize: 1, maxWaitMs: -1 },
    { maxSize: 1, maxWaitMs: NaN },
  ])('refuses options that cannot work: %j', (options) => {
    expect(() => microBatch(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('microBatch that may not wait', () => {
  const together = <T>(most: number) => microBatch<T>({ maxSize: most, maxWaitMs: 0 });
  const groups = { A: ['a'], B: ['a', 'b'], C: ['c'], F: ['a', 'b', 'c'], G: ['d', 'e', 'f'], H: ['g'] };

  it('groups what comes in one turn, and lets a lone value wait for nobody', () => {
    runMarbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(' --(ab)--c----|');
      const subs = '       ^------------!';
      const expected = '   --B-----C----|';
      expectObservable(source.pipe(together(4))).toBe(expected, groups);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('gives a full group at once', () => {
    runMarbles(({ hot, expectObservable }) => {
      const source = hot('--(abcdefg)--c-|');
      const expected = '  --(FGH)------C-|';
      expectObservable(source.pipe(together(3))).toBe(expected, groups);
    });
  });

  it('gives what waits when the source ends', () => {
    runMarbles(({ hot, expectObservable }) => {
      expectObservable(hot('--(ab|)').pipe(together(3))).toBe('--(B|)', groups);
    });
  });

  it('passes on an empty source, one that never ends, and an error', () => {
    runMarbles(({ hot, expectObservable }) => {
      expectObservable(hot('--|').pipe(together(3))).toBe('--|');
      expectObservable(hot('---').pipe(together(3))).toBe('---');
      expectObservable(hot('--(ab)--#').pipe(together(3))).toBe('--B-----#', groups);
    });
  });

  it('leaves the source when it is left', () => {
    runMarbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('--a--b--');
      expectObservable(source.pipe(together(3)), '^---!').toBe('--A--', groups);
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('never gives more than it was told, however the turns fall', () => {
    const source = new Subject<number>();
    const sizes: number[] = [];
    source.pipe(together(3)).subscribe(({ length }) => sizes.push(length));
    for (let i = 0; i < 100; i++) source.next(i);
    source.complete();
    expect(Math.max(...sizes)).toBe(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100);
  });
});
