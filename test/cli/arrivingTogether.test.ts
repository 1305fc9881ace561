import { Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { arrivingTogether } from '../../src/cli/arrivingTogether.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const groups = { A: ['a'], B: ['a', 'b'], C: ['c'], F: ['a', 'b', 'c'], G: ['d', 'e', 'f'], H: ['g'] };

describe('arrivingTogether', () => {
  it('groups what comes in one turn, and lets a lone value wait for nobody', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(' --(ab)--c----|');
      const subs = '       ^------------!';
      const expected = '   --B-----C----|';
      expectObservable(source.pipe(arrivingTogether(4))).toBe(expected, groups);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('gives a full group at once', () => {
    scheduler().run(({ hot, expectObservable }) => {
      const source = hot('--(abcdefg)--c-|');
      const expected = '  --(FGH)------C-|';
      expectObservable(source.pipe(arrivingTogether(3))).toBe(expected, groups);
    });
  });

  it('gives what waits when the source ends', () => {
    scheduler().run(({ hot, expectObservable }) => {
      expectObservable(hot('--(ab|)').pipe(arrivingTogether(3))).toBe('--(B|)', groups);
    });
  });

  it('passes on an empty source, one that never ends, and an error', () => {
    scheduler().run(({ hot, expectObservable }) => {
      expectObservable(hot('--|').pipe(arrivingTogether(3))).toBe('--|');
      expectObservable(hot('---').pipe(arrivingTogether(3))).toBe('---');
      expectObservable(hot('--(ab)--#').pipe(arrivingTogether(3))).toBe('--B-----#', groups);
    });
  });

  it('leaves the source when it is left', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('--a--b--');
      expectObservable(source.pipe(arrivingTogether(3)), '^---!').toBe('--A--', groups);
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('never gives more than it was told, however the turns fall', () => {
    const source = new Subject<number>();
    const sizes: number[] = [];
    source.pipe(arrivingTogether(3)).subscribe(({ length }) => sizes.push(length));
    for (let i = 0; i < 100; i++) source.next(i);
    source.complete();
    expect(Math.max(...sizes)).toBe(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100);
  });
});
