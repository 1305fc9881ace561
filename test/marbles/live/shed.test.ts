import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  concat,
  defer,
  from,
  map,
  NEVER,
  type Observable,
  range,
  scheduled,
  Subject,
  take,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { shed, type ShedOptions, type ShedValue } from '../../../src/operators/live/shed.js';
import { marbleSource } from '../../../src/testing/marbleSource.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { recordingValve } from '../../operators/recordingValve.js';

/** A consumer that takes `frames` for each value. */
const after =
  (frames: number) =>
  <T>(value: T): Observable<T> =>
    timer(frames).pipe(map(() => value));

/** What has to go when a thousand come at once, and what stays. */
const flood = (
  options: Pick<ShedOptions<number>, 'capacity' | 'policy' | 'seed'>,
): { readonly kept: readonly number[]; readonly gone: readonly number[] } => {
  const scheduler = new VirtualTimeScheduler();
  const kept: number[] = [];
  const gone: number[] = [];
  range(0, 1000)
    .pipe(
      shed({
        ...options,
        scheduler,
        dropped: { next: ({ value }) => gone.push(value) },
        project: (value) => scheduled([value], scheduler),
      }),
    )
    .subscribe((value) => kept.push(value));
  scheduler.flush();
  return { kept, gone };
};

describe('shed', () => {
  it('lets values through at once that need not wait', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-(bcd)-|');
      expectObservable(source.pipe(shed({ capacity: 1, policy: 'newest' }))).toBe('-a-(bcd)-|');
      expectSubscriptions(source.subscriptions).toBe('^--------!');
    });
  });

  it.each([
    { policy: 'newest', result: '------a-----b-----c---|', gone: '---def' },
    { policy: 'oldest', result: '------a-----e-----f---|', gone: '---bcd' },
  ] as const)('drops the $policy when more come than can wait, and tells of each', ({ policy, result, gone }) => {
    const told: ShedValue<string>[] = [];
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abcdef----------------|');
      const subscribed = ' ^---------------------!';
      const dropped = new Subject<ShedValue<string>>();
      dropped.subscribe((drop) => told.push(drop));
      expectObservable(source.pipe(shed({ capacity: 2, policy, dropped, project: after(6) }))).toBe(result);
      expectObservable(dropped.pipe(map(({ value }) => value))).toBe(gone);
      expectSubscriptions(source.subscriptions).toBe(subscribed);
    });
    expect(told).toEqual(
      Array.from(gone.slice(3), (value, index) => ({ type: 'shed', value, policy, total: index + 1 })),
    );
  });

  it('drops any of them by the policy random, each with the same chance, and keeps the order of the others', () => {
    const survived = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 400; seed++) {
      const { kept, gone } = flood({ capacity: 100, policy: 'random', seed });
      // The first one is at work when the others come.
      expect(kept).toHaveLength(101);
      expect(kept).toEqual([...kept].sort((a, b) => a - b));
      expect([...kept, ...gone].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
      for (const value of kept.slice(1)) survived[Math.floor(value / 100)]! += 1;
    }
    // Each new one throws out an old one with the chance 100/101: of those before the last 100·k, about e^-k are left
    // of each hundred that was in.
    const total = survived.reduce((sum, count) => sum + count, 0);
    const expected = (decade: number): number => {
      let chance = 0;
      for (let value = decade * 100; value < (decade + 1) * 100; value++)
        chance += (100 / 101) ** (1000 - Math.max(value, 101));
      return chance;
    };
    const sum = survived.reduce((all, _, decade) => all + expected(decade), 0);
    survived.forEach((count, decade) =>
      expect(Math.abs(count - (total * expected(decade)) / sum)).toBeLessThan(
        5 * Math.sqrt((total * expected(decade)) / sum) + 5,
      ),
    );
  });

  it('draws the same from the same seed, and something else from another', () => {
    const once = flood({ capacity: 10, policy: 'random', seed: 7 });
    expect(flood({ capacity: 10, policy: 'random', seed: 7 })).toEqual(once);
    expect(flood({ capacity: 10, policy: 'random', seed: 8 }).gone).not.toEqual(once.gone);
  });

  it('keeps the first by the policy newest, and the last by oldest', () => {
    const from0 = (count: number, first: number): readonly number[] =>
      Array.from({ length: count }, (_, i) => first + i);
    expect(flood({ capacity: 5, policy: 'newest' })).toEqual({ kept: from0(6, 0), gone: from0(994, 6) });
    expect(flood({ capacity: 5, policy: 'oldest' })).toEqual({ kept: [0, ...from0(5, 995)], gone: from0(994, 1) });
    expect(flood({ capacity: 1, policy: 'oldest' }).kept).toEqual([0, 999]);
    expect(flood({ capacity: 1000, policy: 'oldest' }).gone).toEqual([]);
  });

  it('loses nothing of a source that honours the valve, and lets it go on once half of what waited is gone', () => {
    runMarbles((helpers) => {
      const valve = recordingValve();
      const source = marbleSource(helpers, 'a(bcdef)-|', undefined, { valve });
      const dropped = { next: () => expect.unreachable('a value was dropped') };
      helpers
        .expectObservable(source.pipe(shed({ capacity: 4, policy: 'newest', valve, dropped, project: after(4) })))
        .toBe('----a---b---c---d---e---(f|)');
    });
  });

  it('holds the valve from half of the capacity on, so that there is room for what is under way', () => {
    runMarbles(({ cold, expectObservable }) => {
      const valve = recordingValve();
      // Three wait when d has come, and the valve is closed; e to g come all the same, and find room.
      const source = cold('abcdefg---------------------|');
      const expected = '   ----a---b---c---d---e---f---(g|)';
      const open = '       t--f----------------t';
      const dropped = { next: () => expect.unreachable('a value was dropped') };
      expectObservable(source.pipe(shed({ capacity: 6, policy: 'newest', valve, dropped, project: after(4) }))).toBe(
        expected,
      );
      expectObservable(valve.open$).toBe(open, { t: true, f: false });
    });
  });

  it('gives the event loop its turn after 25 ms of a synchronous consumer, and drops what comes meanwhile and finds no room', () => {
    const scheduler = new VirtualTimeScheduler();
    const seen: number[] = [];
    const gone: number[] = [];
    range(0, 10)
      .pipe(shed({ capacity: 2, policy: 'newest', scheduler, dropped: { next: ({ value }) => gone.push(value) } }))
      .subscribe((value) => {
        seen.push(value);
        scheduler.frame += 10;
      });
    expect(seen).toEqual([0, 1, 2]);
    expect(gone).toEqual([5, 6, 7, 8, 9]);
    scheduler.flush();
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('never emits for a source that never does', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(shed({ capacity: 1, policy: 'oldest' })), '^--!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('completes with an empty source', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('---|').pipe(shed({ capacity: 1, policy: 'oldest' }))).toBe('---|');
    });
  });

  it('lets what waits go before an error of the source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abcd#');
      expectObservable(source.pipe(shed({ capacity: 2, policy: 'oldest', project: after(4) }))).toBe(
        '----a---c---(d#)',
      );
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('ends at once with what dropped throws', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abcd-|');
      const dropped = {
        next: ({ value }: ShedValue<string>) => {
          throw new Error(`no room for ${value}`);
        },
      };
      expectObservable(source.pipe(shed({ capacity: 1, policy: 'newest', dropped, project: () => NEVER }))).toBe(
        '--#',
        undefined,
        new Error('no room for c'),
      );
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('leaves its source, the work at hand and the valve as soon as it is unsubscribed from', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abcd-|');
      const work = cold('  ---x|');
      const valve = recordingValve();
      expectObservable(source.pipe(shed({ capacity: 2, policy: 'oldest', valve, project: () => work })), '^----!').toBe(
        '---x-',
      );
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(work.subscriptions).toBe(['^---!', '----^!']);
      expectObservable(valve.open$).toBe('tf---t', { t: true, f: false });
    });
  });

  it('stops a synchronous source when its subscriber leaves', () => {
    let read = 0;
    defer(() => range(0, 1e9).pipe(map(() => read++)))
      .pipe(shed({ capacity: 1, policy: 'oldest', yieldAfter: Infinity }), take(3))
      .subscribe();
    expect(read).toBe(3);
  });

  it('queues what its consumer causes from within next, and drops what finds no room', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    const gone: ShedValue<number>[] = [];
    source
      .pipe(shed({ capacity: 2, policy: 'oldest', yieldAfter: Infinity, dropped: { next: (drop) => gone.push(drop) } }))
      .subscribe((value) => {
        seen.push(value);
        if (value === 1) for (const other of [2, 3, 4]) source.next(other);
      });
    source.next(1);
    expect(seen).toEqual([1, 3, 4]);
    expect(gone).toEqual([{ type: 'shed', value: 2, policy: 'oldest', total: 1 }]);
  });

  it.each(['newest', 'oldest', 'random'] as const)('keeps nothing alive but what waits: %s', async (policy) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const source = new Subject<object>();
    const refs: WeakRef<object>[] = [];
    const work = new Subject<void>();
    const subscription = source
      .pipe(shed({ capacity: 5, policy, yieldAfter: Infinity, project: () => work.pipe(take(1)) }))
      .subscribe();
    for (let i = 0; i < 100; i++) {
      const value = { i };
      refs.push(new WeakRef(value));
      source.next(value);
      if (i % 3 === 1) work.next();
    }
    // A WeakRef holds what it was made of until its turn is over.
    await setTimeout(0);
    collect();
    const alive = refs.filter((ref) => ref.deref() !== undefined).length;
    // Five wait; the one that came last may stand in a register still.
    expect([5, 6]).toContain(alive);
    subscription.unsubscribe();
  });

  it('starts afresh at every subscription', () => {
    const shed$ = concat(
      from([1, 2, 3]),
      throwError(() => 'broken'),
    );
    const totals: number[] = [];
    const thinned$ = shed$.pipe(
      shed({
        capacity: 1,
        policy: 'newest',
        dropped: { next: ({ total }) => totals.push(total) },
        project: () => NEVER,
      }),
    );
    for (let i = 0; i < 2; i++) thinned$.subscribe();
    expect(totals).toEqual([1, 1]);
  });

  it('refuses options that cannot work', () => {
    const refused = (options: Partial<ShedOptions<unknown>>): void =>
      expect(() => shed({ capacity: 1, policy: 'newest', ...options })).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
    refused({ capacity: 0 });
    refused({ capacity: 1.5 });
    refused({ seed: 0.5 });
    refused({ yieldAfter: 0 });
    refused({ policy: 'fifo' as 'oldest' });
  });
});
