import {
  catchError,
  concat,
  defer,
  EMPTY,
  from,
  map,
  NEVER,
  type Observable,
  of,
  range,
  Subject,
  take,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { boundedQueue, type BoundedQueueOptions } from '../../../src/operators/flow/boundedQueue.js';
import { immediateScheduler } from '../../operators/immediateScheduler.js';
import { recordingValve } from '../../operators/recordingValve.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const booleans = { t: true, f: false };

/** A consumer that takes `frames` for each value. */
const after =
  (frames: number) =>
  <T>(value: T): Observable<T> =>
    timer(frames).pipe(map(() => value));

describe('boundedQueue before a synchronous consumer', () => {
  it('lets values through at once', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-(bcd)-|');
      const valve = recordingValve();
      expectObservable(source.pipe(boundedQueue({ valve, highWaterMark: 1 }))).toBe('-a-(bcd)-|');
      expectSubscriptions(source.subscriptions).toBe('^--------!');
      expectObservable(valve.open$).toBe('t', booleans);
    });
  });

  it('never emits for a source that never does', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 1 })), '^--!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('completes with an empty source', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---|');
      expectObservable(source.pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 1 }))).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('passes an error of the source', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-#');
      expectObservable(source.pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 1 }))).toBe('-a-#');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('unsubscribes from its source as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|');
      expectObservable(source.pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 1 })), '^-!').toBe('-a-');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('stops a synchronous source when its subscriber leaves', () => {
    let read = 0;
    defer(() => range(0, 1e9).pipe(map(() => read++)))
      .pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 1, yieldAfter: Infinity }), take(3))
      .subscribe();
    expect(read).toBe(3);
  });

  it('queues what its consumer causes from within next, in order', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source
      .pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 10, yieldAfter: Infinity }))
      .subscribe((value) => {
        if (value === 1) {
          source.next(2);
          source.next(3);
        }
        seen.push(value);
      });
    source.next(1);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('holds the valve when its consumer causes more than the high-water mark, until half of it is gone', () => {
    const source = new Subject<number>();
    const valve = recordingValve();
    const seen: string[] = [];
    source.pipe(boundedQueue({ valve, highWaterMark: 4, yieldAfter: Infinity })).subscribe((value) => {
      if (value === 0) for (let i = 1; i <= 5; i++) source.next(i);
      seen.push(`${value}${valve.isOpen ? '' : ' closed'}`);
    });
    source.next(0);
    // From 5 that wait to 2.
    expect(seen).toEqual(['0 closed', '1 closed', '2 closed', '3 closed', '4', '5']);
    expect(valve.log).toEqual(['hold', 'release']);
  });

  it('emits nothing more once its consumer has left from within next', () => {
    const source = new Subject<number>();
    const valve = recordingValve();
    const seen: number[] = [];
    const subscription = source
      .pipe(boundedQueue({ valve, highWaterMark: 1, yieldAfter: Infinity }))
      .subscribe((value) => {
        seen.push(value);
        source.next(value + 1);
        subscription.unsubscribe();
      });
    source.next(1);
    expect(seen).toEqual([1]);
    expect(valve.log).toEqual(['hold', 'release']);
    expect(source.observed).toBe(false);
  });

  it('holds nothing when closing the valve makes its subscriber leave', () => {
    const source = new Subject<number>();
    const valve = recordingValve();
    const subscription = source
      .pipe(boundedQueue({ valve, highWaterMark: 1, yieldAfter: Infinity }))
      .subscribe((value) => {
        if (value === 1) source.next(2);
      });
    valve.open$.subscribe((isOpen) => {
      if (!isOpen) subscription.unsubscribe();
    });
    source.next(1);
    expect(valve.log).toEqual(['hold', 'release']);
    expect(valve.isOpen).toBe(true);
  });

  describe('yielding', () => {
    /** A consumer that works 10 ms on each value; returns what it saw in each turn of the event loop. */
    const turns = (
      source$: Observable<number>,
      options: Partial<BoundedQueueOptions> = {},
    ): { readonly seen: number[][]; readonly valve: ReturnType<typeof recordingValve> } => {
      const scheduler = new VirtualTimeScheduler();
      const valve = recordingValve();
      const seen: number[][] = [[]];
      source$.pipe(boundedQueue({ valve, highWaterMark: 4, scheduler, ...options })).subscribe((value) => {
        seen.at(-1)?.push(value);
        scheduler.frame += 10;
      });
      while (scheduler.actions.length > 0) {
        // One turn at a time: what is scheduled from within a turn is due after it.
        scheduler.maxFrames = scheduler.actions[0]?.delay ?? Infinity;
        seen.push([]);
        scheduler.flush();
      }
      return { seen, valve };
    };

    it('gives the event loop its turn after 25 ms of its consumer, though the source never does', () => {
      const { seen, valve } = turns(range(0, 10));
      expect(seen).toEqual([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
      // Released when half of the queue is gone, in the third turn, and held once more for the fourth.
      expect(valve.log).toEqual(['hold', 'release', 'hold', 'release']);
    });

    it('takes the slice that it is given', () => {
      expect(turns(range(0, 5), { yieldAfter: 1 }).seen).toEqual([[0], [1], [2], [3], [4]]);
      expect(turns(range(0, 5), { yieldAfter: Infinity }).seen).toEqual([[0, 1, 2, 3, 4]]);
    });

    it('goes on at once on a scheduler that does not wait, and leaves the valve open', () => {
      const scheduler = immediateScheduler();
      const valve = recordingValve();
      const seen: number[] = [];
      let completed = false;
      range(0, 20)
        .pipe(boundedQueue({ valve, highWaterMark: 4, scheduler }))
        .subscribe({
          next: (value) => {
            seen.push(value);
            scheduler.work(10);
          },
          complete: () => (completed = true),
        });
      expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect(completed).toBe(true);
      expect(valve.isOpen).toBe(true);
    });

    it('asks for one turn after every 25 ms of work, though the scheduler does not wait', () => {
      const scheduler = immediateScheduler();
      const source = new Subject<number>();
      const turns = vi.spyOn(scheduler, 'schedule');
      source.pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 20, scheduler })).subscribe((value) => {
        if (value === 0) for (let i = 1; i < 12; i++) source.next(i);
        scheduler.work(10);
      });
      source.next(0);
      // After the 3rd, the 6th and the 9th; after the 12th nothing waits.
      expect(turns).toHaveBeenCalledTimes(3);
    });

    it('holds nothing when closing the valve for a turn of the event loop makes its subscriber leave', () => {
      const source = new Subject<number>();
      const scheduler = new VirtualTimeScheduler();
      const valve = recordingValve();
      const subscription = source
        .pipe(boundedQueue({ valve, highWaterMark: 100, scheduler }))
        .subscribe(() => (scheduler.frame += 30));
      valve.open$.subscribe((isOpen) => {
        if (!isOpen) subscription.unsubscribe();
      });
      source.next(1);
      source.next(2);
      expect(subscription.closed).toBe(true);
      expect(valve.log).toEqual(['hold', 'release']);
      expect(scheduler.actions).toHaveLength(0);
    });

    it('holds the valve until the event loop has had its turn, though the queue is not full', () => {
      const source = new Subject<number>();
      let read = 0;
      const scheduler = new VirtualTimeScheduler();
      const valve = recordingValve();
      const seen: number[] = [];
      source.pipe(boundedQueue({ valve, highWaterMark: 4, scheduler })).subscribe((value) => {
        seen.push(value);
        scheduler.frame += 10;
      });
      while (valve.isOpen) source.next(read++);
      expect(read).toBe(4);
      expect(seen).toEqual([0, 1, 2]);
      scheduler.flush();
      expect(seen).toEqual([0, 1, 2, 3]);
      expect(valve.isOpen).toBe(true);
    });

    it('cancels its turn when its subscriber leaves', () => {
      const scheduler = new VirtualTimeScheduler();
      const valve = recordingValve();
      const seen: number[] = [];
      const subscription = range(0, 10)
        .pipe(boundedQueue({ valve, highWaterMark: 4, scheduler }))
        .subscribe((value) => {
          seen.push(value);
          scheduler.frame += 10;
        });
      expect(valve.isOpen).toBe(false);
      expect(scheduler.actions).toHaveLength(1);
      subscription.unsubscribe();
      expect(scheduler.actions).toHaveLength(0);
      expect(seen).toEqual([0, 1, 2]);
      expect(valve.log).toEqual(['hold', 'release']);
    });

    it('completes, or passes an error, after the values that wait', () => {
      const notifications: unknown[] = [];
      const scheduler = new VirtualTimeScheduler();
      concat(
        range(0, 5),
        throwError(() => 'broken'),
      )
        .pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 4, scheduler }))
        .subscribe({
          next: (value) => {
            notifications.push(value);
            scheduler.frame += 10;
          },
          error: (error: unknown) => notifications.push(error),
        });
      expect(notifications).toEqual([0, 1, 2]);
      scheduler.flush();
      expect(notifications).toEqual([0, 1, 2, 3, 4, 'broken']);
    });
  });
});

