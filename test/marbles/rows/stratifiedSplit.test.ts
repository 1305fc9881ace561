import { from, map, range, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { stratifiedSplit } from '../../../src/operators/rows/stratifiedSplit.js';
import type { StratifiedSplitOptions } from '../../../src/operators/rows/StratifiedSplitOptions.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const SHARES = { train: 0.7, validation: 0.15, test: 0.15 };
const byLetter: StratifiedSplitOptions<string> = { shares: SHARES, seed: 1, stratify: (row) => row };

/** The sides of the rows, as the letters t, v and e (for test). */
const sidesOf = <R>(rows: Iterable<R>, options: StratifiedSplitOptions<R>): string => {
  let sides = '';
  from(rows)
    .pipe(stratifiedSplit(options))
    .subscribe(({ side }) => (sides += side === 'test' ? 'e' : side.charAt(0)));
  return sides;
};

/** Two classes, vowels and consonants; by the shares the first two rows of each are on train, and the third is not. */
const split = stratifiedSplit({
  ...byLetter,
  stratify: (row: string) => ('aeiou'.includes(row) ? 'vowel' : 'consonant'),
});
const letters = {
  a: { side: 'train', row: 'a' },
  b: { side: 'train', row: 'b' },
  c: { side: 'train', row: 'c' },
  d: { side: 'test', row: 'd' },
} as const;

describe('stratifiedSplit', () => {
  it('emits each row at once, with its side', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-c-(d|)');
      const expected = '    -a-b-c-(d|)';
      const sub = '         ^------!';
      expectObservable(source.pipe(split)).toBe(expected, letters);
      expectSubscriptions(source.subscriptions).toBe(sub);
    });
  });

  it('never emits for a source that never does', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(split), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('completes with an empty source', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---|');
      expectObservable(source.pipe(split)).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('passes an error of the source', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-#');
      expectObservable(source.pipe(split)).toBe('-a-#', letters);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('ends with what stratify or groupBy throws', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const broken = (row: string): string => {
        if (row === 'b') throw new Error('no class');
        return row;
      };
      const source = cold('-a-b-a-|');
      expectObservable(source.pipe(stratifiedSplit({ ...byLetter, stratify: broken }))).toBe(
        '-a-#',
        letters,
        new Error('no class'),
      );
      expectObservable(source.pipe(stratifiedSplit({ ...byLetter, groupBy: broken }))).toBe(
        '-a-#',
        letters,
        new Error('no class'),
      );
      expectSubscriptions(source.subscriptions).toBe(['^--!', '^--!']);
    });
  });

  it('unsubscribes from its source as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|');
      expectObservable(source.pipe(split), '^---!').toBe('-a-b-', letters);
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('stops a synchronous source when its subscriber leaves', () => {
    let read = 0;
    range(0, 1e9)
      .pipe(
        map((i) => {
          read++;
          return `${i % 2}`;
        }),
        split,
        take(3),
      )
      .subscribe();
    expect(read).toBe(3);
  });

  it('starts afresh at every subscription', () => {
    const split$ = from('aaaaaaaaaa').pipe(split);
    const sides: string[][] = [[], []];
    for (const seen of sides) split$.subscribe(({ side }) => seen.push(side));
    expect(sides[0]).toEqual(sides[1]);
  });

  it('divides each class by the shares', () => {
    const sides = sidesOf('ab'.repeat(100), byLetter);
    const ofA = Array.from(sides)
      .filter((_, i) => i % 2 === 0)
      .join('');
    const ofB = Array.from(sides)
      .filter((_, i) => i % 2 === 1)
      .join('');
    for (const side of [ofA, ofB]) {
      expect(side.replaceAll(/[^t]/g, '')).toHaveLength(70);
      expect(side.replaceAll(/[^v]/g, '')).toHaveLength(15);
    }
  });

  it('gives no row to a side without a share', () => {
    expect(sidesOf('a'.repeat(20), { ...byLetter, shares: { train: 0.5, validation: 0, test: 0.5 } })).toMatch(
      /^[te]{20}$/,
    );
    expect(sidesOf('a'.repeat(20), { ...byLetter, shares: { train: 0, validation: 1, test: 0 } })).toBe('v'.repeat(20));
  });

  it('keeps every group on one side, across classes too, and makes up for it', () => {
    const rows = Array.from({ length: 400 }, (_, i) => ({
      title: i % 10 === 0 ? 'weather' : `story ${i}`,
      category: i % 20 === 0 ? 'World' : 'Business',
    }));
    const sides = new Map<string, Set<string>>();
    const counts = { train: 0, validation: 0, test: 0 };
    from(rows)
      .pipe(stratifiedSplit({ shares: SHARES, seed: 1, stratify: (row) => row.category, groupBy: (row) => row.title }))
      .subscribe(({ side, row }) => {
        sides.set(row.title, (sides.get(row.title) ?? new Set()).add(side));
        if (row.category === 'Business') counts[side]++;
      });
    for (const [, ofTitle] of sides) expect(ofTitle.size).toBe(1);
    // Of the 380 rows of Business 20 are of one group, and the others make room for them.
    expect(counts.train).toBe(266);
    expect(counts.validation).toBe(57);
    expect(counts.test).toBe(57);
  });

  describe('seeds', () => {
    it('decides with the seed between sides that are owed equally much, for ever', () => {
      expect(sidesOf('a'.repeat(40), { ...byLetter, seed: 1 })).toBe('ttetvttttvtetttvttetttetvttttetvtttvttet');
      expect(sidesOf('a'.repeat(40), { ...byLetter, seed: 2 })).toBe('ttetvttttvtetttvttetttvtettttvtetttettvt');
    });

    it('changes nothing where the order of the rows decides', () => {
      // Of shares like these no two deadlines are ever equal.
      const shares = { train: Math.SQRT1_2, validation: 1 - Math.SQRT1_2, test: 0 };
      const orders = new Set(
        Array.from({ length: 20 }, (_, seed) => sidesOf('a'.repeat(41), { ...byLetter, shares, seed })),
      );
      expect(orders.size).toBe(1);
    });
  });

  it('refuses shares and seeds that cannot work', () => {
    const refused = (shares: StratifiedSplitOptions<string>['shares'], seed = 1): void =>
      expect(() => stratifiedSplit({ ...byLetter, shares, seed })).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
    refused({ train: 0.7, validation: 0.2, test: 0.2 });
    refused({ train: 0.7, validation: 0.2, test: 0.1 + 2e-9 });
    refused({ train: 1.2, validation: -0.2, test: 0 });
    refused({ train: NaN, validation: 0.5, test: 0.5 });
    refused(SHARES, 1.5);
    expect(() =>
      stratifiedSplit({ ...byLetter, shares: { train: 0.7, validation: 0.2, test: 0.1 + 1e-10 } }),
    ).not.toThrow();
  });
});
