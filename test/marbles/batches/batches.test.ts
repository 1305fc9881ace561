import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  connect,
  from,
  lastValueFrom,
  map,
  merge,
  Observable,
  range,
  take,
  tap,
  timer,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { type Row, type Side, SIDES } from '../../../src/contracts/rows/Row.js';
import { batches, type BatchesOptions } from '../../../src/operators/batches/batches.js';
import { boundedQueue } from '../../../src/operators/flow/boundedQueue.js';
import { prepare, type Split } from '../../../src/operators/rows/prepare.js';
import { preprocessText } from '../../../src/text/preprocessText.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import { LETTER_ROWS, letterRows, newsRows } from '../../operators/newsRows.js';
import { recordingValve } from '../../operators/recordingValve.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const rows = newsRows(500);
let news: Split;
let letters: Split;
beforeAll(async () => {
  news = await lastValueFrom(prepare(from(rows)));
  letters = await lastValueFrom(prepare(from(letterRows)));
});

const read = (split: Split, options: BatchesOptions): Promise<readonly LabelledBatch[]> =>
  lastValueFrom(batches(split, options).pipe(toArray()));

const idsOf = (all: readonly LabelledBatch[]): number[] => all.flatMap(({ ids }) => [...ids]);
const sorted = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b);
const idsOn = (side: Side): number[] => rows.filter(({ id }) => news.sideOf(id) === side).map(({ id }) => id);

