import { from, lastValueFrom, of, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { type Row, SIDES } from '../../../src/contracts/rows/Row.js';
import { batches } from '../../../src/operators/batches/batches.js';
import { batchSource } from '../../../src/operators/batches/batchSource.js';
import { fit } from '../../../src/operators/training/fit.js';
import { prepare, type Split } from '../../../src/operators/rows/prepare.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { LETTER_ROWS, newsRows } from '../../operators/newsRows.js';
import { recordingValve } from '../../operators/recordingValve.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

let news: Split;
beforeAll(async () => {
  news = await lastValueFrom(prepare(from(newsRows(300))));
});

const idsOf = (all: readonly LabelledBatch[]): number[] => all.flatMap(({ ids }) => [...ids]);

describe('batchSource', () => {
  it('gives the batches of every side and epoch, and their counts', async () => {
    const source = batchSource(news, { batchSize: 16 });
    expect(source.rows).toEqual(news.rows);
    for (const side of SIDES) {
      for (const epoch of [1, 2]) {
        const expected = await lastValueFrom(batches(news, { side, epoch, batchSize: 16 }).pipe(toArray()));
        expect(await lastValueFrom(source.batches(side, epoch).pipe(toArray()))).toEqual(expected);
        expect(idsOf(expected)).toHaveLength(news.rows[side]);
      }
    }
  });

  it('drops the last batch of the train side alone', async () => {
    const source = batchSource(news, { batchSize: 16, dropLast: true });
    const read = async (side: 'train' | 'validation' | 'test'): Promise<number> =>
      idsOf(await lastValueFrom(source.batches(side, 1).pipe(toArray()))).length;
    expect(news.rows.train % 16).toBeGreaterThan(0);
    expect(await read('train')).toBe(news.rows.train - (news.rows.train % 16));
    expect(news.rows.validation % 16).toBeGreaterThan(0);
    expect(await read('validation')).toBe(news.rows.validation);
    expect(await read('test')).toBe(news.rows.test);
  });

  it('subscribes to the rows when a batch stream is subscribed to, once each, and leaves with it', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const rows$ = cold<Row>('-a-b-', LETTER_ROWS);
      const source = batchSource({ ...news, rows$ });
      expectObservable(source.batches('train', 1), '--^--!').toBe('-');
      expectObservable(source.batches('test', 1), '---^!').toBe('-');
      expectSubscriptions(rows$.subscriptions).toBe(['--^--!', '---^!']);
    });
  });

  it('passes an error of the rows', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(batchSource({ ...news, rows$: cold<Row>('-#') }).batches('train', 1)).toBe('-#');
    });
  });

  it('is what fit trains on: every train row once an epoch, then every validation row', async () => {
    const model = recordingModel({ classes: news.labelEncoder.size });
    const valve = recordingValve();
    const events = await lastValueFrom(
      of(batchSource(news, { batchSize: 16, valve })).pipe(fit(model, { epochs: 2, steps: [] }), toArray()),
    );
    expect(events.at(-1)).toMatchObject({ type: 'training-ended' });
    expect(idsOf(model.trained)).toHaveLength(2 * news.rows.train);
    expect(new Set(idsOf(model.trained)).size).toBe(news.rows.train);
    expect(idsOf(model.evaluated)).toHaveLength(2 * news.rows.validation);
    expect(valve.isOpen).toBe(true);
  });

  it('refuses options that cannot work at once', () => {
    expect(() => batchSource(news, { batchSize: 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => batchSource(news, { boundaries: [2, 1] })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
