import { of, type Observable } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import type { LabelledBatch, PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { LabelledTokens, Preprocessed, Row, TokenizedRow } from '../../../src/contracts/rows/Row.js';
import { bucketByLength } from '../../../src/operators/batches/bucketByLength.js';
import { padRows } from '../../../src/operators/batches/padRows.js';
import { shuffle } from '../../../src/operators/rows/shuffle.js';
import { tokenize } from '../../../src/operators/rows/tokenize.js';
import type { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import type { Tokenizer } from '../../../src/text/Tokenizer.js';

declare const labelled$: Observable<LabelledTokens>;
declare const tokenized$: Observable<TokenizedRow>;
declare const rows$: Observable<Preprocessed<Row>>;
declare const tokenizer: Tokenizer;
declare const labels: LabelEncoder;

test('labelled rows give labelled batches, others padded ones, by inference through pipe', () => {
  expectTypeOf(labelled$.pipe(bucketByLength({ batchSize: 2 }))).toEqualTypeOf<Observable<LabelledBatch>>();
  expectTypeOf(tokenized$.pipe(bucketByLength({ batchSize: 2 }))).toEqualTypeOf<Observable<PaddedBatch>>();
  expectTypeOf(
    rows$.pipe(tokenize(tokenizer, labels), bucketByLength({ batchSize: 2 }), shuffle({ buffer: 2, seed: 1 })),
  ).toEqualTypeOf<Observable<LabelledBatch>>();
  expectTypeOf(
    rows$.pipe(tokenize(tokenizer), shuffle({ buffer: 2, seed: 1 }), bucketByLength({ batchSize: 2 })),
  ).toEqualTypeOf<Observable<PaddedBatch>>();
});

test('rows that are not tokenized are refused', () => {
  // @ts-expect-error there are no tokens yet
  rows$.pipe(bucketByLength({ batchSize: 2 }));
  // @ts-expect-error a headline has no tokens either
  of('a headline').pipe(bucketByLength({ batchSize: 2 }));
});

test('padRows infers likewise', () => {
  expectTypeOf(padRows([{ id: 0, tokens: Int32Array.of(1), label: 0 }])).toEqualTypeOf<LabelledBatch>();
  expectTypeOf(padRows([{ id: 0, tokens: Int32Array.of(1) }])).toEqualTypeOf<PaddedBatch>();
});