describe('boundedQueue with project', () => {
  it('works on one value at a time, and closes the valve while it is full', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('   abcd------------e--|');
      const sub = '           ^------------------!';
      const expected = '      ----a---b---c---d---(e|)';
      const open = '          t-f-----t';
      const valve = recordingValve();
      expectObservable(source.pipe(boundedQueue({ valve, highWaterMark: 2, project: after(4) }))).toBe(expected);
      expectObservable(valve.open$).toBe(open, booleans);
      expectSubscriptions(source.subscriptions).toBe(sub);
    });
  });

  it('never emits for a source that never does', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(
        source.pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 2, project: after(1) })),
        '^--!',
      ).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('completes with an empty source', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(
        cold('---|').pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 2, project: after(1) })),
      ).toBe('---|');
    });
  });

  it('lets values that wait go before an error of the source, and releases the valve', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abc#');
      const valve = recordingValve();
      expectObservable(source.pipe(boundedQueue({ valve, highWaterMark: 2, project: after(4) }))).toBe(
        '----a---b---(c#)',
      );
      expectObservable(valve.open$).toBe('t-f-t', booleans);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('ends at once with what project throws, and releases the valve', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abcd-|');
      const valve = recordingValve();
      const project = (value: string): Observable<string> => {
        if (value === 'b') throw new Error('no');
        return after(4)(value);
      };
      expectObservable(source.pipe(boundedQueue({ valve, highWaterMark: 2, project }))).toBe(
        '----(a#)',
        undefined,
        new Error('no'),
      );
      expectObservable(valve.open$).toBe('t-f-t', booleans);
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('ends at once with an error of what project returns, and releases the valve', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abc--d-|');
      const valve = recordingValve();
      const project = (): Observable<string> =>
        concat(
          after(3)('x'),
          throwError(() => 'broken'),
        );
      expectObservable(source.pipe(boundedQueue({ valve, highWaterMark: 2, project }))).toBe(
        '---(x#)',
        undefined,
        'broken',
      );
      expectObservable(valve.open$).toBe('t-ft', booleans);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('has released the valve when it tells of an error, so that whoever tries again starts with an open one', () => {
    const source = new Subject<number>();
    const valve = recordingValve();
    const open: boolean[] = [];
    source
      .pipe(boundedQueue({ valve, highWaterMark: 1, project: () => throwError(() => 'broken') }))
      .subscribe({ error: () => open.push(valve.isOpen) });
    source.next(1);
    const work = new Subject<never>();
    const again = new Subject<number>();
    again
      .pipe(boundedQueue({ valve, highWaterMark: 1, project: () => work }))
      .subscribe({ error: () => open.push(valve.isOpen) });
    again.next(1);
    again.next(2);
    expect(valve.isOpen).toBe(false);
    work.error('broken');
    expect(open).toEqual([true, true]);
  });

  it('unsubscribes from its source and from the work at hand as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abcd-|');
      const work = cold('  ---x|');
      const valve = recordingValve();
      expectObservable(source.pipe(boundedQueue({ valve, highWaterMark: 2, project: () => work })), '^----!').toBe(
        '---x-',
      );
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(work.subscriptions).toBe(['^---!', '----^!']);
      expectObservable(valve.open$).toBe('t-f--t', booleans);
    });
  });

  it('stops synchronous work when its subscriber leaves', () => {
    let done = 0;
    of(0)
      .pipe(
        boundedQueue({
          valve: recordingValve(),
          highWaterMark: 1,
          yieldAfter: Infinity,
          project: () => range(0, 1e9).pipe(map(() => done++)),
        }),
        take(3),
      )
      .subscribe();
    expect(done).toBe(3);
  });

  it('takes promises, iterables and nothing at all', async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      from([1, 2, 3])
        .pipe(
          boundedQueue({
            valve: recordingValve(),
            highWaterMark: 1,
            project: (value, index) => [Promise.resolve('promise'), ['a', 'b'], EMPTY][index] ?? [value],
          }),
        )
        .subscribe({ next: (value) => seen.push(value), complete: resolve });
    });
    expect(seen).toEqual(['promise', 'a', 'b']);
  });

  it('does not complete while work is under way', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(
        cold('(a|)').pipe(boundedQueue({ valve: recordingValve(), highWaterMark: 1, project: () => NEVER })),
      ).toBe('-');
    });
  });

  it('gives up when more wait than the limit', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abcdef-|');
      const valve = recordingValve();
      const queued$ = source.pipe(
        boundedQueue({ valve, highWaterMark: 2, limit: 3, project: after(100) }),
        catchError((error: unknown) => of(error instanceof HeadwaterError ? error.code : error)),
      );
      expectObservable(queued$).toBe('----(o|)', { o: 'HW_OVERFLOW' });
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectObservable(valve.open$).toBe('t-f-t', booleans);
    });
  });

  it('refuses options that cannot work', () => {
    const valve = recordingValve();
    const refused = (options: Partial<BoundedQueueOptions>): void =>
      expect(() => boundedQueue({ valve, highWaterMark: 4, ...options })).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
    refused({ highWaterMark: 0 });
    refused({ highWaterMark: 1.5 });
    refused({ limit: 3 });
    refused({ yieldAfter: 0 });
  });
});