describe('batches', () => {
  it('reads the rows of one side, and emits what is left when they are through', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>(' -a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-|', LETTER_ROWS);
      const sub = '              ^----------------------------------------!';
      const expected = '         -----------------------------------------(x|)';
      const ids = letterRows.filter(({ id }) => letters.sideOf(id) === 'test').map(({ id }) => id);
      expect(ids).toHaveLength(2);
      const batches$ = batches({ ...letters, rows$: source }, { side: 'test' });
      expectObservable(batches$.pipe(map((batch) => [...batch.ids]))).toBe(expected, { x: ids });
      expectSubscriptions(source.subscriptions).toBe(sub);
    });
  });

  it('emits each batch as soon as it is full, where the order is that of the source', () => {
    marbles().run(({ cold, expectObservable }) => {
      const source = cold<Row>(' (abcdefghijklmnopqrst)|', LETTER_ROWS);
      const expected = '         (xyzu)----------------|';
      const [x, y, z, u] = letterRows.filter(({ id }) => letters.sideOf(id) === 'validation').map(({ id }) => id);
      const batches$ = batches({ ...letters, rows$: source }, { side: 'validation', batchSize: 1 });
      expectObservable(batches$.pipe(map(({ ids }) => ids[0]))).toBe(expected, { x, y, z, u });
    });
  });

  it('never emits for rows that never come', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('-');
      expectObservable(batches({ ...letters, rows$: source }, { side: 'train' }), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('refuses rows that are none of those that were prepared, and too few of them', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const changed: unknown = expect.objectContaining({ code: 'HW_SOURCE_CHANGED' });
      const empty = cold<Row>('--|');
      expectObservable(batches({ ...letters, rows$: empty }, { side: 'train' })).toBe('--#', undefined, changed);
      const longer = cold<Row>('-a-z-', { ...LETTER_ROWS, z: { id: 20, title: 'Late letter', category: 'Even' } });
      expectObservable(batches({ ...letters, rows$: longer }, { side: 'test' })).toBe('---#', undefined, changed);
      expectSubscriptions(longer.subscriptions).toBe('^--!');
    });
  });

  it('passes an error of the rows at once', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('-a-b-#', LETTER_ROWS);
      expectObservable(batches({ ...letters, rows$: source }, { side: 'train' })).toBe('-----#');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('ends with what dropped throws', () => {
    marbles().run(({ cold, expectObservable }) => {
      const dropped = {
        next: (): void => {
          throw new Error('too many');
        },
      };
      const source = cold<Row>('(abcdefghijklmnopqrst)|', LETTER_ROWS);
      expectObservable(
        batches({ ...letters, rows$: source }, { side: 'train', maxLength: 1, overlong: 'drop', dropped }),
      ).toBe('----------------------#', undefined, new Error('too many'));
    });
  });

  it('unsubscribes from the rows as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Row>('-a-b-c-d-|', LETTER_ROWS);
      expectObservable(batches({ ...letters, rows$: source }, { side: 'train' }), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('stops reading synchronous rows when its subscriber leaves', async () => {
    let pulled = 0;
    const counted$ = from(rows).pipe(tap(() => pulled++));
    await lastValueFrom(batches({ ...news, rows$: counted$ }, { side: 'validation', batchSize: 1 }).pipe(take(1)));
    expect(pulled).toBe(1 + (idsOn('validation')[0] ?? 0));
  });

  describe('sides', () => {
    it('covers each side exactly, in every epoch', async () => {
      for (const epoch of [1, 2, 3]) {
        for (const side of SIDES) {
          expect(sorted(idsOf(await read(news, { side, epoch, batchSize: 16 })))).toEqual(idsOn(side));
        }
      }
    });

    it('keeps the sides disjoint, and covers every row', () => {
      const all = SIDES.flatMap(idsOn);
      expect(new Set(all).size).toBe(rows.length);
      expect(all).toHaveLength(rows.length);
    });

    it('gives test rows no text that train rows have', async () => {
      const textsOf = async (side: Side): Promise<readonly string[]> =>
        (await read(news, { side })).flatMap((batch) =>
          [...batch.ids].map((id) => preprocessText(rows[id]?.title ?? '')),
        );
      const train = new Set(await textsOf('train'));
      expect((await textsOf('test')).filter((text) => train.has(text))).toEqual([]);
      expect(train.size).toBeGreaterThan(100);
    });

    it('gives each row its own tokens and its own label', async () => {
      for (const side of SIDES) {
        for (const { ids, tokens, lengths, labels, time } of await read(news, { side, batchSize: 8 })) {
          ids.forEach((id, at) => {
            const row = rows[id];
            expect(tokens.slice(at * time, at * time + (lengths[at] ?? 0))).toEqual(
              news.tokenizer.encode(preprocessText(row?.title ?? '')),
            );
            expect(news.labelEncoder.nameOf(labels[at] ?? -1)).toBe(row?.category);
          });
        }
      }
    });

    it('leaves out the words that the split leaves out', async () => {
      const split = await lastValueFrom(prepare(from(letterRows), { stopWords: ['letter'] }));
      for (const { time } of await read(split, { side: 'train' })) expect(time).toBe(2);
      for (const { time } of await read(letters, { side: 'train' })) expect(time).toBe(3);
    });

    it("gives a row without tokens the tokenizer's own unknown token", async () => {
      const json = { char_level: true, oov_token: 'other', token_to_index: { pad: 0, x: 1, other: 2 } };
      const tokenizer = pipe(
        Tokenizer.fromJSON(json),
        E.getOrElse<HeadwaterError, Tokenizer>((error) => {
          throw error;
        }),
      );
      const blank$ = from(letterRows).pipe(map((row) => ({ ...row, title: '…' })));
      const [batch] = await read({ ...letters, tokenizer, rows$: blank$ }, { side: 'test' });
      expect(batch?.tokens).toEqual(Int32Array.of(2, 2));
    });

    it('gives validation and test rows in the order of the source, in every epoch', async () => {
      for (const side of ['validation', 'test'] as const) {
        const first = await read(news, { side, epoch: 1, batchSize: 8 });
        expect(await read(news, { side, epoch: 2, batchSize: 8 })).toEqual(first);
        const plain = await read(news, { side, batchSize: 8, boundaries: [] });
        expect(idsOf(plain)).toEqual(idsOn(side));
      }
    });
  });

  describe('seeds', () => {
    it('gives the same batches at every subscription', async () => {
      const batches$ = batches(news, { side: 'train', epoch: 2, batchSize: 16 }).pipe(toArray());
      expect(await lastValueFrom(batches$)).toEqual(await lastValueFrom(batches$));
    });

    it('gives the train rows of each epoch and each seed an order of their own', async () => {
      const order = async (split: Split, epoch: number): Promise<string> =>
        idsOf(await read(split, { side: 'train', epoch, boundaries: [] })).join();
      const orders = [
        await order(news, 1),
        await order(news, 2),
        await order(news, 3),
        await order({ ...news, seed: 1 }, 1),
      ];
      expect(new Set(orders).size).toBe(4);
    });

    it('decides the order of the batches for ever', async () => {
      expect(idsOf(await read(letters, { side: 'train', batchSize: 4 }))).toEqual([
        7, 4, 14, 8, 5, 19, 2, 17, 3, 9, 0, 15, 12, 16,
      ]);
      expect(idsOf(await read(letters, { side: 'train', batchSize: 4, boundaries: [], epoch: 2 }))).toEqual([
        9, 4, 17, 5, 12, 0, 16, 7, 14, 19, 15, 2, 8, 3,
      ]);
    });

    it('mixes the order of train batches: neither the short one nor the long ones come last in every epoch', async () => {
      const placesOfShort = new Set<number>();
      const placesOfLong = new Set<number>();
      for (let epoch = 1; epoch <= 8; epoch++) {
        const all = await read(news, { side: 'train', epoch, batchSize: 9, boundaries: [2, 3, 4, 5, 6, 7] });
        const longest = Math.max(...all.map(({ time }) => time));
        expect(all.filter(({ size }) => size < 9)).toHaveLength(1);
        placesOfShort.add(all.findIndex(({ size }) => size < 9));
        placesOfLong.add(all.findLastIndex(({ time }) => time === longest));
      }
      expect(placesOfShort.size).toBeGreaterThan(4);
      expect(placesOfLong.size).toBeGreaterThan(4);
    });
  });

  it('feeds several consumers identical batches from one reading, by connect', async () => {
    let readings = 0;
    const rows$ = new Observable<Row>((subscriber) => {
      readings++;
      return from(rows).subscribe(subscriber);
    });
    const batches$ = batches({ ...news, rows$ }, { side: 'train', batchSize: 16 });
    const named = (name: string) => map((batch: LabelledBatch) => ({ name, batch }));
    const seen = await lastValueFrom(
      batches$.pipe(
        connect((batch$) => merge(batch$.pipe(named('a')), batch$.pipe(named('b')))),
        toArray(),
      ),
    );
    expect(readings).toBe(1);
    const [a, b] = ['a', 'b'].map((name) => seen.filter((one) => one.name === name).map(({ batch }) => batch));
    expect(a?.length).toBeGreaterThan(10);
    expect(b).toHaveLength(a?.length ?? 0);
    a?.forEach((batch, at) => expect(b?.[at]).toBe(batch));
  });

  it('leaves out the last short batch of a side when asked to, and tells', async () => {
    const dropped: number[] = [];
    const all = await read(news, {
      side: 'train',
      batchSize: 16,
      dropLast: true,
      dropped: { next: ({ id }) => dropped.push(id) },
    });
    expect(all.every(({ size }) => size === 16)).toBe(true);
    expect(dropped).toHaveLength(idsOn('train').length % 16);
    expect(sorted([...idsOf(all), ...dropped])).toEqual(idsOn('train'));
  });

  it('has 64 rows in a batch unless told otherwise', async () => {
    expect(Math.max(...(await read(news, { side: 'train', boundaries: [] })).map(({ size }) => size))).toBe(64);
  });

  describe('with a valve', () => {
    it('lets no more than its bound wait for a slow consumer, though all rows are held to be shuffled', () => {
      const scheduler = new VirtualTimeScheduler();
      const valve = recordingValve();
      let made = 0;
      let taken = 0;
      let most = 0;
      let done = false;
      batches(news, { side: 'train', batchSize: 4, highWaterMark: 3, valve, scheduler })
        .pipe(
          tap(() => (most = Math.max(most, ++made - taken))),
          boundedQueue({
            valve,
            highWaterMark: 3,
            scheduler,
            project: (batch) => {
              taken++;
              return timer(10, scheduler).pipe(map(() => batch));
            },
          }),
        )
        .subscribe({ complete: () => (done = true) });
      scheduler.maxFrames = Infinity;
      scheduler.flush();
      expect(done).toBe(true);
      expect(made).toBe(Math.ceil(idsOn('train').length / 4));
      expect(most).toBeLessThanOrEqual(4);
      expect(valve.isOpen).toBe(true);
      expect(valve.log.length).toBeGreaterThan(20);
    });

    it('gives the event loop its turn while a consumer is busy, and keeps the order', async () => {
      const scheduler = new VirtualTimeScheduler();
      const valve = recordingValve();
      const turns: number[][] = [[]];
      batches(news, { side: 'train', batchSize: 16, valve, scheduler }).subscribe(({ ids }) => {
        turns.at(-1)?.push(...ids);
        scheduler.frame += 10;
      });
      while (scheduler.actions.length > 0) {
        scheduler.maxFrames = scheduler.actions[0]?.delay ?? Infinity;
        turns.push([]);
        scheduler.flush();
      }
      // 25 ms are used up by three batches of 10 ms.
      expect(Math.max(...turns.map((turn) => turn.length))).toBeLessThanOrEqual(3 * 16);
      expect(turns.flat()).toEqual(idsOf(await read(news, { side: 'train', batchSize: 16 })));
    });

    it('releases it when the consumer leaves', () => {
      const valve = recordingValve();
      const subscription = batches(news, { side: 'train', batchSize: 4, highWaterMark: 1, valve, yieldAfter: Infinity })
        .pipe(boundedQueue({ valve, highWaterMark: 1, yieldAfter: Infinity, project: () => timer(1000) }))
        .subscribe();
      expect(valve.isOpen).toBe(false);
      subscription.unsubscribe();
      expect(valve.isOpen).toBe(true);
    });
  });

  it('reads no row of the others into memory', async () => {
    // The test side of a long source, of which nothing is buffered but what waits in buckets.
    const long: Split = {
      ...letters,
      rows: { ...letters.rows, test: 10_000 },
      sideOf: (id) => (id % 2 === 0 ? 'test' : 'train'),
    };
    let made = 0;
    let mostWaiting = 0;
    const rows$ = range(0, 20_000).pipe(
      map((id) => ({ id, title: 'Letter arrives', category: 'Even' })),
      tap(({ id }) => (mostWaiting = Math.max(mostWaiting, Math.floor(id / 2) - made * 8))),
    );
    await lastValueFrom(batches({ ...long, rows$ }, { side: 'test', batchSize: 8 }).pipe(tap(() => made++)));
    expect(made).toBe(1250);
    expect(mostWaiting).toBeLessThanOrEqual(8);
  });

  it('refuses options that cannot work, before it is subscribed to', () => {
    const refused = (options: Partial<BatchesOptions>): void =>
      expect(() => batches(news, { side: 'train', ...options })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    refused({ epoch: 0 });
    refused({ epoch: 1.5 });
    refused({ batchSize: 0 });
    refused({ buffer: 0 });
    refused({ highWaterMark: 0 });
    refused({ boundaries: [3, 2] });
    refused({ yieldAfter: 0 });
    refused({ side: 'practice' as Side });
    expect(() => batches(news, { side: 'test', buffer: 0 })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^batches: buffer is 0/) as unknown }),
    );
  });
});
