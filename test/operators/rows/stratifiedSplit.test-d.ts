import type { Observable } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import type { Preprocessed, Row, SidedRow } from '../../../src/contracts/rows/Row.js';
import { preprocess } from '../../../src/operators/rows/preprocess.js';
import { shuffle } from '../../../src/operators/rows/shuffle.js';
import { stratifiedSplit } from '../../../src/operators/rows/stratifiedSplit.js';

declare const rows$: Observable<Row>;
const shares = { train: 0.7, validation: 0.15, test: 0.15 };

test('the row of the pipe is the row of stratify and groupBy', () => {
  const sided$ = rows$.pipe(
    shuffle({ buffer: 10, seed: 1 }),
    preprocess(),
    stratifiedSplit({ shares, seed: 1, stratify: (row) => row.category, groupBy: (row) => row.text }),
  );
  expectTypeOf(sided$).toEqualTypeOf<Observable<SidedRow<Preprocessed<Row>>>>();
});

test('a field that the row does not have is refused', () => {
  // @ts-expect-error a row has no text before it is preprocessed
  rows$.pipe(stratifiedSplit({ shares, seed: 1, stratify: (row: Preprocessed<Row>) => row.text }));
});
