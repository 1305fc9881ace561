import { from, map, type Observable, range, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { LabelledTokens, TokenizedRow } from '../../../src/contracts/rows/Row.js';
import {
  bucketByLength,
  type BucketByLengthOptions,
  type DroppedRow,
} from '../../../src/operators/batches/bucketByLength.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** A row of `length` tokens, all of them 2 + its id. */
const row = (id: number, length: number): TokenizedRow => ({ id, tokens: new Int32Array(length).fill(2 + id) });

const batchesOf = (rows: Iterable<TokenizedRow>, options: BucketByLengthOptions): PaddedBatch[] => {
  const batches: PaddedBatch[] = [];
  from(rows)
    .pipe(bucketByLength(options))
    .subscribe((batch) => batches.push(batch));
  return batches;
};

const idsOf = (batches: readonly PaddedBatch[]): number[][] => batches.map(({ ids }) => [...ids]);

/** For marbles: each row as a letter, each batch as the letters of its rows. */
const ROWS: Readonly<Record<string, TokenizedRow>> = {
  a: row(0, 1),
  b: row(1, 5),
  c: row(2, 2),
  d: row(3, 3),
  e: row(4, 7),
};
const named = (options: BucketByLengthOptions) => (source: Observable<TokenizedRow>) =>
  source.pipe(
    bucketByLength(options),
    map(({ ids }) => Array.from(ids, (id) => 'abcde'.charAt(id)).join('')),
  );

const pairs: BucketByLengthOptions = { batchSize: 2, boundaries: [3] };

describe('bucketByLength', () => {
  it('emits a batch as soon as a bucket is full, and what is left at the end', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-b-c-d-e-|', ROWS);
      const expected = '    -----p---q-(r|)';
      expectObservable(source.pipe(named(pairs))).toBe(expected, { p: 'ac', q: 'be', r: 'd' });
      expectSubscriptions(source.subscriptions).toBe('^----------!');
    });
  });

  it('never emits for a source that never does', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<TokenizedRow>('-');
      expectObservable(source.pipe(named(pairs)), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('completes with an empty source, without a batch', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<TokenizedRow>('---|');
      expectObservable(source.pipe(named(pairs))).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('passes an error at once, without the rows that wait', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-d-#', ROWS);
      expectObservable(source.pipe(named(pairs))).toBe('-----p---#', { p: 'ac' });
      expectSubscriptions(source.subscriptions).toBe('^--------!');
    });
  });

  it('ends with what dropped throws', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const dropped = {
        next: (): void => {
          throw new Error('too many');
        },
      };
      const source = cold('-a-b-c-|', ROWS);
      expectObservable(source.pipe(named({ ...pairs, maxLength: 4, overlong: 'drop', dropped }))).toBe(
        '---#',
        undefined,
        new Error('too many'),
      );
      const last = cold('-a-|', ROWS);
      expectObservable(last.pipe(named({ ...pairs, dropLast: true, dropped }))).toBe(
        '---#',
        undefined,
        new Error('too many'),
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('unsubscribes from its source as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-d-e-|', ROWS);
      expectObservable(source.pipe(named(pairs)), '^-----!').toBe('-----p-', { p: 'ac' });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it('stops a synchronous source when its subscriber leaves', () => {
    let read = 0;
    range(0, 1e9)
      .pipe(
        map((id) => {
          read++;
          return row(id, 1);
        }),
        bucketByLength({ batchSize: 2 }),
        take(2),
      )
      .subscribe();
    expect(read).toBe(4);
  });

  it('lays rows side by side and pads the shorter ones', () => {
    expect(batchesOf([row(0, 1), row(1, 3)], { batchSize: 2, boundaries: [] })).toEqual([
      {
        size: 2,
        time: 3,
        tokens: Int32Array.of(2, 0, 0, 3, 3, 3),
        lengths: Int32Array.of(1, 3),
        ids: Int32Array.of(0, 1),
      },
    ]);
    expect(batchesOf([row(0, 1), row(1, 3)], { batchSize: 2, boundaries: [], padIndex: 9 })[0]?.tokens).toEqual(
      Int32Array.of(2, 9, 9, 3, 3, 3),
    );
  });

  it('gives labelled rows a labelled batch', () => {
    const rows: LabelledTokens[] = [
      { ...row(0, 1), label: 3 },
      { ...row(1, 1), label: 0 },
    ];
    expect(batchesOf(rows, { batchSize: 2 })).toEqual([
      {
        size: 2,
        time: 1,
        tokens: Int32Array.of(2, 3),
        lengths: Int32Array.of(1, 1),
        ids: Int32Array.of(0, 1),
        labels: Int32Array.of(3, 0),
      },
    ]);
  });

  it('refuses a batch of which only some rows have a label', () => {
    let error: unknown;
    from<TokenizedRow[]>([{ ...row(0, 1), label: 3 } as LabelledTokens, row(1, 1)])
      .pipe(bucketByLength({ batchSize: 2 }))
      .subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toMatchObject({ code: 'HW_USAGE' });
  });

  it('gives every batch buffers of its own', () => {
    const source = row(0, 2);
    const batches = batchesOf([source, source], { batchSize: 1 });
    const buffers = batches.flatMap(({ tokens, lengths, ids }) => [tokens.buffer, lengths.buffer, ids.buffer]);
    expect(new Set([...buffers, source.tokens.buffer]).size).toBe(7);
  });

  it('keeps the order of the rows with no boundaries', () => {
    const rows = [5, 1, 9, 2, 7].map((length, id) => row(id, length));
    expect(idsOf(batchesOf(rows, { batchSize: 2, boundaries: [] }))).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('puts a row as long as a boundary into the bucket below it', () => {
    const rows = [4, 5, 4, 5].map((length, id) => row(id, length));
    expect(idsOf(batchesOf(rows, { batchSize: 2, boundaries: [4] }))).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it('at the end fills batches across buckets from short to long, and puts the last rows that came into the last batch', () => {
    const rows = [9, 1, 5, 1, 9, 5, 1].map((length, id) => row(id, length));
    expect(idsOf(batchesOf(rows, { batchSize: 4, boundaries: [3, 6] }))).toEqual([
      [1, 3, 2, 0],
      [4, 5, 6],
    ]);
  });

  it('with dropLast leaves out that last batch alone, and says so', () => {
    const dropped: DroppedRow[] = [];
    const rows = [9, 1, 5, 1, 9, 5, 1].map((length, id) => row(id, length));
    const batches = batchesOf(rows, {
      batchSize: 4,
      boundaries: [3, 6],
      dropLast: true,
      dropped: { next: (drop) => dropped.push(drop) },
    });
    expect(idsOf(batches)).toEqual([[1, 3, 2, 0]]);
    expect(dropped).toEqual([
      { type: 'dropped', reason: 'last', id: 4, length: 9 },
      { type: 'dropped', reason: 'last', id: 5, length: 5 },
      { type: 'dropped', reason: 'last', id: 6, length: 1 },
    ]);
  });

  it('with dropLast drops nothing where the last batch is full', () => {
    const rows = [9, 1, 5, 1].map((length, id) => row(id, length));
    expect(idsOf(batchesOf(rows, { batchSize: 4, boundaries: [3, 6], dropLast: true }))).toEqual([[1, 3, 2, 0]]);
  });

  it('gives an empty row the unknown token, or drops it', () => {
    const rows = [row(0, 0), row(1, 1)];
    expect(batchesOf(rows, { batchSize: 2 })[0]?.tokens).toEqual(Int32Array.of(1, 3));
    expect(batchesOf(rows, { batchSize: 2, unknownIndex: 7 })[0]).toMatchObject({
      tokens: Int32Array.of(7, 3),
      lengths: Int32Array.of(1, 1),
    });
    const dropped: DroppedRow[] = [];
    expect(
      idsOf(batchesOf(rows, { batchSize: 2, empty: 'drop', dropped: { next: (drop) => dropped.push(drop) } })),
    ).toEqual([[1]]);
    expect(dropped).toEqual([{ type: 'dropped', reason: 'empty', id: 0, length: 0 }]);
  });

  it('cuts an overlong row, or drops it', () => {
    const rows = [row(0, 5), row(1, 3)];
    expect(batchesOf(rows, { batchSize: 2, maxLength: 3 })[0]).toMatchObject({
      time: 3,
      lengths: Int32Array.of(3, 3),
      tokens: Int32Array.of(2, 2, 2, 3, 3, 3),
    });
    const dropped: DroppedRow[] = [];
    expect(
      idsOf(
        batchesOf(rows, {
          batchSize: 2,
          maxLength: 3,
          overlong: 'drop',
          dropped: { next: (drop) => dropped.push(drop) },
        }),
      ),
    ).toEqual([[1]]);
    expect(dropped).toEqual([{ type: 'dropped', reason: 'overlong', id: 0, length: 5 }]);
  });

  it('starts afresh at every subscription', () => {
    const batches$ = from([row(0, 1), row(1, 1), row(2, 1)]).pipe(bucketByLength({ batchSize: 2 }));
    const seen: number[][] = [];
    batches$.subscribe(({ ids }) => seen.push([...ids]));
    batches$.subscribe(({ ids }) => seen.push([...ids]));
    expect(seen).toEqual([[0, 1], [2], [0, 1], [2]]);
  });

  it('refuses options that cannot work', () => {
    const refused = (options: BucketByLengthOptions): void =>
      expect(() => bucketByLength(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    refused({ batchSize: 0 });
    refused({ batchSize: 1.5 });
    refused({ batchSize: 1, maxLength: 0 });
    refused({ batchSize: 1, boundaries: [4, 4] });
    refused({ batchSize: 1, boundaries: [0, 4] });
    refused({ batchSize: 1, boundaries: [4, 2] });
    refused({ batchSize: 1, boundaries: [4.5] });
  });
});
