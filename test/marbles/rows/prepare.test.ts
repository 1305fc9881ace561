import { from, lastValueFrom, map, NEVER, type Observable, Subject, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import { type Row, type Side, SIDES } from '../../../src/contracts/rows/Row.js';
import { prepare, type PrepareOptions, type Split } from '../../../src/operators/rows/prepare.js';
import { preprocessText } from '../../../src/text/preprocessText.js';
import { textSteps } from '../../../src/text/TextSteps.js';
import { LETTER_ROWS, letterRows, newsRows } from '../../operators/newsRows.js';
import { recordingValve } from '../../operators/recordingValve.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const prepared = (rows: Iterable<Row>, options: PrepareOptions = {}): Promise<Split> =>
  lastValueFrom(prepare(from(rows), options));

const refusedWith = async (
  given: Iterable<Row>,
  code: string,
  message: RegExp,
  options: PrepareOptions = {},
): Promise<void> => {
  await expect(prepared(given, options)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
};

/** What a split says of its rows, as plain data. */
const told = ({ rows, sideOf, tokenizer, labelEncoder, classCounts, classWeights }: Split, count: number): unknown => ({
  rows,
  sides: Array.from({ length: count }, (_, id) => sideOf(id)),
  tokens: tokenizer.tokens,
  classes: labelEncoder.classes,
  classCounts,
  classWeights,
});

const rowsOn = (rows: readonly Row[], split: Split, side: Side): readonly Row[] =>
  rows.filter(({ id }) => split.sideOf(id) === side);

const oneClass = (rows: readonly Row[]): readonly Row[] => rows.map((row) => ({ ...row, category: 'World' }));

describe('prepare', () => {
  const asCounts = map(({ rows }: Split) => rows);

  it('emits one split when its source completes', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('-(abcdefghijklmnopqrst)-|', LETTER_ROWS);
      const expected = '        ------------------------(s|)';
      const sub = '             ^-----------------------!';
      expectObservable(prepare(source).pipe(asCounts)).toBe(expected, { s: { train: 14, validation: 4, test: 2 } });
      expectSubscriptions(source.subscriptions).toBe(sub);
    });
  });

  it('never emits for a source that never completes', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('-a-b-', LETTER_ROWS);
      expectObservable(prepare(source), '^-----!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it('refuses an empty source', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('---|');
      expectObservable(prepare(source)).toBe('---#', undefined, expect.objectContaining({ code: 'HW_EMPTY' }));
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('passes an error of its source at once', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('-a-b-#', LETTER_ROWS);
      expectObservable(prepare(source)).toBe('-----#');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('unsubscribes from its source as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('-a-b-c-d-|', LETTER_ROWS);
      expectObservable(prepare(source), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('reads its source once a subscription, and not before', () => {
    let reads = 0;
    const split$ = prepare(
      from(letterRows).pipe(
        tap({
          subscribe: () => {
            reads++;
          },
        }),
      ),
    );
    expect(reads).toBe(0);
    split$.subscribe();
    expect(reads).toBe(1);
    split$.subscribe();
    expect(reads).toBe(2);
  });

  it('gives every row one side, and counts them', async () => {
    const rows = newsRows(400);
    const split = await prepared(rows);
    const counted = Object.fromEntries(SIDES.map((side) => [side, rowsOn(rows, split, side).length]));
    expect(counted).toEqual(split.rows);
    expect(split.rows.train + split.rows.validation + split.rows.test).toBe(400);
    expect(split.sideOf(400)).toBeUndefined();
    expect(split.leftOut.size).toBe(0);
  });

  it('takes the shares it is given', async () => {
    const { rows } = await prepared(letterRows, { shares: { train: 0.5, validation: 0.5, test: 0 } });
    expect(rows).toEqual({ train: 10, validation: 10, test: 0 });
  });

  it('puts no text of one side on another', async () => {
    const rows = newsRows(600);
    const split = await prepared(rows);
    const [train, validation, test] = SIDES.map(
      (side) => new Set(rowsOn(rows, split, side).map(({ title }) => preprocessText(title))),
    );
    expect(train?.size).toBeGreaterThan(50);
    expect(test?.size).toBeGreaterThan(5);
    // There are repeats, and so there is something to keep apart.
    expect((train?.size ?? 0) + (validation?.size ?? 0) + (test?.size ?? 0)).toBeLessThan(500);
    for (const text of test ?? []) {
      expect(train?.has(text)).toBe(false);
      expect(validation?.has(text)).toBe(false);
    }
    for (const text of validation ?? []) expect(train?.has(text)).toBe(false);
  });

  it('learns words and classes from the train rows alone', async () => {
    const split = await prepared(letterRows);
    const words = (side: Side): readonly string[] =>
      rowsOn(letterRows, split, side).map(({ title }) => title.toLowerCase().split(' ')[1] ?? '');
    for (const word of words('train')) expect(split.tokenizer.indexOf(word)).toBeDefined();
    for (const word of [...words('validation'), ...words('test')])
      expect(split.tokenizer.indexOf(word)).toBeUndefined();
    expect(split.labelEncoder.classes).toEqual(['Even', 'Odd']);
  });

  it('counts each class on each side, and weighs the classes by their train rows', async () => {
    const rows = newsRows(300);
    const split = await prepared(rows);
    for (const side of SIDES) {
      const counts = split.labelEncoder.classes.map(
        (name) => rowsOn(rows, split, side).filter(({ category }) => category === name).length,
      );
      expect(split.classCounts[side]).toEqual(Int32Array.from(counts));
    }
    expect(split.classWeights).toEqual(Float32Array.from(split.classCounts.train, (count) => 1 / count));
  });

  it('passes on what the vocabulary is to be', async () => {
    expect((await prepared(letterRows, { numTokens: 5 })).tokenizer.size).toBe(5);
    expect((await prepared(letterRows, { minTokenFrequency: 14 })).tokenizer.tokens).toEqual([
      '<PAD>',
      '<UNK>',
      'letter',
      'arrives',
    ]);
    expect((await prepared(letterRows, { charLevel: true })).tokenizer.charLevel).toBe(true);
    const { tokenizer, stopWords } = await prepared(letterRows, { stopWords: ['letter'] });
    expect(tokenizer.indexOf('letter')).toBeUndefined();
    expect(stopWords).toEqual(['letter']);
  });

  it('keeps 5000 tokens unless told otherwise', async () => {
    const many = Array.from({ length: 8000 }, (_, id) => ({
      id,
      title: `w${id}`,
      category: id % 2 === 0 ? 'Even' : 'Odd',
    }));
    expect((await prepared(many)).tokenizer.size).toBe(5000);
  });

  describe('seeds', () => {
    it('gives the same split for the same rows and seed', async () => {
      const rows = newsRows(300);
      expect(told(await prepared(rows, { seed: 7 }), 300)).toEqual(told(await prepared(rows, { seed: 7 }), 300));
    });

    it('gives each seed sides of its own, and 1234 by default', async () => {
      const rows = newsRows(300);
      const seven = told(await prepared(rows, { seed: 7 }), 300);
      expect(told(await prepared(rows, { seed: 8 }), 300)).not.toEqual(seven);
      expect(told(await prepared(rows), 300)).toEqual(told(await prepared(rows, { seed: 1234 }), 300));
      expect((await prepared(rows)).seed).toBe(1234);
    });

    it('decides the sides for ever', async () => {
      const split = await prepared(letterRows, { seed: 1234 });
      const sides = letterRows.map(({ id }) => split.sideOf(id)?.charAt(1)).join('');
      // The second letters of train, validation and test.
      expect(sides).toBe('rarrrrerrraarerrrrar');
    });
  });

  describe('a class without train rows', () => {
    /** Row 20 is the only one of its class, and repeats the title of row 4. */
    const rows: readonly Row[] = [...letterRows, { id: 20, title: letterRows[4]?.title ?? '', category: 'Rare' }];
    /** A seed that puts row 4 before row 20, and on another side than train. */
    const rareElsewhere = async (): Promise<number> => {
      for (let seed = 0; seed < 100; seed++) {
        const { leftOut } = await prepared(rows, { seed, rejections: { next: () => undefined } });
        if (leftOut.has(20)) return seed;
      }
      throw new Error('no such seed');
    };

    it('ends the stream where nobody is told', async () => {
      const seed = await rareElsewhere();
      await refusedWith(rows, 'HW_LABEL', /The class "Rare" has no row on the train side.*row 20/, { seed });
    });

    it('is left out, row for row, where somebody is', async () => {
      const seed = await rareElsewhere();
      const rejected: Rejection[] = [];
      const split = await prepared(rows, {
        seed,
        rejections: { next: (rejection) => rejected.push(rejection) },
        source: 'news.csv',
      });
      expect(rejected).toEqual([
        {
          type: 'rejection',
          reason: 'field',
          id: 20,
          source: 'news.csv',
          category: 'Rare',
          field: 'category',
          expected: 'a class with at least one train row',
          got: 'Rare',
        },
      ]);
      expect(split.labelEncoder.classes).toEqual(['Even', 'Odd']);
      expect(split.sideOf(20)).toBeUndefined();
      expect([...split.leftOut]).toEqual([20]);
      expect(split.rows.train + split.rows.validation + split.rows.test).toBe(20);
    });

    it('ends the stream with what rejections throws', async () => {
      const seed = await rareElsewhere();
      const rejections = {
        next: (): void => {
          throw new Error('too many');
        },
      };
      await expect(prepared(rows, { seed, rejections })).rejects.toThrow('too many');
    });

    it('is nothing to speak of when a later row of it is on train', async () => {
      const seed = await rareElsewhere();
      const more = Array.from({ length: 20 }, (_, i) => ({ id: 21 + i, title: `Rare bird ${i}`, category: 'Rare' }));
      const rejected: Rejection[] = [];
      const split = await prepared([...rows, ...more], {
        seed,
        rejections: { next: (rejection) => rejected.push(rejection) },
      });
      expect(rejected).toEqual([]);
      expect(split.labelEncoder.classes).toEqual(['Even', 'Odd', 'Rare']);
    });
  });

  it('refuses rows that nothing can be learnt from', async () => {
    await refusedWith([], 'HW_EMPTY', /no rows/);
    await refusedWith(letterRows, 'HW_EMPTY', /train side/, { shares: { train: 0, validation: 0.5, test: 0.5 } });
    await refusedWith(oneClass(letterRows), 'HW_EMPTY', /one class, "World"/);
    await refusedWith(letterRows, 'HW_EMPTY', /occurs 1000 times/, { minTokenFrequency: 1000 });
  });

  it('refuses titles of which nothing is left', async () => {
    const rows = letterRows.map((row) => ({ ...row, title: '…' }));
    await refusedWith(rows, 'HW_EMPTY', /No title of a train row has a word left/);
  });

  it('refuses ids that are no ordinals, and ids that two rows have', async () => {
    const withId = (id: number): readonly Row[] => [...letterRows, { id, title: 'Late letter', category: 'Even' }];
    for (const id of [-1, 0.5, NaN, 2 ** 31]) await refusedWith(withId(id), 'HW_USAGE', /ordinal/);
    await refusedWith(withId(3), 'HW_USAGE', /two rows have the id 3/);
  });

  it('takes ids with gaps, in any order', async () => {
    const rows = letterRows.map((row) => ({ ...row, id: row.id * 5000 })).toReversed();
    const split = await prepared(rows);
    expect(rows.every(({ id }) => split.sideOf(id) !== undefined)).toBe(true);
    expect(split.sideOf(1)).toBeUndefined();
    expect(split.sideOf(1e9)).toBeUndefined();
  });

  it('waits for its valve at the end of the shuffle', () => {
    const valve = recordingValve();
    const release = valve.hold();
    const splits: Split[] = [];
    prepare(from(letterRows), { valve, yieldAfter: Infinity }).subscribe((split) => splits.push(split));
    expect(splits).toHaveLength(0);
    release();
    expect(splits).toHaveLength(1);
  });

  it('refuses options that cannot work, before it is subscribed to', () => {
    const refused = (options: PrepareOptions, message = ''): void =>
      expect(() => prepare(NEVER, options)).toThrow(
        expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining(message) as unknown }),
      );
    refused({ shares: { train: 1, validation: 1, test: 1 } }, 'prepare: the shares are');
    refused({ seed: 0.5 }, 'prepare: seed is 0.5');
    refused({ buffer: 0 }, 'prepare: buffer is 0');
    refused({ numTokens: 2 });
    refused({ minTokenFrequency: 0 });
    refused({ stopWords: [''] });
    refused({ yieldAfter: 0 }, 'prepare: yieldAfter is 0');
  });

  it('keeps nothing from one subscription to the next', () => {
    const source = new Subject<Row>();
    const splits: Split[] = [];
    const split$: Observable<Split> = prepare(source, { yieldAfter: Infinity });
    const first = split$.subscribe();
    source.next(letterRows[0] ?? { id: 0, title: '', category: '' });
    first.unsubscribe();
    split$.subscribe((split) => splits.push(split));
    for (const row of letterRows) source.next(row);
    source.complete();
    expect(splits[0]?.rows).toEqual({ train: 14, validation: 4, test: 2 });
  });
});

describe('prepare, of rows that come with a side', () => {
  const words = ['rain', 'cup', 'vote', 'match', 'storm', 'poll', 'goal', 'wind', 'law', 'team'];
  const row = (id: number, title: string, side?: Side, category = id % 2 === 0 ? 'A' : 'B'): Row => ({
    id,
    title,
    category,
    ...(side === undefined ? {} : { side }),
  });
  const divided = words.map((word, id) => row(id, `${word} tomorrow`));

  it('keeps them there, and divides the others by the shares without regard to them', async () => {
    const shares = { train: 0.8, validation: 0.2, test: 0 };
    const alone = await prepared(divided, { shares });
    const given = words.map((word, i) => row(10 + i, `${word} yesterday`, i < 4 ? 'test' : 'validation'));
    const split = await prepared([...divided, ...given], { shares, buffer: 100 });
    expect(alone.rows).toEqual({ train: 8, validation: 2, test: 0 });
    expect(split.rows).toEqual({ train: 8, validation: 8, test: 4 });
    expect(given.map(({ id }) => split.sideOf(id))).toEqual(given.map(({ side }) => side));
    expect(alone.shared).toBeUndefined();
    expect(split.shared).toEqual({ validation: 0, test: 0 });
  });

  it('counts the texts that train rows have too, and leaves these rows where they are', async () => {
    const shares = { train: 1, validation: 0, test: 0 };
    const given = [
      row(10, 'Cup tomorrow', 'test'),
      row(11, 'cup tomorrow', 'test'),
      row(12, 'rain tomorrow', 'validation'),
      row(13, 'another', 'test'),
    ];
    for (const rows of [
      [...divided, ...given],
      [...given, ...divided],
    ]) {
      const split = await prepared(rows, { shares });
      expect(split.shared).toEqual({ validation: 1, test: 1 });
      expect(split.rows).toEqual({ train: 10, validation: 1, test: 3 });
    }
  });

  it('tells the rows whose text stands with another class too', async () => {
    const rows = [...divided, row(10, 'Rain tomorrow!', undefined, 'B'), row(11, 'rain tomorrow', undefined, 'A')];
    const split = await prepared(rows);
    // Which of them comes first is the shuffle's to say.
    expect([1, 2]).toContain(split.mixed?.rows);
    const { row: found, other } = split.mixed?.first ?? {};
    expect(found?.title.toLowerCase()).toContain('rain tomorrow');
    expect([found?.category, other].toSorted()).toEqual(['A', 'B']);
    expect((await prepared(divided)).mixed).toEqual({ rows: 0, first: undefined });
  });

  it('orders the classes as the texts or an option say', async () => {
    const numbers = divided.map((each, i) => ({ ...each, category: i % 2 === 0 ? '10' : '9' }));
    const classesOf = async (options: PrepareOptions) => (await prepared(numbers, options)).labelEncoder.classes;
    expect(await classesOf({})).toEqual(['10', '9']);
    expect(await classesOf({ text: textSteps({ preprocessor: 'lesson' }) })).toEqual(['10', '9']);
    expect(await classesOf({ text: textSteps() })).toEqual(['9', '10']);
    expect(await classesOf({ classOrder: ['10', '9'], text: textSteps() })).toEqual(['10', '9']);
  });
});
