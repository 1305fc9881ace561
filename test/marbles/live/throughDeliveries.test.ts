import { map, mergeAll, mergeMap, type OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/contracts/flow/Delivery.js';
import { throughDeliveries } from '../../../src/operators/live/throughDeliveries.js';
import { recordingDeliveries } from '../../../src/testing/recordingDeliveries.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

const WRONG = 'wrong';

/** Lengths of texts; fails on a text that is `wrong`. */
const lengths: OperatorFunction<readonly string[], number> = (batch$) =>
  batch$.pipe(
    mergeAll(),
    map((text) => {
      if (text === WRONG) throw new Error(`cannot read ${text}`);
      return text.length;
    }),
  );

const valueOf = map(({ id, value }: Delivery<number>) => `${id}=${value}`);

describe('throughDeliveries', () => {
  it('gives each result with the delivery of its value, in order, and settles nothing', () => {
    const { deliveries, settled } = recordingDeliveries(['a', 'bb', 'ccc']);
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-x---y-|', { x: deliveries.slice(0, 2), y: deliveries.slice(2) });
      expectObservable(source.pipe(throughDeliveries(lengths), valueOf)).toBe('-(ab)c-|', {
        a: '0=1',
        b: '1=2',
        c: '2=3',
      });
      expectSubscriptions(source.subscriptions).toBe('^------!');
    });
    expect(settled).toEqual([]);
  });

  it('keeps what a source put beside the value', () => {
    const place = { ...recordingDeliveries(['bb']).deliveries[0]!, partition: 7 };
    runMarbles(({ cold, expectObservable }) => {
      const result = cold('-(x|)', { x: [place] }).pipe(
        throughDeliveries<string, number, typeof place>(lengths),
        map(({ value, partition }) => `${value} of ${partition}`),
      );
      expectObservable(result).toBe('-(x|)', { x: '2 of 7' });
    });
  });

  it('never ends where the source does not, and takes an empty batch', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const silent = cold<readonly Delivery<string>[]>('-');
      expectObservable(silent.pipe(throughDeliveries(lengths))).toBe('-');
      expectSubscriptions(silent.subscriptions).toBe('^');
      expectObservable(cold<readonly Delivery<string>[]>('-x|', { x: [] }).pipe(throughDeliveries(lengths))).toBe(
        '--|',
      );
      expectObservable(cold<readonly Delivery<string>[]>('|').pipe(throughDeliveries(lengths))).toBe('|');
    });
  });

  it('tries each value by itself where a batch fails, and gives a bad one back until its last attempt', () => {
    const first = recordingDeliveries(['a', WRONG, 'ccc']);
    const last = recordingDeliveries(['a', WRONG], { attempt: 3 });
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-x---y-|', { x: first.deliveries, y: last.deliveries });
      expectObservable(source.pipe(throughDeliveries(lengths), valueOf)).toBe('-(ac)d-|', {
        d: '0=1',
        a: '0=1',
        c: '2=3',
      });
    });
    expect(first.settled).toEqual([{ id: '1', type: 'retry', reason: 'cannot read wrong' }]);
    expect(last.settled).toEqual([{ id: '1', type: 'give-up', reason: 'cannot read wrong' }]);
  });

  it('gives a value that is alone in its batch back too', () => {
    const { deliveries, settled } = recordingDeliveries([WRONG]);
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-x|', { x: deliveries }).pipe(throughDeliveries(lengths, { maxAttempts: 1 }))).toBe('--|');
    });
    expect(settled).toEqual([{ id: '0', type: 'give-up', reason: 'cannot read wrong' }]);
  });

  it('fails, and settles nothing, where every value of a batch fails', () => {
    const { deliveries, settled } = recordingDeliveries([WRONG, WRONG]);
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-x--|', { x: deliveries });
      expectObservable(source.pipe(throughDeliveries(lengths))).toBe('-#', undefined, new Error('cannot read wrong'));
      expectSubscriptions(source.subscriptions).toBe('^!');
    });
    expect(settled).toEqual([]);
  });

  it('refuses an operator that gives another number of results', () => {
    const { deliveries, settled } = recordingDeliveries(['a', 'b']);
    const twice: OperatorFunction<readonly string[], string> = mergeMap((texts) => [...texts, ...texts]);
    let failure: unknown;
    runMarbles(({ cold, flush }) => {
      cold('-x|', { x: deliveries })
        .pipe(throughDeliveries(twice))
        .subscribe({ error: (error: unknown) => (failure = error) });
      flush();
    });
    expect(failure).toMatchObject({
      code: 'HW_USAGE',
      message: expect.stringContaining('4 results of 2 values') as string,
    });
    expect(settled).toEqual([]);
  });

  it('passes an error of the source on, and leaves the source when its subscriber does', () => {
    const { deliveries } = recordingDeliveries(['a']);
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const broken = cold('-x-#', { x: deliveries });
      expectObservable(broken.pipe(throughDeliveries(lengths), valueOf)).toBe('-a-#', { a: '0=1' });
      const left = cold('-x---x', { x: deliveries });
      expectObservable(left.pipe(throughDeliveries(lengths), valueOf), '^--!').toBe('-a--', { a: '0=1' });
      expectSubscriptions(left.subscriptions).toBe('^--!');
    });
  });

  it('refuses attempts below one by name', () => {
    expect(() => throughDeliveries(lengths, { maxAttempts: 0 })).toThrow(/maxAttempts is 0/);
  });
});
