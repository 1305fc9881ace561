import { catchError, firstValueFrom, ignoreElements, map, of, Subject, tap, throwError } from 'rxjs';
import { codeOf } from '../../../../src/contracts/codeOf.js';
import type { Side } from '../../../../src/contracts/rows/Row.js';
import { batches } from '../../../../src/operators/batches/batches.js';
import { bucketByLength } from '../../../../src/operators/batches/bucketByLength.js';
import { heldOut } from '../../../../src/operators/batches/heldOut.js';
import { decode } from '../../../../src/operators/rows/decode.js';
import { headlineRow } from '../../../../src/operators/rows/headlineRow.js';
import { kFold } from '../../../../src/operators/rows/kFold.js';
import { prepare } from '../../../../src/operators/rows/prepare.js';
import { preprocess } from '../../../../src/operators/rows/preprocess.js';
import { rowsOf } from '../../../../src/operators/rows/rowsOf.js';
import { shuffle } from '../../../../src/operators/rows/shuffle.js';
import { stratifiedSplit } from '../../../../src/operators/rows/stratifiedSplit.js';
import { tokenize } from '../../../../src/operators/rows/tokenize.js';
import { deadLetters } from '../../../../src/sinks/rejections/deadLetters.js';
import type { Case } from './Case.js';
import { letters } from './letters.js';
import { labelEncoder, tokenizer } from './vocabulary.js';

const sourceRow = (id: number, title: string) => ({
  id,
  source: 'news.csv',
  line: id + 2,
  byte: 0,
  fields: { title, category: 'World' },
});

/** Rows a to f, and a split of them: c is a test row, f a validation row. */
const sixRows = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'e', 'f'].map((sign, id) => [
    sign,
    { id, title: `Cup final ${sign}${sign}`, category: id % 2 === 0 ? 'Sports' : 'World' },
  ]),
);
const splitOfSix = await firstValueFrom(
  prepare(of(...Object.values(sixRows)), { seed: 17, shares: { train: 0.7, validation: 0.15, test: 0.15 } }),
);

/** Seeds of which the order, and the sides, are those that are drawn. */
const SHUFFLE_SEED = 1;
const SPLIT_SEED = 1;

/** How the diagrams of operators on rows and batches are run, by the files that they stand in. */
export const ROWS: Readonly<Record<string, Case>> = {
  shuffle: ({ play }) => ({ result: play('source').pipe(shuffle({ buffer: 2, seed: SHUFFLE_SEED })) }),
  stratifiedSplit: ({ play }) => ({
    result: play('source').pipe(
      stratifiedSplit({
        shares: { train: 0.6, validation: 0.2, test: 0.2 },
        seed: SPLIT_SEED,
        stratify: (value) => value,
      }),
      map(({ row, side }) => ({ train: row.toUpperCase(), validation: 'V', test: 'T' })[side]),
    ),
  }),
  prepare: ({ play }) => ({
    result: prepare(
      play('rows$').pipe(
        map((sign, id) => ({
          id,
          title: `Cup final ${'abcde'.charAt(id)}`,
          category: sign === 'r' ? 'Sports' : 'World',
        })),
      ),
    ).pipe(letters('p')),
  }),
  kFold: ({ play }) => ({
    result: kFold(
      play('rows$', { r: { id: 0, title: 'Cup final', category: 'Sports' } }).pipe(
        map((row, id) => ({ ...row, id, title: `Cup final ${id}` })),
      ),
      { folds: 3 },
    ).pipe(map(({ fold }) => String(fold))),
  }),
  rowsOf: ({ play }) => ({
    result: rowsOf({ ...splitOfSix, rows$: play('split.rows$', sixRows) }, 'train').pipe(
      map(({ id }) => 'abcdef'[id] ?? '?'),
    ),
  }),
  batches: ({ play }) => {
    const split = { ...splitOfSix, rows$: play('split.rows$', sixRows) };
    const batchOf = (side: Side, epoch: number) =>
      batches(split, { side, epoch, batchSize: 2 }).pipe(
        map(({ ids }) => ({ '1,4': 'P', '3,0': 'Q', '1,3': 'R', '0,4': 'S', '2': 'T' })[ids.join()] ?? '?'),
      );
    return {
      'train, epoch 1': batchOf('train', 1),
      'train, epoch 2': batchOf('train', 2),
      test: batchOf('test', 1),
    };
  },
  heldOut: ({ play }) => {
    const row = (id: number, title: string) => ({ id, title, category: 'World' });
    const rows = { a: row(6, 'Ferry'), b: row(7, sixRows['b']?.title ?? ''), c: row(8, 'Vote'), d: row(9, 'Rates') };
    return {
      result: play('rows', rows).pipe(
        heldOut(splitOfSix),
        map(({ ids }) => (ids.join() === '6,8,9' ? 'B' : '?')),
      ),
    };
  },
  bucketByLength: ({ play }) => {
    const row = (id: number, length: number) => ({ id, tokens: new Int32Array(length).fill(2) });
    return {
      result: play('source', { a: row(0, 1), b: row(1, 5), c: row(2, 2), d: row(3, 4), e: row(4, 7) }).pipe(
        bucketByLength({ batchSize: 2, boundaries: [3] }),
        map(({ ids }) => ({ '0,2': 'A', '1,3': 'B', '4': 'C' })[ids.join(',')] ?? '?'),
      ),
    };
  },
  decode: ({ play }) => {
    const rejections = new Subject<unknown>();
    return {
      result: play('source', { r: sourceRow(0, 'Ferry returns'), x: sourceRow(1, ' ') }).pipe(
        decode(headlineRow, { rejections }),
        map(() => 'a'),
      ),
      rejections: rejections.pipe(map(() => 'j')),
    };
  },
  preprocess: ({ play }) => {
    const row = { id: 0, title: 'The Ferry Returns', category: 'World' };
    return {
      result: play('source', { a: row, b: row }).pipe(
        preprocess(),
        tap(({ text }) => {
          if (text !== 'ferry returns') throw new Error(text);
        }),
        letters('pq'),
      ),
    };
  },
  tokenize: ({ play }) => {
    const row = { id: 0, title: 'Cup final', category: 'Sports', text: 'cup final' };
    return { result: play('source', { a: row, b: row }).pipe(tokenize(tokenizer, labelEncoder), letters('tu')) };
  },
  deadLetters: ({ helpers, marbles }) => {
    const letters = deadLetters({ limit: 2 });
    const next$ = helpers.hot(marbles('next')).pipe(
      tap((sign) =>
        letters.next({
          type: 'rejection',
          reason: 'ragged',
          id: 'rst'.indexOf(sign),
          source: 'news.csv',
          line: undefined,
          byte: undefined,
          field: undefined,
          expected: '2 fields',
          got: sign,
        }),
      ),
      ignoreElements(),
      catchError((error: unknown) => throwError(() => (codeOf(error) === 'HW_REJECTIONS' ? 'error' : error))),
    );
    return { rejections$: letters.rejections$.pipe(map(({ got }) => got)), 'next throws': next$ };
  },
};
