import { from, range, Subject, take, toArray, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { shuffle } from '../../../src/operators/rows/shuffle.js';
import { recordingValve } from '../../operators/recordingValve.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** However slow the machine is: with the default, what takes long ends in a later turn of the event loop. */
const sync = { yieldAfter: Infinity };

const orderOf = <T>(values: Iterable<T>, options: Parameters<typeof shuffle>[0]): T[] => {
  const seen: T[] = [];
  from(values)
    .pipe(shuffle<T>({ ...options, ...sync }))
    .subscribe((value) => seen.push(value));
  return seen;
};

describe('shuffle', () => {
  it('fills its buffer, exchanges one value for each arrival, and empties the buffer at the end', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-c-d-e-|');
      const sub = '         ^----------!';
      const expected = '    -----b-a-c-(ed|)';
      expectObservable(source.pipe(shuffle({ buffer: 2, seed: 1 }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sub);
    });
  });

  it('keeps the order with a buffer of 1', () => {
    marbles().run(({ cold, expectObservable }) => {
      const source = cold(' -a-b-c-|');
      const expected = '    ---a-b-(c|)';
      expectObservable(source.pipe(shuffle({ buffer: 1, seed: 3 }))).toBe(expected);
    });
  });

  it('emits everything at the end when the buffer holds everything', () => {
    marbles().run(({ cold, expectObservable }) => {
      const source = cold(' -a-b-c-|');
      const expected = '    -------(cab|)';
      expectObservable(source.pipe(shuffle({ buffer: 100, seed: 4 }))).toBe(expected);
    });
  });

  it('never emits for a source that never does', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(shuffle({ buffer: 2, seed: 1 })), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('completes with an empty source', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---|');
      expectObservable(source.pipe(shuffle({ buffer: 2, seed: 1 }))).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('passes an error at once, without the values that it holds', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-c-#');
      const expected = '    -----b-#';
      expectObservable(source.pipe(shuffle({ buffer: 2, seed: 1 }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^------!');
    });
  });

  it('unsubscribes from its source as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-c-d-e-|');
      const unsub = '       ------!';
      const expected = '    -----b-';
      expectObservable(source.pipe(shuffle({ buffer: 2, seed: 1 })), unsub).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it('stops a synchronous source when its subscriber leaves', () => {
    let read = 0;
    const endless = function* (): Generator<number> {
      for (;;) yield read++;
    };
    from(endless())
      .pipe(shuffle({ buffer: 3, seed: 1, ...sync }), take(2))
      .subscribe();
    expect(read).toBe(5);
  });

  it('stops emptying its buffer when its subscriber leaves', () => {
    const seen: number[] = [];
    range(0, 10)
      .pipe(shuffle({ buffer: 10, seed: 1, ...sync }), take(3))
      .subscribe((value) => seen.push(value));
    expect(seen).toHaveLength(3);
  });

  it('loses nothing when its consumer causes the next arrival', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(shuffle({ buffer: 2, seed: 7, ...sync })).subscribe((value) => {
      seen.push(value);
      if (seen.length < 6) source.next(10 + seen.length);
    });
    source.next(0);
    source.next(1);
    source.next(2);
    source.complete();
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 11, 12, 13, 14, 15]);
  });

  it('gives the same order at every subscription', () => {
    const shuffled$ = range(0, 50).pipe(shuffle({ buffer: 10, seed: 1, ...sync }), toArray());
    const orders: number[][] = [];
    shuffled$.subscribe((order) => orders.push(order));
    shuffled$.subscribe((order) => orders.push(order));
    expect(orders[0]).toEqual(orders[1]);
  });

  describe('seeds', () => {
    it('gives each seed, epoch and purpose an order of its own, for ever', () => {
      expect(orderOf('abcdefgh', { buffer: 8, seed: 1234 }).join('')).toBe('ehcfgbda');
      expect(orderOf('abcdefgh', { buffer: 8, seed: 1235 }).join('')).toBe('aghcdfbe');
      expect(orderOf('abcdefgh', { buffer: 8, seed: 1234, epoch: 1 }).join('')).toBe('hfcbdage');
      expect(orderOf('abcdefgh', { buffer: 8, seed: 1234, epoch: 2 }).join('')).toBe('hbdceagf');
      expect(orderOf('abcdefgh', { buffer: 8, seed: 1234, epoch: 2, purpose: 'batches' }).join('')).toBe('fdghbcea');
      expect(orderOf('abcdefgh', { buffer: 3, seed: 1234 }).join('')).toBe('acefdbgh');
    });

    it('makes every order of a full buffer equally likely', () => {
      const counts = new Map<string, number>();
      for (let seed = 0; seed < 6000; seed++) {
        const order = orderOf('abc', { buffer: 3, seed }).join('');
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
      expect(counts.size).toBe(6);
      // 1000 expected of each; a standard deviation is 29.
      for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
    });
  });

  it('empties its buffer only while the valve is open', () => {
    const valve = recordingValve();
    const seen: number[] = [];
    let completed = false;
    let release = (): void => undefined;
    range(0, 6)
      .pipe(shuffle({ buffer: 6, seed: 1, valve, ...sync }))
      .subscribe({
        next: (value) => {
          seen.push(value);
          if (seen.length % 2 === 0) release = valve.hold();
        },
        complete: () => (completed = true),
      });
    expect(seen).toHaveLength(2);
    release();
    expect(seen).toHaveLength(4);
    release();
    expect(seen).toHaveLength(6);
    expect(completed).toBe(false);
    release();
    expect(completed).toBe(true);
  });

  it('empties its buffer a slice of time after another', () => {
    const scheduler = new VirtualTimeScheduler();
    const seen: number[] = [];
    range(0, 7)
      .pipe(shuffle({ buffer: 7, seed: 1, yieldAfter: 25, scheduler }))
      .subscribe((value) => {
        seen.push(value);
        scheduler.frame += 10;
      });
    // 10, 20 and 30 ms of work: then the event loop has its turn.
    expect(seen).toHaveLength(3);
    scheduler.flush();
    expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('refuses options that cannot work', () => {
    for (const buffer of [0, -1, 1.5, NaN, Infinity])
      expect(() => shuffle({ buffer, seed: 1 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => shuffle({ buffer: 1, seed: 0.5 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => shuffle({ buffer: 1, seed: 1, epoch: -1 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => shuffle({ buffer: 1, seed: 1, yieldAfter: 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
